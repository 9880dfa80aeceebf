using Rtc.Rtp;
using Rtc.Sctp.Packet;
using Rtc.Seams;

namespace Rtc.Sctp.Send;

/// <summary>What a SACK told.</summary>
internal enum SackOutcome : byte
{
    /// <summary>It is older than what is known, or acknowledges what was never sent.</summary>
    Ignored,

    /// <summary>It is current, and acknowledges nothing new.</summary>
    NothingNew,

    /// <summary>It acknowledges something new.</summary>
    Progress,
}

/// <summary>
/// Cuts messages into chunks, sends them as windows allow, repeats what is lost and abandons what is not worth it:
/// RFC 9260 sections 6 and 7, RFC 3758 for partial reliability.
/// </summary>
internal sealed partial class DataSender(
    SctpOptions options, SendQueue queue, RetransmissionTimeout timeout, uint initialTsn)
{
    // A packet that has something in it already is only filled up with a part of a message when that is worth a chunk.
    private const int MinFillBytes = 256;
    private const int MaxSavedBurst = 64;
    private const int MissesBeforeRetransmission = 3;

    private readonly OutstandingChunks _chunks = new(initialTsn);
    private CongestionControl _congestion = new(options);
    private SenderCounters _counters;
    private int _flightBytes;
    private int _flightPayload;
    private uint _peerWindow;
    private int _lostCount;
    private uint _lostScanTsn = initialTsn;
    private bool _isFastRetransmit;
    private long _order;
    private long _cutOrder;
    private uint _sampleTsn = initialTsn;
    private int _burst = options.MaxBurstPackets;

    /// <summary>Whether chunks are I-DATA (RFC 8260).</summary>
    public bool IsInterleaved { get; set; }

    /// <summary>Whether messages may be abandoned (RFC 3758).</summary>
    public bool IsPartiallyReliable { get; set; }

    /// <summary>When T3-rtx expires.</summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>The TSN of the next new chunk.</summary>
    public uint NextTsn => _chunks.NextTsn;

    /// <summary>Whether all that was sent is acknowledged.</summary>
    public bool IsAllAcknowledged => _chunks.Count == 0;

    /// <summary>Whether the peer said that it has no room.</summary>
    public bool IsPeerWindowClosed => _peerWindow == 0;

    /// <summary>What the peer said last that it has room for, in bytes.</summary>
    public uint PeerWindow => _peerWindow;

    /// <summary>Whether a packet with data may well leave now.</summary>
    public bool IsReady => _isForwardDue || _lostCount > 0 ||
        (queue.CanSend && _flightBytes < _congestion.Window && (_burst > 0 || _flightBytes == 0));

    /// <summary>Bytes of packets that are under way.</summary>
    public int FlightBytes => _flightBytes;

    /// <summary>The congestion window in bytes.</summary>
    public int CongestionWindow => _congestion.Window;

    public ref readonly SenderCounters Counters => ref _counters;

    private int HeaderLength =>
        IsInterleaved ? DataChunkView.IDataHeaderLength : DataChunkView.DataHeaderLength;

    /// <summary>The peer's receiver window, from INIT or INIT ACK.</summary>
    public void SetPeerWindow(uint bytes) => _peerWindow = bytes;

    /// <summary>Forgets what was sent and begins anew at a TSN.</summary>
    public void Reset(uint newInitialTsn)
    {
        for (uint tsn = _chunks.FirstTsn; tsn != _chunks.NextTsn; tsn++)
            LetGo(ref _chunks[tsn]);

        _chunks.Reset(newInitialTsn);
        _congestion = new CongestionControl(options);
        _flightBytes = 0;
        _flightPayload = 0;
        _lostCount = 0;
        _lostScanTsn = newInitialTsn;
        _sampleTsn = newInitialTsn;
        _isFastRetransmit = false;
        _isForwardDue = false;
        _burst = options.MaxBurstPackets;
        DeadlineUs = Deadline.Never;
    }

    /// <summary>Adds to a packet what may be sent now: FORWARD TSN, lost chunks, new chunks.</summary>
    public void Append(ref PacketWriter packet, long nowUs)
    {
        int before = packet.Length;
        AppendForwardTsn(ref packet);
        AppendLost(ref packet, nowUs);
        AppendNew(ref packet, nowUs);
        if (packet.Length != before && DeadlineUs == Deadline.Never)
            DeadlineUs = nowUs + timeout.TimeoutUs;
    }

    /// <summary>T3-rtx: true when it expired, which counts against the association.</summary>
    public bool HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs)
            return false;

        _counters.Timeouts++;
        timeout.BackOff();
        _congestion.OnTimeout();
        // A peer that acknowledged the first chunk and still waits for it has thrown it away again.
        bool hasReneged = _chunks.Count > 0 && _chunks[_chunks.FirstTsn].State == ChunkState.Acked;
        for (uint tsn = _chunks.FirstTsn; tsn != _chunks.NextTsn; tsn++)
        {
            ref OutstandingChunk chunk = ref _chunks[tsn];
            if (chunk.State == ChunkState.InFlight)
                Lose(ref chunk, nowUs);
            else if (hasReneged && chunk.State == ChunkState.Acked)
                MarkLost(ref chunk);
        }

        _isFastRetransmit = false;
        _burst = options.MaxBurstPackets;
        UpdateAdvancedTsn();
        DeadlineUs = _chunks.Count > 0 ? nowUs + timeout.TimeoutUs : Deadline.Never;
        return true;
    }

    private void AppendLost(ref PacketWriter packet, long nowUs)
    {
        if (_lostCount == 0)
            return;

        bool hasSent = false;
        uint tsn = _lostScanTsn;
        for (; tsn != _chunks.NextTsn && _lostCount > 0; tsn++)
        {
            ref OutstandingChunk chunk = ref _chunks[tsn];
            if (chunk.State != ChunkState.Lost)
                continue;

            if (IsSpent(chunk, nowUs))
            {
                Abandon(chunk.Message!);
                UpdateAdvancedTsn();
                continue;
            }

            if (HeaderLength + Tlv.Padded(chunk.Length) > packet.Room)
                break;

            // One packet of a fast retransmission leaves whatever the window (RFC 9260 section 7.2.4).
            if (!_isFastRetransmit && _flightBytes >= _congestion.Window)
                break;

            chunk.Retransmits++;
            _lostCount--;
            _counters.RetransmittedChunks++;
            Transmit(ref packet, ref chunk, tsn, nowUs);
            hasSent = true;
            // RFC 9260 section 7.2.4, rule 4: the first one gets a whole timeout to be acknowledged.
            if (tsn == _chunks.FirstTsn)
                DeadlineUs = nowUs + timeout.TimeoutUs;
        }

        _lostScanTsn = tsn;
        if (hasSent)
            _isFastRetransmit = false;
    }

    private void AppendNew(ref PacketWriter packet, long nowUs)
    {
        if (_flightBytes == 0)
            _burst = Math.Max(_burst, options.MaxBurstPackets);

        bool hasSent = false;
        while (_burst > 0 && TryPeekLive(nowUs, out OutgoingMessage? message))
        {
            if (_lostCount > 0 || _chunks.IsFull || _flightBytes >= _congestion.Window ||
                !TryChooseLength(packet, message!, out int length))
            {
                break;
            }

            // Into a closed window one chunk is sent as a probe (RFC 9260 section 6.1 A).
            if (_flightPayload > 0 && (uint)(_flightPayload + length) > _peerWindow)
                break;

            AppendFirstTransmission(ref packet, message!, length, nowUs);
            hasSent = true;
            if (_flightPayload > _peerWindow)
                break;
        }

        if (hasSent)
            _burst--;
    }

    private void AppendFirstTransmission(ref PacketWriter packet, OutgoingMessage message, int length, long nowUs)
    {
        bool isBegin = !message.IsStarted;
        int offset = message.SentLength;
        queue.Take(length, IsInterleaved);
        uint tsn = _chunks.NextTsn;
        if (isBegin)
        {
            message.FirstTsn = tsn;
            _counters.StartedMessages++;
        }

        message.LastTsn = tsn;
        ref OutstandingChunk chunk = ref _chunks.Add();
        chunk.Message = message;
        chunk.Offset = offset;
        chunk.Length = length;
        chunk.Flags = (byte)((isBegin ? DataChunkView.BeginFlag : 0) |
            (message.UnsentLength == 0 ? DataChunkView.EndFlag : 0) |
            (message.IsUnordered ? DataChunkView.UnorderedFlag : 0));
        chunk.StreamId = message.StreamId;
        chunk.IsUnordered = message.IsUnordered;
        chunk.MessageId = message.MessageId;
        chunk.Position = message.NextPosition++;
        chunk.PayloadProtocolId = message.PayloadProtocolId;
        _counters.SentChunks++;
        Transmit(ref packet, ref chunk, tsn, nowUs);
    }

    private void Transmit(ref PacketWriter packet, ref OutstandingChunk chunk, uint tsn, long nowUs)
    {
        chunk.State = ChunkState.InFlight;
        chunk.Misses = 0;
        chunk.SentUs = nowUs;
        chunk.SentOrder = _order++;
        _flightBytes += SizeOf(chunk);
        _flightPayload += chunk.Length;
        byte flags = chunk.Flags;
        if (_congestion.WantsImmediateSack)
            flags |= DataChunkView.ImmediateFlag;

        var fields = new DataFields(
            flags, tsn, chunk.StreamId, chunk.MessageId, chunk.Position, chunk.PayloadProtocolId);
        ChunkWriter.AddData(
            ref packet, IsInterleaved, fields, chunk.Message!.Buffer.AsSpan(chunk.Offset, chunk.Length));
    }

    // The message whose turn it is, those that are not worth sending any more thrown away.
    private bool TryPeekLive(long nowUs, out OutgoingMessage? message)
    {
        while (queue.TryPeek(out message))
        {
            bool isExpired = message.ExpiresUs <= nowUs && (IsPartiallyReliable || !message.IsStarted);
            if (!isExpired)
                return true;

            if (message.IsStarted)
            {
                Abandon(message);
                UpdateAdvancedTsn();
            }
            else
            {
                _counters.AbandonedMessages++;
                queue.DiscardCurrent(IsInterleaved);
            }
        }

        return false;
    }

    private bool TryChooseLength(in PacketWriter packet, OutgoingMessage message, out int length)
    {
        int room = packet.Room - HeaderLength;
        int whole = (options.Mtu & ~3) - PacketView.HeaderLength - HeaderLength;
        length = Math.Min(message.UnsentLength, whole);
        if (length <= room)
            return true;

        bool isWorthCutting = packet.IsEmpty || (message.UnsentLength > whole && room >= MinFillBytes);
        length = room;
        return isWorthCutting && room > 0;
    }

    private bool IsSpent(in OutstandingChunk chunk, long nowUs) =>
        IsPartiallyReliable && chunk.Message is OutgoingMessage message &&
        ((message.MaxRetransmits >= 0 && chunk.Retransmits >= message.MaxRetransmits) ||
            message.ExpiresUs <= nowUs);

    private void Lose(ref OutstandingChunk chunk, long nowUs)
    {
        if (IsSpent(chunk, nowUs))
        {
            Abandon(chunk.Message!);
            return;
        }

        _flightBytes -= SizeOf(chunk);
        _flightPayload -= chunk.Length;
        MarkLost(ref chunk);
    }

    private void MarkLost(ref OutstandingChunk chunk)
    {
        chunk.State = ChunkState.Lost;
        _lostCount++;
        _lostScanTsn = _chunks.FirstTsn;
    }

    private void LetGo(ref OutstandingChunk chunk)
    {
        if (chunk.Message is OutgoingMessage message)
            queue.Release(message);

        chunk.Message = null;
    }

    private int SizeOf(in OutstandingChunk chunk) => HeaderLength + Tlv.Padded(chunk.Length);

    private static bool IsNewer(uint tsn, uint reference) => SequenceNumbers.IsNewer(tsn, reference);
}

/// <summary>What the sending side counts.</summary>
internal struct SenderCounters
{
    public long StartedMessages;
    public long SentChunks;
    public long RetransmittedChunks;
    public long AbandonedMessages;
    public long Timeouts;
    public long FastRecoveries;
}
