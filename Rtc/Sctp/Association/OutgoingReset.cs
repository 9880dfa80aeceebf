using System.Runtime.InteropServices;
using Rtc.Seams;
using Rtc.Sctp.Packet;
using Rtc.Sctp.Send;

namespace Rtc.Sctp.Association;

/// <summary>What an answer of the peer means to the request that is under way.</summary>
internal enum ResetAnswer : byte
{
    /// <summary>It belongs to another request.</summary>
    Ignored,

    /// <summary>The peer waits for data that comes before the reset, and is asked again later.</summary>
    Deferred,

    Performed,
    Refused,
}

/// <summary>
/// Resets streams that we send on (RFC 6525 section 5.1.2): one request at a time, repeated until it is answered.
/// </summary>
internal sealed class OutgoingReset(SctpOptions options, SendQueue queue, RetransmissionTimeout timeout)
{
    private readonly List<ushort> _streams = [];
    private uint _requestNumber;
    private uint _lastTsn;
    private bool _isDue;
    private bool _isDeferred;
    private int _deferrals;

    /// <summary>When the request is to be repeated.</summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>Whether a request goes out with the next packet.</summary>
    public bool IsDue => _isDue || (_streams.Count == 0 && queue.ReadyToResetCount > 0);

    /// <summary>The streams of the request that is under way.</summary>
    public ReadOnlySpan<ushort> Streams => CollectionsMarshal.AsSpan(_streams);

    /// <summary>Begins anew: request numbers start at the initial TSN.</summary>
    public void Reset(uint initialTsn)
    {
        _streams.Clear();
        _requestNumber = initialTsn;
        EndRequest();
    }

    /// <summary>Adds the request to a packet, if there is room.</summary>
    /// <param name="packet">Where to.</param>
    /// <param name="nextTsn">The TSN that the next new chunk will have.</param>
    /// <param name="peerRequestNumber">The last request of the peer.</param>
    /// <param name="nowUs">The time.</param>
    public void Append(ref PacketWriter packet, uint nextTsn, uint peerRequestNumber, long nowUs)
    {
        const int Overhead = ChunkView.HeaderLength + ParameterView.HeaderLength + OutgoingResetView.FixedLength;
        if (!IsDue || packet.Room < Overhead + Tlv.Padded(Math.Max(_streams.Count, 2) * 2))
            return;

        if (_streams.Count == 0)
        {
            queue.TakeReadyToReset(_streams, (packet.Room - Overhead) / 2);
            _lastTsn = nextTsn - 1;
        }

        Span<byte> parameters = stackalloc byte[options.Mtu];
        var writer = new ParameterWriter(parameters);
        ChunkWriter.AddOutgoingReset(ref writer, _requestNumber, peerRequestNumber, _lastTsn, Streams);
        ChunkWriter.Add(ref packet, ChunkType.ReConfig, 0, writer.Written);
        _isDue = false;
        DeadlineUs = nowUs + timeout.TimeoutUs;
    }

    /// <summary>Repeats the request if its time has come; true when it was not answered in time.</summary>
    public bool HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs)
            return false;

        DeadlineUs = Deadline.Never;
        _isDue = true;
        if (_isDeferred)
        {
            _isDeferred = false;
            return false;
        }

        timeout.BackOff();
        return true;
    }

    /// <summary>
    /// Takes an answer. After <see cref="ResetAnswer.Performed"/> and <see cref="ResetAnswer.Refused"/> the request is
    /// over: <see cref="Complete"/> frees its streams.
    /// </summary>
    public ResetAnswer TakeResponse(in ReconfigurationResponseView response, long nowUs)
    {
        if (_streams.Count == 0 || response.ResponseNumber != _requestNumber)
            return ResetAnswer.Ignored;

        if (response.Result is ReconfigurationResult.InProgress or ReconfigurationResult.RequestAlreadyInProgress)
        {
            // The same request is repeated under the same number. But some peers keep the first answer to a number for
            // good, and only look again when they are asked under the next one.
            if (++_deferrals % 2 == 0)
                _requestNumber++;

            DeadlineUs = nowUs + timeout.TimeoutUs;
            _isDue = false;
            _isDeferred = true;
            return ResetAnswer.Deferred;
        }

        EndRequest();
        _requestNumber++;
        return response.Result is ReconfigurationResult.Performed or ReconfigurationResult.NothingToDo
            ? ResetAnswer.Performed
            : ResetAnswer.Refused;
    }

    /// <summary>Lets the streams send again and forgets them.</summary>
    public void Complete(bool isPerformed)
    {
        foreach (ushort streamId in _streams)
            queue.EndReset(streamId, isPerformed);

        _streams.Clear();
    }

    private void EndRequest()
    {
        _isDue = false;
        _isDeferred = false;
        _deferrals = 0;
        DeadlineUs = Deadline.Never;
    }
}
