using System.Text;
using Rtc.Congestion;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// A producer's track on its way to one endpoint: decides which packets are sent, renumbers them, sends them again when
/// they are lost. Made by <see cref="Router.CreateConsumer"/>.
/// </summary>
public sealed class Consumer : IRtpSendStreamListener, IBitrateClaimant
{
    private const uint MinFirstSequenceNumber = 1000;
    private const uint MaxFirstSequenceNumber = 32_767;

    private readonly IConsumerTransport _transport;
    private readonly ConsumerOptions _options;
    private readonly ConsumerStream[] _streams;
    private readonly bool[] _isPayloadTypeSupported = new bool[128];
    private readonly byte[] _mid;

    private IProducerLink? _producer;
    private byte[] _producerScores = [];
    private RtpTraceEventTypes _traceTypes;
    private bool _isTransportConnected;
    private long _lastRtcpUs = RtcpPace.LongAgoUs;
    private int _nextRtcpStream;

    internal Consumer(
        RouterEnvironment environment,
        IConsumerTransport transport,
        ConsumerOptions options,
        IConsumerListener listener,
        long nowUs)
    {
        Type = ConsumerRules.Check(options);
        _transport = transport;
        _options = options;
        Listener = listener;
        IsPaused = options.Paused;
        _mid = Encoding.UTF8.GetBytes(options.RtpParameters.Mid);
        foreach (RtpCodecParameters codec in options.RtpParameters.Codecs)
        {
            if (codec.MimeType.IsMedia)
                _isPayloadTypeSupported[codec.PayloadType & 0x7F] = true;
        }

        _streams = new ConsumerStream[Type == RtpParametersType.Pipe ? RtpParameters.Encodings.Count : 1];
        for (int i = 0; i < _streams.Length; i++)
            _streams[i] = CreateStream(environment, i, nowUs);

        PreferredLayers = ConsumerRules.Clamp(options.PreferredLayers, Type, RtpParameters.Encodings[0].Layers);
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

    /// <summary>How well it is served.</summary>
    public ConsumerScore Score => Type == RtpParametersType.Pipe
        ? new ConsumerScore(ScoreHistory.Best, ScoreHistory.Best, [.. _producerScores])
        : new ConsumerScore(
            _streams[0].Sender.Score, _streams[0].Strategy.Current?.Score ?? 0, [.. _producerScores]);

    /// <summary>
    /// Round trip to the receiver in microseconds, the longest of its streams; 0 while it is not known.
    /// </summary>
    public long RoundTripUs => _streams.Max(stream => stream.Sender.RoundTripUs);

    /// <summary>
    /// The transport is connected; called as well when it is when the consumer is made, after that was answered.
    /// </summary>
    public void OnTransportConnected(long nowUs)
    {
        if (_isTransportConnected)
            return;

        _isTransportConnected = true;
        Begin(nowUs);
    }

    /// <summary>The transport is not connected any more.</summary>
    public void OnTransportDisconnected()
    {
        if (!_isTransportConnected)
            return;

        _isTransportConnected = false;
        Interrupt();
    }

    /// <summary>Sends nothing from now on. Without effect when paused.</summary>
    public void Pause()
    {
        if (IsPaused)
            return;

        bool wasActive = IsActive;
        IsPaused = true;
        if (wasActive)
            Interrupt();
    }

    /// <summary>Sends again, from a key frame on. Without effect when not paused.</summary>
    public void Resume(long nowUs)
    {
        if (!IsPaused)
            return;

        IsPaused = false;
        if (IsActive)
            Begin(nowUs);
    }

    /// <summary>
    /// Sets the layers that the application wants and returns them cut down to those there are; null where there are
    /// none to choose from.
    /// </summary>
    public ConsumerLayers? SetPreferredLayers(ConsumerLayers layers)
    {
        PreferredLayers = ConsumerRules.Clamp(layers, Type, RtpParameters.Encodings[0].Layers);
        return PreferredLayers;
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
    public long ClaimNextLayer(long availableBitrate, bool considersLoss, long nowUs) => 0;

    /// <inheritdoc/>
    public void ApplyClaims(long nowUs)
    {
    }

    /// <inheritdoc/>
    public long GetDesiredBitrate(long nowUs) => 0;

    /// <summary>Asks the producer's endpoint for a key frame; without effect on audio or while inactive.</summary>
    public void RequestKeyFrame(long nowUs)
    {
        if (!IsActive || Kind != MediaKind.Video)
            return;

        foreach (ConsumerStream stream in _streams)
            _producer!.RequestKeyFrame(stream.Strategy.KeyFrameSsrc, nowUs);
    }

    /// <summary>Replaces the set of trace events that the listener gets.</summary>
    public void SetTraceEventTypes(RtpTraceEventTypes types) =>
        _traceTypes = types & ~RtpTraceEventTypes.SenderReport;

    /// <summary>Takes what a receiver reports of one of its media SSRCs.</summary>
    public void OnReceiverReport(in ReportBlock report, long nowUs) =>
        FindStream(report.Ssrc)?.Sender.OnReceiverReport(report, nowUs);

    /// <summary>Takes a receiver's reference time, which is about all streams.</summary>
    public void OnReceiverReferenceTime(NtpTime time, long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Sender.OnReceiverReferenceTime(time, nowUs);
    }

    /// <summary>Takes a NACK about one of its media SSRCs. Ignored while inactive.</summary>
    public void OnNack(in NackView nack, long nowUs)
    {
        if (!IsActive || FindStream(nack.Header.MediaSsrc) is not { } stream)
            return;

        Trace(RtpTraceEventTypes.Nack, ssrc: 0, nowUs);
        stream.Sender.CountNack();
        for (int i = 0; i < nack.Count; i++)
            stream.Sender.Retransmit(nack[i].PacketId, nack[i].Bitmask, nowUs);
    }

    /// <summary>Takes a key frame request about one of its media SSRCs. Ignored for audio.</summary>
    public void OnKeyFrameRequest(KeyFrameRequestKind kind, uint ssrc, long nowUs)
    {
        if (Kind != MediaKind.Video || FindStream(ssrc) is not { } stream)
            return;

        bool isFir = kind == KeyFrameRequestKind.Fir;
        Trace(isFir ? RtpTraceEventTypes.Fir : RtpTraceEventTypes.Pli, ssrc, nowUs);
        stream.Sender.CountKeyFrameRequest(isFir);
        RequestKeyFrame(nowUs);
    }

    /// <summary>
    /// Adds what has to be reported of its streams, when that is due. False when it does not fit any more: the writer
    /// has to be sent and cleared, and asked again.
    /// </summary>
    public bool TryAppendRtcp(CompoundRtcpWriter writer, long nowUs)
    {
        if (!RtcpPace.IsDue(_lastRtcpUs, nowUs))
            return true;

        for (; _nextRtcpStream < _streams.Length; _nextRtcpStream++)
        {
            RtpSendStream sender = _streams[_nextRtcpStream].Sender;
            if (sender.TryCreateSenderReport(nowUs, out SenderReport report)
                && !writer.TryAddSender(report, sender.Cname, sender.GetDelaySinceLastReceiverReport(nowUs)))
            {
                return false;
            }
        }

        _nextRtcpStream = 0;
        _lastRtcpUs = nowUs;
        return true;
    }

    /// <summary>Bits per second that it sends; 0 while inactive.</summary>
    public long GetBitrate(long nowUs)
    {
        long bitrate = 0;
        foreach (ConsumerStream stream in _streams)
            bitrate += IsActive ? stream.Sender.GetBitrate(nowUs) : 0;

        return bitrate;
    }

    /// <summary>A snapshot for dumps.</summary>
    public ConsumerDump Dump() => new()
    {
        Id = Id,
        Type = Type,
        ProducerId = ProducerId,
        Kind = Kind,
        RtpParameters = RtpParameters,
        ConsumableRtpEncodings = _options.ConsumableRtpEncodings,
        SupportedCodecPayloadTypes =
            [.. Enumerable.Range(0, 128).Where(type => _isPayloadTypeSupported[type]).Select(type => (byte)type)],
        TraceEventTypes = _traceTypes,
        Paused = IsPaused,
        ProducerPaused = IsProducerPaused,
        Priority = Priority,
        RtpStreams = [.. _streams.Select(stream => stream.Sender.Dump())],
        PreferredSpatialLayer = (short)(PreferredLayers?.Spatial ?? -1),
        PreferredTemporalLayer = (short)(PreferredLayers?.Temporal ?? -1),
    };

    /// <summary>
    /// A snapshot of the stats of what it sends, and behind them those of the producer's stream that it forwards.
    /// </summary>
    public IReadOnlyList<RtpStreamStats> GetStats(long nowUs)
    {
        var stats = new List<RtpStreamStats>(_streams.Select(stream => stream.Sender.GetStats(nowUs)));
        if (Type != RtpParametersType.Pipe && _streams[0].Strategy.Current is { } current
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
        _transport.SendRtp(this, packet, RtpSendKind.Retransmission, nowUs);
        TracePacket(packet, stream.HasRtx, nowUs);
    }

    internal void Open(
        IProducerLink producer,
        ReadOnlySpan<byte> producerScores,
        IReadOnlyList<ProducerStreamInfo> producerStreams,
        bool isProducerPaused)
    {
        _producer = producer;
        if (isProducerPaused)
            OnProducerPaused();

        foreach (ProducerStreamInfo info in producerStreams)
        {
            foreach (ConsumerStream stream in _streams)
                stream.Strategy.OnStreamAdded(info);
        }

        _producerScores = producerScores.ToArray();
    }

    internal void Close()
    {
        _producer = null;
        foreach (ConsumerStream stream in _streams)
            stream.Close();
    }

    internal void CloseWithProducer(long nowUs)
    {
        Close();
        Listener.OnProducerClosed();
        _transport.OnConsumerClosed(this, nowUs);
    }

    internal void OnProducerPaused()
    {
        if (IsProducerPaused)
            return;

        bool wasActive = IsActive;
        IsProducerPaused = true;
        if (wasActive)
            Interrupt();

        Listener.OnProducerPaused();
    }

    internal void OnProducerResumed(long nowUs)
    {
        if (!IsProducerPaused)
            return;

        IsProducerPaused = false;
        if (IsActive)
            Begin(nowUs);

        Listener.OnProducerResumed();
    }

    internal void OnProducerStreamAdded(in ProducerStreamInfo info)
    {
        _producerScores[info.EncodingIndex] = info.Score;
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.OnStreamAdded(info);

        TellScore();
    }

    internal void OnProducerScore(in ProducerStreamInfo info)
    {
        _producerScores[info.EncodingIndex] = info.Score;
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.OnScore(info);

        TellScore();
    }

    internal byte GetFractionLost()
    {
        byte worst = 0;
        foreach (ConsumerStream stream in _streams)
            worst = Math.Max(worst, IsActive ? stream.Sender.FractionLost : (byte)0);

        return worst;
    }

    internal void OnProducerPacket(RtpPacket packet, long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
        {
            if (_streams.Length == 1 || stream.Strategy.IsCurrent(packet))
                Process(stream, packet, nowUs);
        }
    }

    private ConsumerStream CreateStream(RouterEnvironment environment, int index, long nowUs)
    {
        RtpEncodingParameters encoding = RtpParameters.Encodings[index];
        var parameters = RtpStreamParameters.Create(RtpParameters, index, encoding.Ssrc!.Value, rid: "");
        if (encoding.RtxSsrc is { } rtxSsrc && RtpParameters.GetRtxCodec(encoding) is { } rtxCodec)
        {
            parameters.RtxSsrc = rtxSsrc;
            parameters.RtxPayloadType = rtxCodec.PayloadType;
        }

        uint[] mappedSsrcs = Type == RtpParametersType.Pipe
            ? [_options.ConsumableRtpEncodings[index].Ssrc!.Value]
            : [.. _options.ConsumableRtpEncodings.Select(consumable => consumable.Ssrc!.Value)];
        var strategy = new SingleStreamStrategy(parameters.MimeType, _options.IgnoreDtx, mappedSsrcs);
        var sender = new RtpSendStream(parameters, _mid, this, environment.Clock, environment.Random, nowUs);
        uint first = environment.Random.NextBetween(MinFirstSequenceNumber, MaxFirstSequenceNumber);
        return new ConsumerStream(strategy, sender, (ushort)first);
    }

    private void Begin(long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
        {
            stream.Strategy.RequireSync();
            if (Kind == MediaKind.Video && IsActive
                && stream.Strategy.Current is { } current && (current.Score > 0 || !current.WatchesActivity))
            {
                _producer!.RequestKeyFrame(current.MappedSsrc, nowUs);
            }
        }
    }

    private void Interrupt()
    {
        foreach (ConsumerStream stream in _streams)
            stream.Pause();
    }

    private ConsumerStream? FindStream(uint ssrc)
    {
        foreach (ConsumerStream stream in _streams)
        {
            if (stream.Sender.Ssrc == ssrc)
                return stream;
        }

        return null;
    }

    private void Process(ConsumerStream stream, RtpPacket packet, long nowUs)
    {
        // Numbering starts over when sending goes on, so what is left out until then does not count.
        if (!IsActive)
            return;

        ForwardingDecision decision = _isPayloadTypeSupported[packet.PayloadType]
            ? stream.Strategy.Decide(packet)
            : new ForwardingDecision
            {
                Action = stream.Strategy.IsCurrent(packet) ? ForwardingAction.Drop : ForwardingAction.Ignore,
            };
        switch (decision.Action)
        {
            case ForwardingAction.Drop:
                stream.Rewriter.Drop(packet.SequenceNumber);
                break;
            case ForwardingAction.Hold:
                stream.Held.Add(packet);
                break;
            case ForwardingAction.Forward:
                Forward(stream, packet, decision, nowUs);
                break;
        }
    }

    private void Forward(ConsumerStream stream, RtpPacket packet, in ForwardingDecision decision, long nowUs)
    {
        if (decision.IsSync)
            stream.Rewriter.Sync(decision.SyncSequenceNumber);

        uint timestamp = packet.Timestamp - decision.TimestampOffset;
        bool isSent = stream.Rewriter.TryRewrite(packet.SequenceNumber, out ushort sequenceNumber)
            && stream.Sender.TryAdd(packet, sequenceNumber, timestamp, decision.Marker, nowUs);
        if (isSent)
        {
            var outgoing = new OutgoingRtp(packet)
            {
                Ssrc = stream.Sender.Ssrc,
                SequenceNumber = sequenceNumber,
                Timestamp = timestamp,
                Marker = decision.Marker,
                Mid = _mid,
            };
            _transport.SendRtp(this, outgoing, RtpSendKind.Media, nowUs);
            TracePacket(outgoing, isRtx: false, nowUs);
        }

        if (decision.ReleasesHeld)
            ReleaseHeld(stream, packet.SequenceNumber, isSent, nowUs);
    }

    // What arrived before the first packet of the key frame and belongs behind it.
    private void ReleaseHeld(ConsumerStream stream, ushort keyFrameStart, bool isSent, long nowUs)
    {
        for (int i = 0; isSent && i < stream.Held.Count; i++)
        {
            RtpPacket held = stream.Held[i];
            if (SequenceNumbers.IsNewer(held.SequenceNumber, keyFrameStart))
                Process(stream, held, nowUs);
        }

        stream.Held.Clear();
    }

    private void TellScore()
    {
        if (Type != RtpParametersType.Pipe)
            Listener.OnScore(Score);
    }

    private void Trace(RtpTraceEventTypes type, uint ssrc, long nowUs)
    {
        if ((_traceTypes & type) != 0)
            Listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.In) { Ssrc = ssrc });
    }

    private void TracePacket(in OutgoingRtp packet, bool isRtx, long nowUs)
    {
        RtpTraceEventTypes type =
            packet.Packet.IsKeyFrame && (_traceTypes & RtpTraceEventTypes.KeyFrame) != 0
                ? RtpTraceEventTypes.KeyFrame
                : RtpTraceEventTypes.Rtp;
        if ((_traceTypes & type) == 0)
            return;

        Listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.Out)
        {
            Packet = RtpPacketDump.Create(packet),
            IsRtx = isRtx,
        });
    }
}
