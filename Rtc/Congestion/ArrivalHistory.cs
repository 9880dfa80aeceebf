using Rtc.Rtcp;
using Rtc.Rtp;

namespace Rtc.Congestion;

/// <summary>
/// Remembers when packets with a transport-wide sequence number arrived, and turns that into the feedback that lets
/// their sender estimate the path (draft-holmer-rmcat-transport-wide-cc-extensions-01). Bounded: a ring of the newest
/// numbers.
/// </summary>
public sealed class ArrivalHistory
{
    /// <summary>How many numbers are remembered.</summary>
    public const int Capacity = 8192;

    /// <summary>How long a packet that was told about is told about again, when one before it comes late.</summary>
    public const long HistoryUs = 500_000;

    private readonly long[] _numbers = new long[Capacity];
    private readonly long[] _arrivedAtUs = new long[Capacity];
    private readonly TransportCcWriter _writer = new();
    private readonly LossAverage _loss = new();
    private bool _hasAny;
    private long _newest;
    private long _nextToTell;
    private uint _mediaSsrc;
    private byte _feedbackCount;

    /// <summary>Makes one that has seen nothing.</summary>
    public ArrivalHistory() => Array.Fill(_numbers, -1);

    /// <summary>Packets that were lost before they reached us, 0 to 1, averaged over the last feedbacks.</summary>
    public double Loss => _loss.Average;

    /// <summary>A packet arrived; of repeated ones the first counts.</summary>
    /// <param name="sequenceNumber">Its transport-wide number.</param>
    /// <param name="ssrc">Its SSRC.</param>
    /// <param name="nowUs">When, in monotonic microseconds.</param>
    public void Add(ushort sequenceNumber, uint ssrc, long nowUs)
    {
        long number = Unwrap(sequenceNumber);
        if (number < 0 || number <= _newest - Capacity || _numbers[number % Capacity] == number)
            return;

        _numbers[number % Capacity] = number;
        _arrivedAtUs[number % Capacity] = nowUs;
        _mediaSsrc = ssrc;
        _newest = Math.Max(_newest, number);

        // What was told as lost has come after all: begin the next feedback there.
        _nextToTell = Math.Max(Math.Min(_nextToTell, number), _newest - Capacity + 1);
    }

    /// <summary>Forgets what was not told yet: the peer is gone for now.</summary>
    public void Skip() => _nextToTell = _newest + 1;

    /// <summary>
    /// Writes the next feedback about what came since the last; call until it returns 0.
    /// </summary>
    /// <param name="destination">At least <see cref="TransportCcWriter.MaxLength"/> bytes.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <returns>Bytes of the feedback; 0 when there is nothing to tell.</returns>
    public int WriteFeedback(Span<byte> destination, long nowUs)
    {
        if (!_hasAny || _nextToTell > _newest)
            return 0;

        _writer.Start((ushort)_nextToTell);
        long first = _nextToTell;
        long last = first - 1;
        int received = 0;
        for (long number = first; number <= _newest; number++)
        {
            if (!HasArrived(number, nowUs))
                continue;

            if (!_writer.TryAdd((ushort)number, _arrivedAtUs[number % Capacity]))
                break;

            received++;
            last = number;
        }

        if (received == 0)
        {
            Skip();
            return 0;
        }

        _nextToTell = last + 1;
        long told = last - first + 1;
        _loss.Add((double)(told - received) / told);
        return _writer.Write(destination, senderSsrc: 0, _mediaSsrc, _feedbackCount++);
    }

    private bool HasArrived(long number, long nowUs) =>
        _numbers[number % Capacity] == number && nowUs - _arrivedAtUs[number % Capacity] <= HistoryUs;

    private long Unwrap(ushort sequenceNumber)
    {
        if (!_hasAny)
        {
            _hasAny = true;

            // One round above zero, so that numbers before the first stay positive.
            _newest = 0x1_0000 + sequenceNumber;
            _nextToTell = _newest;
            return _newest;
        }

        return _newest + SequenceNumbers.Distance((ushort)_newest, sequenceNumber);
    }
}
