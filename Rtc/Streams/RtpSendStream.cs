using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Seams;

namespace Rtc.Streams;

/// <summary>What <see cref="RtpSendStream"/> needs done, by whoever owns it.</summary>
public interface IRtpSendStreamListener
{
    /// <summary>The score changed.</summary>
    void OnScoreChanged(RtpSendStream stream, byte previousScore, long nowUs);

    /// <summary>A packet has to be sent again.</summary>
    void OnRetransmit(RtpSendStream stream, in OutgoingRtp packet, long nowUs);

    /// <summary>A copy of a packet, which nobody asked for, has to be sent.</summary>
    void OnCopy(RtpSendStream stream, in OutgoingRtp packet, long nowUs);
}

/// <summary>
/// One RTP stream as it leaves, with its retransmissions: keeps what was sent, answers NACKs, counts, scores, reports
/// (RFC 3550, RFC 4585, RFC 4588). A pure state machine.
/// </summary>
public sealed class RtpSendStream
{
    /// <summary>Most sequence numbers that the memory of what was sent spans.</summary>
    public const int MaxStoredPackets = 2500;

    /// <summary>How long audio can be sent again, in milliseconds by RTP timestamps.</summary>
    public const int MaxAudioAgeMs = 1000;

    /// <summary>How long video can be sent again, in milliseconds by RTP timestamps.</summary>
    public const int MaxVideoAgeMs = 2000;

    /// <summary>How often a packet is sent again while no round trip is known, in microseconds.</summary>
    public const long DefaultRoundTripUs = 100_000;

    /// <summary>
    /// A stream that sent nothing new for so long tells nothing of its timeline any more, in microseconds.
    /// </summary>
    public const long MaxReportReferenceAgeUs = 2_000_000;

    private const int PrefixLength = sizeof(ushort) + Vp8.MaxDescriptorLength;

    private readonly IRtpSendStreamListener _listener;
    private readonly WallClock _clock;
    private readonly RtpMid _mid;
    private readonly byte[] _cname;
    private readonly RetransmissionBuffer? _sent;
    private readonly RtpDataCounter _counter = new(countPaddingOnly: false);
    private readonly ScoreHistory _score = new();

    private SequenceValidator _sequence;
    private DeliveryScore _delivery;
    private ushort _rtxSequenceNumber;

    private bool _hasTimestamp;
    private uint _maxTimestamp;
    private long _maxTimestampAtUs;
    private long _maxTimestampCaptureAtUs = RtpPacket.NoTime;

    private uint _referenceTimeCompact;
    private long _referenceTimeReceivedAtUs;

    private long _sentPriorScore;
    private int _lostPriorScore;
    private int _packetsLost;
    private uint _jitter;
    private long _packetsDiscarded;
    private long _packetsRetransmitted;
    private long _packetsRepaired;
    private long _nackCount;
    private long _nackPacketCount;
    private long _pliCount;
    private long _firCount;

    /// <param name="parameters">What was negotiated.</param>
    /// <param name="mid">The receiver's MID; empty when it has none.</param>
    /// <param name="listener">Who does what is needed.</param>
    /// <param name="clock">The time of day.</param>
    /// <param name="random">Where the numbering of retransmissions begins.</param>
    public RtpSendStream(
        RtpStreamParameters parameters,
        RtpMid mid,
        IRtpSendStreamListener listener,
        WallClock clock,
        IRandomSource random)
    {
        Parameters = parameters;
        _mid = mid;
        _cname = Encoding.UTF8.GetBytes(parameters.Cname);
        if (_cname.Length > byte.MaxValue)
            _cname = _cname[..byte.MaxValue];

        _listener = listener;
        _clock = clock;
        if (parameters.UseNack)
        {
            int maxAgeMs = parameters.MimeType.Kind == MediaKind.Video ? MaxVideoAgeMs : MaxAudioAgeMs;
            _sent = new RetransmissionBuffer(MaxStoredPackets, maxAgeMs, parameters.ClockRate);
        }

        HasRtx = parameters.RtxSsrc is not null;
        if (HasRtx)
            _rtxSequenceNumber = (ushort)random.NextUInt32();
    }

    /// <summary>What was negotiated.</summary>
    public RtpStreamParameters Parameters { get; }

    /// <summary>Its SSRC.</summary>
    public uint Ssrc => Parameters.Ssrc;

    /// <summary>The CNAME, UTF-8, cut at the 255 bytes that reports have room for.</summary>
    public ReadOnlySpan<byte> Cname => _cname;

    /// <summary>Whether retransmissions go by a stream of their own.</summary>
    public bool HasRtx { get; }

    /// <summary>The score, 0 to 10.</summary>
    public byte Score => _score.Score;

    /// <summary>The newest RTP timestamp that was sent.</summary>
    public uint MaxTimestamp => _maxTimestamp;

    /// <summary>Round trip to the receiver in microseconds; 0 while it is not known.</summary>
    public long RoundTripUs { get; private set; }

    /// <summary>The fraction lost that the receiver last reported, in 256ths.</summary>
    public byte FractionLost { get; private set; }

    /// <summary>
    /// Notes a packet that is about to be sent, and keeps it. False when it must not be sent: its number is out of all
    /// bounds, or was sent before (sent again as it is it would be a replay to SRTP and a duplicate to estimators).
    /// </summary>
    /// <param name="packet">The shared packet.</param>
    /// <param name="sequenceNumber">The number that it is sent by.</param>
    /// <param name="timestamp">The timestamp that it is sent with.</param>
    /// <param name="marker">The marker that it is sent with.</param>
    /// <param name="pictureNumbers">What its payload descriptor says.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(
        RtpPacket packet,
        ushort sequenceNumber,
        uint timestamp,
        bool marker,
        PictureNumbers pictureNumbers,
        long nowUs)
    {
        SequenceVerdict verdict = _sequence.Update(sequenceNumber);
        if (verdict != SequenceVerdict.InOrder && !MayBeSent(verdict, sequenceNumber))
            return false;

        if (timestamp != _maxTimestamp || !_hasTimestamp || verdict == SequenceVerdict.Restart)
            UpdateTimestamp(verdict, timestamp, packet, nowUs);

        _sent?.TryInsert(packet, sequenceNumber, timestamp, marker, pictureNumbers);
        _counter.Add(packet.Length, packet.PayloadLength, nowUs);
        return true;
    }

    /// <summary>
    /// Notes the transport-wide number that a packet left with. Without RTX it is sent again under the same numbers, all
    /// of them: encryption must not see other bytes under one sequence number.
    /// </summary>
    public void RememberTransportCc(ushort sequenceNumber, ushort transportCc)
    {
        if (HasRtx || _sent is null)
            return;

        int index = _sent.IndexOf(sequenceNumber);
        if (index >= 0)
            _sent[index].TransportCc = transportCc;
    }

    /// <summary>Counts a NACK; its items follow by <see cref="Retransmit"/>.</summary>
    public void CountNack() => _nackCount++;

    /// <summary>Sends the packets again that one item of a NACK asks for (RFC 4585 section 6.2.1).</summary>
    /// <param name="packetId">The first.</param>
    /// <param name="bitmask">Which of the 16 after it.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Retransmit(ushort packetId, ushort bitmask, long nowUs)
    {
        uint requested = 1u | ((uint)bitmask << 1);
        for (int i = 0; requested != 0; i++, requested >>= 1)
        {
            if ((requested & 1) == 0)
                continue;

            _nackPacketCount++;
            RetransmitOne((ushort)(packetId + i), nowUs);
        }
    }

    /// <summary>
    /// Sends a packet once more though nobody asked for it. It counts neither as a retransmission nor as a repair, for
    /// it tells nothing of what the receiver gets. Without effect where there is no RTX: under its own number it would
    /// be taken for a replay.
    /// </summary>
    public void SendCopy(ushort sequenceNumber, long nowUs)
    {
        int index = HasRtx && _sent is not null ? _sent.IndexOf(sequenceNumber) : -1;
        if (index < 0)
            return;

        Span<byte> prefix = stackalloc byte[PrefixLength];
        _listener.OnCopy(this, WrapInRtx(sequenceNumber, _sent![index], prefix), nowUs);
    }

    /// <summary>Counts a key frame request that the receiver sent.</summary>
    public void CountKeyFrameRequest(bool isFir)
    {
        if (isFir)
            _firCount++;
        else
            _pliCount++;
    }

    /// <summary>Takes what the receiver reports; the score is computed at each report.</summary>
    public void OnReceiverReport(in ReportBlock report, long nowUs)
    {
        RoundTripUs = RoundTrip.Measure(
            _clock.At(nowUs), report.LastSenderReport, report.DelaySinceLastSenderReport);
        _packetsLost = report.TotalLost;
        FractionLost = report.FractionLost;
        _jitter = report.Jitter;
        UpdateScore(nowUs);
    }

    /// <summary>Takes the receiver's reference time (RFC 3611 section 4.4).</summary>
    public void OnReceiverReferenceTime(NtpTime ntp, long nowUs)
    {
        _referenceTimeCompact = ntp.Compact;
        _referenceTimeReceivedAtUs = nowUs;
    }

    /// <summary>
    /// What a sender report says now. False when nothing was sent, or nothing new for so long that the timeline cannot
    /// be told.
    /// </summary>
    public bool TryCreateSenderReport(long nowUs, out SenderReport report)
    {
        report = default;
        if (_counter.Packets == 0 || nowUs - _maxTimestampAtUs > MaxReportReferenceAgeUs)
            return false;

        // Captured rather than sent: what the sender's encoder and the network delayed would shift streams against each
        // other. It is an estimate and may lie ahead of now.
        long referenceUs = _maxTimestampCaptureAtUs == RtpPacket.NoTime ? _maxTimestampAtUs : _maxTimestampCaptureAtUs;
        long elapsedUs = Math.Max(0, nowUs - referenceUs);
        report = new SenderReport(
            Ssrc,
            _clock.At(nowUs),
            _maxTimestamp + (uint)(elapsedUs * Parameters.ClockRate / 1_000_000),
            (uint)_counter.Packets,
            (uint)_counter.Bytes);
        return true;
    }

    /// <summary>
    /// What the receiver has to know to measure the round trip; null while it sent no reference time.
    /// </summary>
    public DelaySinceLastReceiverReport? GetDelaySinceLastReceiverReport(long nowUs) => _referenceTimeCompact == 0
        ? null
        : new DelaySinceLastReceiverReport(
            Ssrc, _referenceTimeCompact, NtpTime.MicrosecondsToCompact(nowUs - _referenceTimeReceivedAtUs));

    /// <summary>Forgets what was sent.</summary>
    public void Pause()
    {
        _sent?.Clear();
        _jitter = 0;
    }

    /// <summary>Gives all memory back. Nothing can be sent any more.</summary>
    public void Close() => _sent?.Clear();

    /// <summary>Starts the score afresh without telling anybody.</summary>
    public void ResetScoreSilently(byte score) => _score.Reset(score);

    /// <summary>Bits per second.</summary>
    public long GetBitrate(long nowUs) => _counter.GetBitrate(nowUs);

    /// <summary>A snapshot for dumps.</summary>
    public RtpStreamDump Dump() => new(Parameters, Score, RtxStreamDump.Create(Parameters));

    /// <summary>A snapshot for stats.</summary>
    public RtpStreamStats GetStats(long nowUs) => new()
    {
        Direction = RtpStreamDirection.Send,
        TimestampMs = nowUs / 1000,
        Parameters = Parameters,
        PacketsLost = _packetsLost,
        FractionLost = FractionLost,
        Jitter = _jitter,
        PacketsDiscarded = _packetsDiscarded,
        PacketsRetransmitted = _packetsRetransmitted,
        PacketsRepaired = _packetsRepaired,
        NackCount = _nackCount,
        NackPacketCount = _nackPacketCount,
        PliCount = _pliCount,
        FirCount = _firCount,
        RoundTripTimeMs = RoundTripUs / 1000f,
        Score = Score,
        PacketCount = _counter.Packets,
        ByteCount = _counter.Bytes,
        Bitrate = _counter.GetBitrate(nowUs),
    };

    /// <summary>What comes in order has a number that nothing was sent by; the rest must be looked at.</summary>
    private bool MayBeSent(SequenceVerdict verdict, ushort sequenceNumber)
    {
        switch (verdict)
        {
            case SequenceVerdict.Rejected:
                _packetsDiscarded++;
                return false;
            case SequenceVerdict.Restart:
                _sent?.Clear();
                return true;
            default:
                return _sent is null || !_sent.Contains(sequenceNumber);
        }
    }

    // Where numbers go on in order, or start over, the timeline goes with them, also back.
    private void UpdateTimestamp(SequenceVerdict verdict, uint timestamp, RtpPacket packet, long nowUs)
    {
        bool isLate = verdict == SequenceVerdict.OutOfOrder && !SequenceNumbers.IsNewer(timestamp, _maxTimestamp);
        if (isLate && _hasTimestamp)
            return;

        _hasTimestamp = true;
        _maxTimestamp = timestamp;
        _maxTimestampAtUs = nowUs;
        _maxTimestampCaptureAtUs = packet.CaptureAtUs;
    }

    private void RetransmitOne(ushort sequenceNumber, long nowUs)
    {
        int index = _sent?.IndexOf(sequenceNumber) ?? -1;
        if (index < 0)
            return;

        ref SentRtp sent = ref _sent![index];
        if (sent.IsRetransmittedWithin(RoundTripUs > 0 ? RoundTripUs : DefaultRoundTripUs, nowUs))
            return;

        _packetsRetransmitted++;
        if (!sent.IsRetransmitted)
            _packetsRepaired++;
        sent.SetRetransmitted(nowUs);

        Span<byte> prefix = stackalloc byte[PrefixLength];
        OutgoingRtp packet = HasRtx
            ? WrapInRtx(sequenceNumber, sent, prefix)
            : Repeat(sequenceNumber, sent, prefix);
        _listener.OnRetransmit(this, packet, nowUs);
    }

    private OutgoingRtp WrapInRtx(ushort sequenceNumber, in SentRtp sent, Span<byte> prefix)
    {
        RtpPacket packet = _sent!.PacketOf(sent);
        BinaryPrimitives.WriteUInt16BigEndian(prefix, sequenceNumber);
        int descriptorLength = sent.PictureNumbers.Write(packet, prefix[sizeof(ushort)..]);
        return new OutgoingRtp(packet)
        {
            Ssrc = Parameters.RtxSsrc!.Value,
            PayloadType = Parameters.RtxPayloadType!.Value,
            SequenceNumber = ++_rtxSequenceNumber,
            Timestamp = sent.Timestamp,
            Marker = sent.Marker,
            Mid = _mid,
            PayloadPrefix = prefix[..(sizeof(ushort) + descriptorLength)],
            PrefixReplaces = sent.PictureNumbers.Replaces(packet),
        };
    }

    // The very bytes of the first time.
    private OutgoingRtp Repeat(ushort sequenceNumber, in SentRtp sent, Span<byte> prefix)
    {
        RtpPacket packet = _sent!.PacketOf(sent);
        int descriptorLength = sent.PictureNumbers.Write(packet, prefix);
        return new OutgoingRtp(packet)
        {
            Ssrc = Ssrc,
            SequenceNumber = sequenceNumber,
            Timestamp = sent.Timestamp,
            Marker = sent.Marker,
            Mid = _mid,
            PayloadPrefix = prefix[..descriptorLength],
            PrefixReplaces = sent.PictureNumbers.Replaces(packet),
            RepeatedTransportCc = sent.TransportCc,
        };
    }

    private void UpdateScore(long nowUs)
    {
        uint sent = (uint)(_counter.Packets - _sentPriorScore);
        _sentPriorScore = _counter.Packets;

        int totalLost = Math.Max(0, _packetsLost);
        uint lost = (uint)Math.Max(0, totalLost - _lostPriorScore);
        _lostPriorScore = totalLost;

        byte value = ScoreHistory.Best;
        if (sent == 0)
            _delivery.Skip(_packetsRepaired, _packetsRetransmitted);
        else
            value = _delivery.Close(sent, lost, _packetsRepaired, _packetsRetransmitted, trustRepairs: true);

        byte previous = Score;
        if (!_score.Add(value))
            return;

        _listener.OnScoreChanged(this, previous, nowUs);
    }
}
