using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Streams;

/// <summary>What <see cref="NackGenerator.OnPacket"/> makes of a packet.</summary>
public enum NackVerdict : byte
{
    /// <summary>A packet as any other.</summary>
    Ordinary,

    /// <summary>It was missing, or came as a retransmission before it was missed.</summary>
    Recovered,

    /// <summary>Too much is missing to ask for it: a key frame has to be requested. The packet itself is new.</summary>
    KeyFrameNeeded,
}

/// <summary>
/// Finds the packets that a stream lacks and tells when to ask for them (RFC 4585 section 6.2.1). A packet is asked for
/// once it is 10 ms late, then once a round trip, at most ten times.
/// </summary>
public sealed class NackGenerator
{
    /// <summary>Most packets that are waited for at a time: room for as many is asked of callers.</summary>
    public const int MaxMissing = 1000;

    /// <summary>How often a packet is asked for.</summary>
    public const int MaxRequests = 10;

    /// <summary>How long reordering has to repair itself, in microseconds.</summary>
    public const long ReorderingToleranceUs = 10_000;

    /// <summary>How often requests that are out are looked at, in microseconds.</summary>
    public const long IntervalUs = 40_000;

    /// <summary>The round trip that is assumed while none is known, in microseconds.</summary>
    public const long DefaultRoundTripUs = 100_000;

    private const int MaxAge = 10_000;
    private const int MaxKeyFrames = 256;
    private const int InitialCapacity = 32;

    // Ascending by sequence number. Those never asked for are the end of the list, from _firstUnasked on.
    private Missing[] _missing = new Missing[InitialCapacity];
    private int _count;
    private int _firstUnasked;

    // By their numbers without wrapping, as nobody knows when the next comes.
    private readonly uint[] _keyFrames = new uint[MaxKeyFrames];
    private int _keyFrameStart;
    private int _keyFrameCount;

    private bool _started;
    private uint _newest;

    /// <summary>When <see cref="HandleDeadline"/> has to be called, in monotonic microseconds.</summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>The round trip to the sender in microseconds; 0 while it is not known.</summary>
    public long RoundTripUs { get; set; }

    /// <summary>How many packets are waited for.</summary>
    public int MissingCount => _count;

    /// <summary>Takes note of a packet.</summary>
    /// <param name="sequenceNumber">Its sequence number; that of the original where it is a retransmission.</param>
    /// <param name="isKeyFrame">Whether a key frame starts in it.</param>
    /// <param name="isRetransmission">Whether it came by RTX.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public NackVerdict OnPacket(ushort sequenceNumber, bool isKeyFrame, bool isRetransmission, long nowUs)
    {
        if (!_started)
        {
            _started = true;
            _newest = sequenceNumber;
            if (isKeyFrame)
                AddKeyFrame(sequenceNumber);

            return NackVerdict.Ordinary;
        }

        if (!SequenceNumbers.IsNewer(sequenceNumber, (ushort)_newest))
            return Remove(sequenceNumber) ? NackVerdict.Recovered : NackVerdict.Ordinary;

        uint first = _newest + 1;
        _newest += (ushort)(sequenceNumber - _newest);
        if (isKeyFrame)
            AddKeyFrame(_newest);

        bool tooMany = !TryAddMissing((ushort)first, sequenceNumber, nowUs);
        if (DeadlineUs == Deadline.Never && _count > 0)
            DeadlineUs = nowUs + IntervalUs;

        if (tooMany)
            return NackVerdict.KeyFrameNeeded;

        return isRetransmission ? NackVerdict.Recovered : NackVerdict.Ordinary;
    }

    /// <summary>
    /// Writes the numbers to ask for now that were not asked for yet, ascending, and returns how many. Called after
    /// each packet: it costs nothing while nothing is due.
    /// </summary>
    /// <param name="destination">Room for <see cref="MaxMissing"/> numbers.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public int CollectNew(Span<ushort> destination, long nowUs)
    {
        int collected = 0;
        while (_firstUnasked < _count && nowUs - _missing[_firstUnasked].SinceUs >= ReorderingToleranceUs)
        {
            ref Missing missing = ref _missing[_firstUnasked++];
            missing.Requests = 1;
            missing.AskedAtUs = nowUs;
            destination[collected++] = missing.SequenceNumber;
        }

        return collected;
    }

    /// <summary>
    /// The deadline has come: writes the numbers to ask for now, ascending, and returns how many.
    /// </summary>
    /// <param name="destination">Room for <see cref="MaxMissing"/> numbers.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public int HandleDeadline(Span<ushort> destination, long nowUs)
    {
        if (nowUs < DeadlineUs)
            return 0;

        long roundTripUs = RoundTripUs > 0 ? RoundTripUs : DefaultRoundTripUs;
        int collected = 0;
        int kept = 0;
        _firstUnasked = 0;
        for (int i = 0; i < _count; i++)
        {
            Missing missing = _missing[i];
            bool due = missing.Requests == 0
                ? nowUs - missing.SinceUs >= ReorderingToleranceUs
                : nowUs - missing.AskedAtUs >= roundTripUs;
            if (due)
            {
                missing.Requests++;
                missing.AskedAtUs = nowUs;
                destination[collected++] = missing.SequenceNumber;
            }

            if (missing.Requests == MaxRequests)
                continue;

            _missing[kept++] = missing;
            if (missing.Requests > 0)
                _firstUnasked = kept;
        }

        _count = kept;
        DeadlineUs = _count > 0 ? nowUs + IntervalUs : Deadline.Never;
        return collected;
    }

    /// <summary>Forgets all; the next packet is the first.</summary>
    public void Reset()
    {
        _count = 0;
        _firstUnasked = 0;
        _keyFrameCount = 0;
        _started = false;
        DeadlineUs = Deadline.Never;
    }

    private bool TryAddMissing(ushort first, ushort end, long nowUs)
    {
        RemoveBefore((ushort)(end - MaxAge));
        int added = (ushort)(end - first);
        while (_count + added > MaxMissing)
        {
            if (RemoveBeforeNextKeyFrame())
                continue;

            _count = 0;
            _firstUnasked = 0;
            return false;
        }

        if (_count + added > _missing.Length)
            Array.Resize(ref _missing, Math.Min(MaxMissing, Math.Max(_count + added, _missing.Length * 2)));

        for (ushort sequenceNumber = first; sequenceNumber != end; sequenceNumber++)
            _missing[_count++] = new Missing { SequenceNumber = sequenceNumber, SinceUs = nowUs };

        return true;
    }

    // What is missing before a key frame is no longer needed to decode what follows it.
    private bool RemoveBeforeNextKeyFrame()
    {
        while (_keyFrameCount > 0)
        {
            uint keyFrame = _keyFrames[_keyFrameStart];
            if (_newest - keyFrame <= MaxAge && RemoveBefore((ushort)keyFrame))
                return true;

            ForgetOldestKeyFrame();
        }

        return false;
    }

    private bool RemoveBefore(ushort sequenceNumber)
    {
        int removed = Find(sequenceNumber);
        if (removed == 0)
            return false;

        RemoveRange(0, removed);
        return true;
    }

    private bool Remove(ushort sequenceNumber)
    {
        int index = Find(sequenceNumber);
        if (index == _count || _missing[index].SequenceNumber != sequenceNumber)
            return false;

        RemoveRange(index, 1);
        return true;
    }

    private void RemoveRange(int index, int count)
    {
        Array.Copy(_missing, index + count, _missing, index, _count - index - count);
        _count -= count;
        _firstUnasked -= Math.Clamp(_firstUnasked - index, 0, count);
    }

    // The index of the first that is not before sequenceNumber.
    private int Find(ushort sequenceNumber)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (SequenceNumbers.IsNewer(sequenceNumber, _missing[middle].SequenceNumber))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void AddKeyFrame(uint position)
    {
        if (_keyFrameCount == MaxKeyFrames)
            ForgetOldestKeyFrame();

        _keyFrames[(_keyFrameStart + _keyFrameCount++) % MaxKeyFrames] = position;
    }

    private void ForgetOldestKeyFrame()
    {
        _keyFrameStart = (_keyFrameStart + 1) % MaxKeyFrames;
        _keyFrameCount--;
    }

    private struct Missing
    {
        public ushort SequenceNumber;
        public byte Requests;
        public long SinceUs;
        public long AskedAtUs;
    }
}
