using Rtc.Congestion;
using Rtc.Routing.Forwarding;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// A producer's track on its way to one endpoint: decides which packets are sent, renumbers them, sends them again when
/// they are lost. Made by <see cref="Router.CreateConsumer"/>.
/// </summary>
public sealed class Consumer : IRtpSendStreamListener, IBitrateClaimant, IForwardingHost
{
    private readonly IConsumerTransport _transport;
    private readonly ConsumerOptions _options;
    private readonly ConsumerStreams _streams;
    private readonly PayloadTypeSet _payloadTypes;
    private readonly ConsumerTracer _tracer;

    private IProducerLink? _producer;
    private byte[] _producerScores = [];
    private bool _isTransportConnected;
    private bool _hasOtherPreferences;

    internal Consumer(
        RouterEnvironment environment,
        IConsumerTransport transport,
        ConsumerOptions options,
        IConsumerListener listener)
    {
        Type = ConsumerRules.Check(options);
        _transport = transport;
        _options = options;
        Listener = listener;
        IsPaused = options.Paused;
        _tracer = new ConsumerTracer(listener);
        foreach (RtpCodecParameters codec in options.RtpParameters.Codecs)
        {
            if (codec.MimeType.IsMedia)
                _payloadTypes.Add(codec.PayloadType);
        }

        PreferredLayers = ConsumerRules.Clamp(options.PreferredLayers, Type, RtpParameters.Encodings[0].Layers);
        _streams = new ConsumerStreams(this, options, environment);
    }

    /// <summary>Its id.</summary>
    public string Id => _options.Id;

    /// <summary>Which producer it forwards.</summary>
    public string ProducerId => _options.ProducerId;

    /// <summary>Audio or video.</summary>
    public MediaKind Kind => _options.Kind;

    /// <summary>How it forwards layers.</summary>
    public RtpParametersType Type { get; }

    /// <summary>How its packets look when they leave.</summary>
    public RtpParameters RtpParameters => _options.RtpParameters;

    /// <summary>The producer's encodings as they are renamed for consumers.</summary>
    public IReadOnlyList<RtpEncodingParameters> ConsumableRtpEncodings => _options.ConsumableRtpEncodings;

    /// <summary>Who is told of it.</summary>
    public IConsumerListener Listener { get; }

    /// <summary>Whether the application paused it.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether its producer is paused.</summary>
    public bool IsProducerPaused { get; private set; }

    /// <summary>Whether packets are sent: the transport is connected and nobody paused anything.</summary>
    public bool IsActive => _isTransportConnected && !IsPaused && !IsProducerPaused && _producer is not null;

    /// <summary>
    /// Whether the transport gives out bitrate: layers are then those that were claimed in an allocation, otherwise the
    /// preferred ones.
    /// </summary>
    public bool IsManaged { get; private set; }

    /// <summary>Its share when bandwidth is scarce, 1 to 255.</summary>
    public byte Priority { get; private set; } = 1;

    /// <summary>The layers that the application wants; null where there are none to choose from.</summary>
    public ConsumerLayers? PreferredLayers { get; private set; }

    private bool TakesPart => IsActive && Kind == MediaKind.Video && Type != RtpParametersType.Pipe;

    /// <summary>The layers that are forwarded; null while none are, or where there are none to choose from.</summary>
    public ConsumerLayers? CurrentLayers => _streams.First.Strategy.CurrentLayers;

    /// <summary>How well it is served.</summary>
    public ConsumerScore Score => Type == RtpParametersType.Pipe
        ? new ConsumerScore(ScoreHistory.Best, ScoreHistory.Best, [.. _producerScores])
        : new ConsumerScore(
            _streams.First.Sender.Score, _streams.First.Strategy.Current?.Score ?? 0, [.. _producerScores]);

    /// <summary>
    /// Round trip to the receiver in microseconds, the longest of its streams; 0 while it is not known.
    /// </summary>
    public long RoundTripUs => _streams.RoundTripUs;

    /// <summary>Whether what is lost is sent again by RTX.</summary>
    public bool HasRtx => _streams.First.Sender.HasRtx;

    /// <summary>
    /// The transport is connected; called as well when it is when the consumer is made, after that was answered.
    /// </summary>
    public void OnTransportConnected(long nowUs)
    {
        if (_isTransportConnected)
            return;

        _isTransportConnected = true;
        if (IsActive)
            _streams.Begin(nowUs);
    }

    /// <summary>The transport is not connected any more.</summary>
    public void OnTransportDisconnected()
    {
        if (!_isTransportConnected)
            return;

        _isTransportConnected = false;
        _streams.Interrupt();
    }

    /// <summary>Sends nothing from now on. Without effect when paused.</summary>
    public void Pause(long nowUs)
    {
        if (IsPaused)
            return;

        bool wasActive = IsActive;
        IsPaused = true;
        if (wasActive)
            Rest(nowUs);
    }

    /// <summary>Sends again, from a key frame on. Without effect when not paused.</summary>
    public void Resume(long nowUs)
    {
        if (!IsPaused)
            return;

        IsPaused = false;
        if (IsActive)
            _streams.Begin(nowUs);
    }

    /// <summary>
    /// Sets the layers that the application wants and returns them cut down to those there are; null where there are
    /// none to choose from. The caller answers the request and then calls <see cref="ApplyPreferredLayers"/>: what that
    /// sets off must not overtake the answer.
    /// </summary>
    public ConsumerLayers? SetPreferredLayers(ConsumerLayers layers)
    {
        ConsumerLayers? previous = PreferredLayers;
        PreferredLayers = ConsumerRules.Clamp(layers, Type, RtpParameters.Encodings[0].Layers);
        _hasOtherPreferences |= PreferredLayers != previous;
        if (PreferredLayers is { } preferred)
            _streams.First.Strategy.SetPreferredLayers(preferred);

        return PreferredLayers;
    }

    /// <summary>Goes to layers that were set and are others than before.</summary>
    public void ApplyPreferredLayers(long nowUs)
    {
        bool isUrgent = _hasOtherPreferences;
        _hasOtherPreferences = false;
        if (isUrgent && IsActive)
            _streams.First.Strategy.Reconsider(isUrgent, nowUs);
    }

    /// <summary>Sets its share when bandwidth is scarce and returns it.</summary>
    /// <exception cref="RequestException">TypeError: 0.</exception>
    public byte SetPriority(byte priority)
    {
        if (priority == 0)
            throw RequestException.TypeError($"consumer {Id}: priority 0 is below 1");

        return Priority = priority;
    }

    /// <summary>From now on the transport gives out bitrate; for good.</summary>
    public void LetTransportManage() => IsManaged = true;

    /// <inheritdoc/>
    public long ClaimNextLayer(long availableBitrate, bool considersLoss, long nowUs)
    {
        if (!TakesPart)
            return 0;

        ConsumerStream stream = _streams.First;
        long tolerated = considersLoss
            ? LossTolerance.Apply(availableBitrate, stream.Sender.FractionLost)
            : availableBitrate;
        return Math.Min(availableBitrate, stream.Strategy.ClaimNextLayer(tolerated, nowUs));
    }

    /// <inheritdoc/>
    public void ApplyClaims(long nowUs)
    {
        if (Type != RtpParametersType.Pipe)
            _streams.First.Strategy.ApplyClaims(nowUs);
    }

    /// <inheritdoc/>
    public long GetGrantedBitrate(long nowUs) => TakesPart ? _streams.First.Strategy.GetGrantedBitrate(nowUs) : 0;

    /// <inheritdoc/>
    public long GetDesiredBitrate(long nowUs) => TakesPart
        ? Math.Max(
            _streams.First.Strategy.GetDesiredBitrate(nowUs),
            (long)Math.Min(long.MaxValue, RtpParameters.Encodings[0].MaxBitrate ?? 0))
        : 0;

    /// <summary>Asks the producer's endpoint for a key frame; without effect on audio or while inactive.</summary>
    public void RequestKeyFrame(long nowUs)
    {
        if (IsActive && Kind == MediaKind.Video)
            _streams.RequestKeyFrame(nowUs);
    }

    /// <summary>Replaces the set of trace events that the listener gets.</summary>
    public void SetTraceEventTypes(RtpTraceEventTypes types) =>
        _tracer.Types = types & ~RtpTraceEventTypes.SenderReport;

    /// <summary>Takes what a receiver reports of one of its media SSRCs.</summary>
    public void OnReceiverReport(in ReportBlock report, long nowUs) =>
        _streams.Find(report.Ssrc)?.Sender.OnReceiverReport(report, nowUs);

    /// <summary>Takes a receiver's reference time, which is about all streams.</summary>
    public void OnReceiverReferenceTime(NtpTime time, long nowUs) => _streams.OnReceiverReferenceTime(time, nowUs);

    /// <summary>Takes a NACK about one of its media SSRCs. Ignored while inactive.</summary>
    public void OnNack(in NackView nack, long nowUs)
    {
        if (!IsActive || _streams.Find(nack.Header.MediaSsrc) is not { } stream)
            return;

        _tracer.OnFeedback(RtpTraceEventTypes.Nack, ssrc: 0, nowUs);
        stream.Sender.CountNack();
        for (int i = 0; i < nack.Count; i++)
            stream.Sender.Retransmit(nack[i].PacketId, nack[i].Bitmask, nowUs);
    }

    /// <summary>
    /// Sends a packet once more, by RTX, before anybody asks for it. Ignored while inactive, and where there is no RTX.
    /// </summary>
    /// <param name="ssrc">The SSRC that it was sent with last, of media or of retransmissions.</param>
    /// <param name="sequenceNumber">The number of the media packet.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void SendCopy(uint ssrc, ushort sequenceNumber, long nowUs)
    {
        if (IsActive)
            _streams.FindMediaOrRtx(ssrc)?.Sender.SendCopy(sequenceNumber, nowUs);
    }

    /// <summary>Takes a key frame request about one of its media SSRCs. Ignored for audio.</summary>
    public void OnKeyFrameRequest(KeyFrameRequestKind kind, uint ssrc, long nowUs)
    {
        if (Kind != MediaKind.Video || _streams.Find(ssrc) is not { } stream)
            return;

        bool isFir = kind == KeyFrameRequestKind.Fir;
        _tracer.OnFeedback(isFir ? RtpTraceEventTypes.Fir : RtpTraceEventTypes.Pli, ssrc, nowUs);
        stream.Sender.CountKeyFrameRequest(isFir);
        if (IsActive)
            stream.Strategy.OnKeyFrameRequest(nowUs);
    }

    /// <summary>
    /// Adds what has to be reported of its streams, when that is due. False when it does not fit any more: the writer
    /// has to be sent and cleared, and asked again.
    /// </summary>
    public bool TryAppendRtcp(CompoundRtcpWriter writer, long nowUs) => _streams.TryAppendRtcp(writer, nowUs);

    /// <summary>Bits per second that it sends; 0 while inactive.</summary>
    public long GetBitrate(long nowUs) => IsActive ? _streams.GetBitrate(nowUs) : 0;

    /// <summary>A snapshot for dumps.</summary>
    public ConsumerDump Dump() => new()
    {
        Id = Id,
        Type = Type,
        ProducerId = ProducerId,
        Kind = Kind,
        RtpParameters = RtpParameters,
        ConsumableRtpEncodings = _options.ConsumableRtpEncodings,
        SupportedCodecPayloadTypes = _payloadTypes.ToArray(),
        TraceEventTypes = _tracer.Types,
        Paused = IsPaused,
        ProducerPaused = IsProducerPaused,
        Priority = Priority,
        RtpStreams = _streams.Dump(),
        PreferredSpatialLayer = (short)(PreferredLayers?.Spatial ?? -1),
        PreferredTemporalLayer = (short)(PreferredLayers?.Temporal ?? -1),
        TargetSpatialLayer = (short)(_streams.First.Strategy.TargetLayers?.Spatial ?? -1),
        TargetTemporalLayer = (short)(_streams.First.Strategy.TargetLayers?.Temporal ?? -1),
        CurrentSpatialLayer = (short)(CurrentLayers?.Spatial ?? -1),
        CurrentTemporalLayer = (short)(CurrentLayers?.Temporal ?? -1),
    };

    /// <summary>
    /// A snapshot of the stats of what it sends, and behind them those of the producer's stream that it forwards.
    /// </summary>
    public IReadOnlyList<RtpStreamStats> GetStats(long nowUs)
    {
        List<RtpStreamStats> stats = _streams.GetStats(nowUs);
        if (Type != RtpParametersType.Pipe && _streams.First.Strategy.Current is { } current
            && _producer is not null
            && _producer.TryGetStreamStats(current.MappedSsrc, nowUs, out RtpStreamStats? producerStats))
        {
            stats.Add(producerStats);
        }

        return stats;
    }

    void IRtpSendStreamListener.OnScoreChanged(RtpSendStream stream, byte previousScore, long nowUs) => TellScore();

    void IRtpSendStreamListener.OnRetransmit(RtpSendStream stream, in OutgoingRtp packet, long nowUs)
    {
        ushort transportCc = _transport.SendRtp(this, packet, RtpSendKind.Retransmission, nowUs);
        _tracer.OnPacket(packet, transportCc, stream.HasRtx, nowUs);
    }

    void IRtpSendStreamListener.OnCopy(RtpSendStream stream, in OutgoingRtp packet, long nowUs)
    {
        ushort transportCc = _transport.SendRtp(this, packet, RtpSendKind.Copy, nowUs);
        _tracer.OnPacket(packet, transportCc, isRtx: true, nowUs);
    }

    void IForwardingHost.RequestKeyFrame(uint mappedSsrc, long nowUs) =>
        _producer?.RequestKeyFrame(mappedSsrc, nowUs);

    long IForwardingHost.GetBitrate(uint mappedSsrc, long nowUs) => _producer?.GetBitrate(mappedSsrc, nowUs) ?? 0;

    long IForwardingHost.GetLayerBitrate(uint mappedSsrc, int spatialLayer, int temporalLayer, long nowUs) =>
        _producer?.GetLayerBitrate(mappedSsrc, spatialLayer, temporalLayer, nowUs) ?? 0;

    void IForwardingHost.ReleaseHeld() => _streams.ReleaseHeld();

    void IForwardingHost.OnLayersLost() => Listener.OnLayersChange(null);

    void IForwardingHost.OnBitrateNeedChanged(long nowUs) => _transport.OnBitrateNeedChanged(this, nowUs);

    internal void Open(
        IProducerLink producer,
        ReadOnlySpan<byte> producerScores,
        IReadOnlyList<ProducerStreamInfo> producerStreams,
        bool isProducerPaused,
        long nowUs)
    {
        _producer = producer;
        if (isProducerPaused)
            OnProducerPaused(nowUs);

        foreach (ProducerStreamInfo info in producerStreams)
            _streams.Note(info);

        _producerScores = producerScores.ToArray();
    }

    internal void Close()
    {
        _producer = null;
        _streams.Close();
    }

    internal void CloseWithProducer(long nowUs)
    {
        Close();
        Listener.OnProducerClosed();
        _transport.OnConsumerClosed(this, nowUs);
    }

    internal void OnProducerPaused(long nowUs)
    {
        if (IsProducerPaused)
            return;

        bool wasActive = IsActive;
        IsProducerPaused = true;
        if (wasActive)
            Rest(nowUs);

        Listener.OnProducerPaused();
    }

    internal void OnProducerResumed(long nowUs)
    {
        if (!IsProducerPaused)
            return;

        IsProducerPaused = false;
        if (IsActive)
            _streams.Begin(nowUs);

        Listener.OnProducerResumed();
    }

    /// <summary>A stream of the producer began or its score changed.</summary>
    internal void OnProducerStream(in ProducerStreamInfo info, long nowUs)
    {
        _producerScores[info.EncodingIndex] = info.Score;
        _streams.Note(info);
        TellScore();
        _streams.Reconsider(nowUs);
    }

    internal byte GetFractionLost() => IsActive ? _streams.FractionLost : (byte)0;

    internal void OnProducerPackets(ReadOnlySpan<RtpPacket> packets, long nowUs)
    {
        // Numbering starts over when sending goes on, so what is left out until then does not count.
        foreach (RtpPacket packet in packets)
        {
            if (IsActive)
                _streams.Process(packet, _payloadTypes.Contains(packet.PayloadType), nowUs);
        }
    }

    /// <summary>A packet leaves for the first time; returns the transport-wide number that it left with.</summary>
    internal ushort Send(in OutgoingRtp packet, long nowUs)
    {
        ushort transportCc = _transport.SendRtp(this, packet, RtpSendKind.Media, nowUs);
        _tracer.OnPacket(packet, transportCc, isRtx: false, nowUs);
        return transportCc;
    }

    /// <summary>Other layers are forwarded from here on, perhaps out of another stream.</summary>
    internal void TellLayers(bool isOtherStream)
    {
        Listener.OnLayersChange(CurrentLayers);
        if (isOtherStream)
            TellScore();
    }

    // Others may have what it does not take.
    private void Rest(long nowUs)
    {
        _streams.Interrupt();
        if (IsManaged && Kind == MediaKind.Video)
            _transport.OnBitrateNeedChanged(this, nowUs);
    }

    private void TellScore()
    {
        if (Type != RtpParametersType.Pipe)
            Listener.OnScore(Score);
    }
}
