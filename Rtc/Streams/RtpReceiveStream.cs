using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Seams;

namespace Rtc.Streams;

/// <summary>What <see cref="RtpReceiveStream"/> needs done, by whoever owns it.</summary>
public interface IRtpReceiveStreamListener
{
    /// <summary>The score changed.</summary>
    void OnScoreChanged(RtpReceiveStream stream, byte previousScore, long nowUs);

    /// <summary>A NACK for these packets, ascending, has to go to the sender. Gone when the call returns.</summary>
    void OnNackNeeded(RtpReceiveStream stream, ReadOnlySpan<ushort> sequenceNumbers, long nowUs);

    /// <summary>More is missing than can be asked for: the sender has to start afresh with a key frame.</summary>
    void OnKeyFrameNeeded(RtpReceiveStream stream, long nowUs);
}

/// <summary>
/// One RTP stream as it arrives, with its retransmissions: validates numbers, finds and repairs losses, counts, scores,
/// reports (RFC 3550, RFC 4585, RFC 4588). A pure state machine.
/// </summary>
public sealed class RtpReceiveStream
{
    /// <summary>How long a stream may be silent before its score is 0, in microseconds.</summary>
    public const long InactivityUs = 1_500_000;

    /// <summary>The same for a stream with DTX.</summary>
    public const long InactivityWithDtxUs = 5_000_000;

    private const int DtxWindowMs = 6000;

    private readonly IRtpReceiveStreamListener _listener;
    private readonly WallClock _clock;
    private readonly NackGenerator? _nack;
    private readonly ushort[] _nackScratch;
    private readonly DependencyDescriptorReader _dependencies = new();
    private readonly LayerCounters _counters;
    private readonly ScoreHistory _score = new();

    private SequenceValidator _sequence;
    private LossReporter _loss;
    private DeliveryScore _delivery;
    private InterarrivalJitter _jitter;
    private SenderReportTiming _lastSenderReport;
    private RtxReceiveState? _rtx;

    private uint _mediaPackets;
    private uint _expectedPriorScore;
    private uint _receivedPriorScore;
    private long _packetsDiscarded;
    private long _packetsRetransmitted;
    private long _packetsRepaired;
    private long _nackCount;
    private long _nackPacketCount;
    private long _pliCount;
    private long _firCount;
    private long _roundTripUs;
    private bool _hasTimestamp;

    private readonly long _inactivityUs;
    private long _inactivityDueUs = Deadline.Never;
    private long _lastActivityUs;
    private bool _isPaused;

    /// <param name="parameters">What was negotiated.</param>
    /// <param name="listener">Who does what is needed.</param>
    /// <param name="clock">The time of day.</param>
    /// <param name="watchActivity">Whether silence makes the score 0.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public RtpReceiveStream(
        RtpStreamParameters parameters,
        IRtpReceiveStreamListener listener,
        WallClock clock,
        bool watchActivity,
        long nowUs)
    {
        Parameters = parameters;
        _listener = listener;
        _clock = clock;
        WatchesActivity = watchActivity;
        _counters = new LayerCounters(
            parameters.SpatialLayers,
            parameters.TemporalLayers,
            parameters.UseDtx ? DtxWindowMs : RtpDataCounter.DefaultWindowMs);
        _nack = parameters.UseNack ? new NackGenerator() : null;
        _nackScratch = parameters.UseNack ? new ushort[NackGenerator.MaxMissing] : [];
        _inactivityUs = parameters.UseDtx ? InactivityWithDtxUs : InactivityUs;
        _lastActivityUs = nowUs;
        ActiveSinceUs = nowUs;
        if (watchActivity)
            _inactivityDueUs = nowUs + _inactivityUs;
    }

    /// <summary>What was negotiated.</summary>
    public RtpStreamParameters Parameters { get; }

    /// <summary>Its SSRC.</summary>
    public uint Ssrc => Parameters.Ssrc;

    /// <summary>Whether a stream of retransmissions is attached.</summary>
    public bool HasRtx => _rtx is not null;

    /// <summary>The score, 0 to 10.</summary>
    public byte Score => _score.Score;

    /// <summary>Since when the score is above 0, in monotonic microseconds.</summary>
    public long ActiveSinceUs { get; private set; }

    /// <summary>Whether silence makes the score 0.</summary>
    public bool WatchesActivity { get; }

    /// <summary>Whether it has been silent for too long.</summary>
    public bool IsInactive { get; private set; }

    /// <summary>The newest RTP timestamp so far.</summary>
    public uint MaxTimestamp { get; private set; }

    /// <summary>Round trip to the sender in microseconds; 0 while it is not known.</summary>
    public long RoundTripUs => _roundTripUs;

    /// <summary>Where NTP and RTP time meet, from the last sender report; null before there is one.</summary>
    public RtpTimeMapping? SenderReportMapping { get; private set; }

    /// <summary>When that sender report came, in monotonic microseconds.</summary>
    public long SenderReportReceivedAtUs => _lastSenderReport.ReceivedAtUs;

    /// <summary>Where NTP and RTP time meet, from the last absolute capture time; null before there is one.</summary>
    public RtpTimeMapping? CaptureTimeMapping { get; private set; }

    /// <summary>When <see cref="HandleDeadline"/> has to be called, in monotonic microseconds.</summary>
    public long DeadlineUs => Math.Min(_nack?.DeadlineUs ?? Deadline.Never, _inactivityDueUs);

    /// <summary>Attaches the stream of retransmissions.</summary>
    public void AttachRtx(uint ssrc, byte payloadType)
    {
        Parameters.RtxSsrc = ssrc;
        Parameters.RtxPayloadType = payloadType;
        _rtx = new RtxReceiveState();
    }

    /// <summary>
    /// Takes a packet of media. False when its number is out of all bounds: it must not be forwarded.
    /// </summary>
    /// <param name="packet">The packet; its SSRC is that of the stream.</param>
    /// <param name="extensionIds">By which ids its header extensions are found.</param>
    /// <param name="nowUs">When it arrived.</param>
    /// <param name="descriptor">What its payload says about itself.</param>
    public bool TryReceive(
        in RtpPacketView packet, in RtpHeaderExtensionIds extensionIds, long nowUs, out PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (!TryUpdateSequence(packet.SequenceNumber, packet.Timestamp))
            return false;

        if (!_hasTimestamp || SequenceNumbers.IsNewer(packet.Timestamp, MaxTimestamp))
            MaxTimestamp = packet.Timestamp;

        _hasTimestamp = true;
        descriptor = ReadPayload(packet, extensionIds);
        NackVerdict verdict = PassToNack(packet.SequenceNumber, descriptor.IsKeyFrame, isRetransmission: false, nowUs);
        if (verdict == NackVerdict.Recovered && !HasRtx)
        {
            _packetsRetransmitted++;
            _packetsRepaired++;
        }

        _jitter.Update(packet.Timestamp, Parameters.ClockRate, nowUs);
        NoteCaptureTime(packet, extensionIds.AbsCaptureTime);
        _mediaPackets++;
        _counters.Add(descriptor.SpatialLayer, descriptor.TemporalLayer, packet.Length, packet.PayloadLength, nowUs);
        if (packet.PayloadLength > 0)
            NoteActivity(nowUs);

        return true;
    }

    /// <summary>
    /// Takes a packet of the attached stream of retransmissions. True when the packet in it was missing and has to be
    /// forwarded.
    /// </summary>
    /// <param name="packet">The packet; its SSRC is that of the retransmissions.</param>
    /// <param name="extensionIds">By which ids its header extensions are found.</param>
    /// <param name="nowUs">When it arrived.</param>
    /// <param name="media">The packet in it; not the same variable as <paramref name="packet"/>.</param>
    /// <param name="descriptor">What the payload of that packet says about itself.</param>
    public bool TryReceiveRtx(
        scoped in RtpPacketView packet,
        scoped in RtpHeaderExtensionIds extensionIds,
        long nowUs,
        out RtpPacketView media,
        out PayloadDescriptor descriptor)
    {
        media = default;
        descriptor = default;
        if (_nack is null || _rtx is null || packet.PayloadType != Parameters.RtxPayloadType
            || !_rtx.TryReceive(packet.SequenceNumber)
            || !packet.TryUnwrapRtx(Parameters.PayloadType, Ssrc, out media)
            || !TryUpdateSequence(media.SequenceNumber, media.Timestamp))
        {
            return false;
        }

        descriptor = ReadPayload(media, extensionIds);
        _packetsRetransmitted++;
        if (PassToNack(media.SequenceNumber, descriptor.IsKeyFrame, isRetransmission: true, nowUs)
            == NackVerdict.Ordinary)
        {
            return false;
        }

        _packetsRepaired++;
        _counters.Add(descriptor.SpatialLayer, descriptor.TemporalLayer, media.Length, media.PayloadLength, nowUs);
        if (media.PayloadLength > 0)
            NoteActivity(nowUs);

        return true;
    }

    /// <summary>The deadline has come.</summary>
    public void HandleDeadline(long nowUs)
    {
        if (_nack is not null && _nack.DeadlineUs <= nowUs)
            AskFor(_nack.HandleDeadline(_nackScratch, nowUs), nowUs);

        if (_inactivityDueUs > nowUs)
            return;

        // Activity does not move the deadline, which would cost every packet; it is looked at here.
        _inactivityDueUs = _lastActivityUs + _inactivityUs;
        if (_inactivityDueUs > nowUs)
            return;

        _inactivityDueUs = Deadline.Never;
        IsInactive = true;
        ResetScore(0, nowUs);
    }

    /// <summary>Takes a sender report; the score is computed at each.</summary>
    public void OnSenderReport(in SenderReport report, long nowUs)
    {
        // A sender that does not know the time of day sends 0.
        if (report.Ntp.Value != 0)
        {
            _lastSenderReport = new SenderReportTiming(report.Ntp.Compact, nowUs);
            SenderReportMapping = new RtpTimeMapping(report.Ntp.ToUnixMicroseconds(), report.RtpTimestamp);
        }

        UpdateScore(nowUs);
    }

    /// <summary>Takes a sender report of the stream of retransmissions.</summary>
    public void OnRtxSenderReport(in SenderReport report, long nowUs)
    {
        if (_rtx is not null)
            _rtx.LastSenderReport = new SenderReportTiming(report.Ntp.Compact, nowUs);
    }

    /// <summary>Takes what the sender says of our last receiver reference time (RFC 3611 section 4.5).</summary>
    public void OnDelaySinceLastReceiverReport(in DelaySinceLastReceiverReport echo, long nowUs)
    {
        _roundTripUs = RoundTrip.Measure(_clock.At(nowUs), echo.LastReceiverReport, echo.Delay);
        if (_nack is not null)
            _nack.RoundTripUs = _roundTripUs;
    }

    /// <summary>Closes an interval of reception and reports it.</summary>
    /// <param name="worstRemoteFraction">
    /// The highest fraction lost that consumers' receivers report; 0 for none.
    /// </param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public ReportBlock CreateReport(byte worstRemoteFraction, long nowUs)
    {
        (int totalLost, byte fractionLost) = _loss.Report(_sequence.Expected, _mediaPackets, worstRemoteFraction);
        return _lastSenderReport.CreateReport(
            Ssrc, fractionLost, totalLost, _sequence.ExtendedMax, (uint)_jitter.Ticks, nowUs);
    }

    /// <summary>The same for the stream of retransmissions; false when there is none.</summary>
    public bool TryCreateRtxReport(long nowUs, out ReportBlock report)
    {
        report = _rtx?.CreateReport(Parameters.RtxSsrc!.Value, nowUs) ?? default;
        return _rtx is not null;
    }

    /// <summary>Counts a NACK that was sent, for so many packets.</summary>
    public void CountNack(int packets)
    {
        _nackCount++;
        _nackPacketCount += packets;
    }

    /// <summary>Counts a key frame request that was sent.</summary>
    public void CountKeyFrameRequest(bool isFir)
    {
        if (isFir)
            _firCount++;
        else
            _pliCount++;
    }

    /// <summary>
    /// Forgets what is missing and lets silence pass until <see cref="Resume"/>. Packets that come are still counted
    /// and repaired, so that the score stays true.
    /// </summary>
    public void Pause()
    {
        _isPaused = true;
        _inactivityDueUs = Deadline.Never;
        _nack?.Reset();
        _jitter = default;
    }

    /// <summary>Goes on after <see cref="Pause"/>.</summary>
    public void Resume(long nowUs)
    {
        _isPaused = false;
        if (WatchesActivity && !IsInactive)
        {
            _lastActivityUs = nowUs;
            _inactivityDueUs = nowUs + _inactivityUs;
        }
    }

    /// <summary>Bits per second of all layers.</summary>
    public long GetBitrate(long nowUs) => _counters.GetBitrate(nowUs);

    /// <summary>
    /// Bits per second of a layer with all that it needs; 0 while it does not arrive, and for layers that there are
    /// not.
    /// </summary>
    public long GetBitrate(int spatialLayer, int temporalLayer, long nowUs) =>
        spatialLayer < Parameters.SpatialLayers && temporalLayer < Parameters.TemporalLayers
            ? _counters.GetCumulativeBitrate(spatialLayer, temporalLayer, nowUs)
            : 0;

    /// <summary>A snapshot for dumps.</summary>
    public RtpStreamDump Dump() => new(Parameters, Score, RtxStreamDump.Create(Parameters));

    /// <summary>A snapshot for stats.</summary>
    public RtpStreamStats GetStats(long nowUs) => new()
    {
        Direction = RtpStreamDirection.Receive,
        TimestampMs = nowUs / 1000,
        Parameters = Parameters,
        PacketsLost = _loss.Lost,
        FractionLost = _loss.FractionLost,
        Jitter = (uint)_jitter.Ticks,
        PacketsDiscarded = _packetsDiscarded,
        PacketsRetransmitted = _packetsRetransmitted,
        PacketsRepaired = _packetsRepaired,
        NackCount = _nackCount,
        NackPacketCount = _nackPacketCount,
        PliCount = _pliCount,
        FirCount = _firCount,
        RtxPacketsDiscarded = _rtx?.PacketsDiscarded ?? 0,
        RoundTripTimeMs = _roundTripUs / 1000f,
        Score = Score,
        PacketCount = _counters.Packets,
        ByteCount = _counters.Bytes,
        Bitrate = _counters.GetBitrate(nowUs),
        BitrateByLayer = _counters.GetBitrates(nowUs),
    };

    private bool TryUpdateSequence(ushort sequenceNumber, uint timestamp)
    {
        switch (_sequence.Update(sequenceNumber))
        {
            case SequenceVerdict.Rejected:
                _packetsDiscarded++;
                return false;
            case SequenceVerdict.Restart:
                MaxTimestamp = timestamp;
                break;
            case SequenceVerdict.InOrder when SequenceNumbers.IsNewer(MaxTimestamp, timestamp):
                // The sender's timeline moved back, as after a long pause.
                MaxTimestamp = timestamp;
                break;
        }

        return true;
    }

    private PayloadDescriptor ReadPayload(in RtpPacketView packet, in RtpHeaderExtensionIds extensionIds)
    {
        if (packet.PayloadType != Parameters.PayloadType)
            return default;

        packet.TryGetExtension(extensionIds.DependencyDescriptor, out ReadOnlySpan<byte> dependencyDescriptor);
        PayloadDescriptorParser.TryParse(
            Parameters.MimeType.Codec,
            packet.Payload,
            dependencyDescriptor,
            _dependencies,
            out PayloadDescriptor descriptor);
        return descriptor;
    }

    private NackVerdict PassToNack(ushort sequenceNumber, bool isKeyFrame, bool isRetransmission, long nowUs)
    {
        if (_nack is null)
            return NackVerdict.Ordinary;

        NackVerdict verdict = _nack.OnPacket(sequenceNumber, isKeyFrame, isRetransmission, nowUs);
        if (verdict == NackVerdict.KeyFrameNeeded)
            _listener.OnKeyFrameNeeded(this, nowUs);

        AskFor(_nack.CollectNew(_nackScratch, nowUs), nowUs);
        return verdict;
    }

    private void AskFor(int count, long nowUs)
    {
        if (count == 0)
            return;

        _listener.OnNackNeeded(this, _nackScratch.AsSpan(0, count), nowUs);
    }

    private void NoteActivity(long nowUs)
    {
        _lastActivityUs = nowUs;
        if (!IsInactive)
            return;

        IsInactive = false;
        if (WatchesActivity && !_isPaused)
            _inactivityDueUs = nowUs + _inactivityUs;

        ResetScore(ScoreHistory.Best, nowUs);
    }

    private void NoteCaptureTime(in RtpPacketView packet, byte extensionId)
    {
        if (!packet.TryGetAbsCaptureTime(extensionId, out ulong captureTime, out long clockOffset) || captureTime == 0)
            return;

        // The capturer's clock is ahead of the sender's by the offset; the stream is measured by the sender's.
        long captureUs = new NtpTime(captureTime).ToUnixMicroseconds() - NtpTime.Q32ToMicroseconds(clockOffset);
        CaptureTimeMapping = new RtpTimeMapping(captureUs, packet.Timestamp);
    }

    private void UpdateScore(long nowUs)
    {
        uint expected = _sequence.Expected - _expectedPriorScore;
        uint received = _mediaPackets - _receivedPriorScore;
        _expectedPriorScore += expected;
        _receivedPriorScore += received;
        if (IsInactive || expected == 0 || received == 0)
        {
            _delivery.Skip(_packetsRepaired, _packetsRetransmitted);
            if (!IsInactive)
                AddScore(expected == 0 ? ScoreHistory.Best : (byte)0, nowUs);

            return;
        }

        uint lost = expected > received ? expected - received : 0;
        AddScore(_delivery.Close(received, lost, _packetsRepaired, _packetsRetransmitted, trustRepairs: HasRtx), nowUs);
    }

    private void AddScore(byte value, long nowUs)
    {
        byte previous = Score;
        if (_score.Add(value))
            TellScore(previous, nowUs);
    }

    private void ResetScore(byte score, long nowUs)
    {
        byte previous = Score;
        if (_score.Reset(score))
            TellScore(previous, nowUs);
    }

    private void TellScore(byte previous, long nowUs)
    {
        if (previous == 0)
            ActiveSinceUs = nowUs;

        _listener.OnScoreChanged(this, previous, nowUs);
    }
}
