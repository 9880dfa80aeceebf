using System.Diagnostics.CodeAnalysis;
using Rtc.Buffers;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// A track that an endpoint sends: takes its packets and RTCP, repairs and counts its streams, and hands each packet,
/// written once, to all who follow it. Made by <see cref="Router.CreateProducer"/>.
/// </summary>
public sealed class Producer : IRtpReceiveStreamListener, IDeadlineOwner
{
    private readonly RouterEnvironment _environment;
    private readonly IProducerTransport _transport;
    private readonly ProducerOptions _options;
    private readonly IProducerListener _listener;
    private readonly ProducerStreams _streams;
    private readonly ProducerTracer _tracer;
    private readonly ProducerFeedback _feedback;
    private readonly ProducerReports _reports;
    private readonly Deadline _deadline;
    private readonly CaptureClock _clock;
    private readonly PacketMapper _mapper;
    private readonly byte[] _scores;

    private ProducerFanout? _fanout;
    private VideoOrientation? _orientation;
    private ProducerStream? _keyFrameAtHand;

    internal Producer(
        RouterEnvironment environment,
        IProducerTransport transport,
        ProducerOptions options,
        IProducerListener listener)
    {
        MimeType codec = options.RtpParameters.GetCodec(options.RtpParameters.Encodings[0]).MimeType;
        if (!codec.Supports(options.RtpParameters.Type))
        {
            throw RequestException.TypeError(
                $"producer {options.Id}: codec {codec} cannot be sent as {options.RtpParameters.Type}");
        }

        _environment = environment;
        _transport = transport;
        _options = options;
        _listener = listener;
        _streams = new ProducerStreams(options.RtpParameters);
        _tracer = new ProducerTracer(listener);
        _feedback = new ProducerFeedback(transport, _tracer);
        _reports = new ProducerReports(_streams, environment.Clock);
        _scores = new byte[options.RtpParameters.Encodings.Count];
        _deadline = environment.Deadlines.Create(this, "producer");
        _clock = transport.CaptureClocks.Acquire(
            RtpParameters.Rtcp.Cname, RtpParameters.HeaderExtensionIds.AbsCaptureTime != 0);
        _mapper = new PacketMapper(environment, options, _clock);
        IsPaused = options.Paused;
    }

    /// <summary>Its id.</summary>
    public string Id => _options.Id;

    /// <summary>Audio or video.</summary>
    public MediaKind Kind => _options.Kind;

    /// <summary>How its layers arrive.</summary>
    public RtpParametersType Type => _options.RtpParameters.Type;

    /// <summary>How its packets look when they arrive.</summary>
    public RtpParameters RtpParameters => _options.RtpParameters;

    /// <summary>Whether it is paused: packets are counted and not forwarded.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Takes an RTP packet that the transport found to be this producer's.</summary>
    /// <param name="packet">The packet, decrypted.</param>
    /// <param name="nowUs">When it arrived.</param>
    public ProducerPacketVerdict ReceiveRtp(in RtpPacketView packet, long nowUs)
    {
        bool isNew = false;
        if (!_streams.TryFind(packet.Ssrc, out ProducerStream? stream, out bool isRtx))
        {
            isNew = _streams.TryMatchNew(packet, out int encodingIndex);
            if (isNew)
                stream = CreateStream(packet.Ssrc, encodingIndex, nowUs);
            else if (!_streams.TryFind(packet.Ssrc, out stream, out isRtx))
                return ProducerPacketVerdict.Discarded;
        }

        RtpHeaderExtensionIds ids = RtpParameters.HeaderExtensionIds;
        uint maxTimestamp = stream.Receiver.MaxTimestamp;
        RtpPacketView media = packet;
        bool isAccepted = isRtx
            ? stream.Receiver.TryReceiveRtx(packet, ids, nowUs, out media, out PayloadDescriptor descriptor)
            : stream.Receiver.TryReceive(packet, ids, nowUs, out descriptor);
        ProducerPacketVerdict verdict =
            isRtx ? ProducerPacketVerdict.Retransmission : ProducerPacketVerdict.Media;
        if (isAccepted && descriptor.IsKeyFrame)
            stream.KeyFrames?.OnKeyFrame();

        if (isNew)
            Announce(stream, isAccepted, descriptor.IsKeyFrame, nowUs);

        bool isNewest = isNew || stream.Receiver.MaxTimestamp != maxTimestamp;
        if (isAccepted && !IsPaused && !TryForward(media, descriptor, stream, isRtx, isNewest, nowUs))
            verdict = ProducerPacketVerdict.Unmapped;

        BringDeadlineForward(stream);
        return verdict;
    }

    /// <summary>Takes a sender report about one of its SSRCs.</summary>
    public void OnSenderReport(in SenderReport report, long nowUs)
    {
        if (!_streams.TryFind(report.Ssrc, out ProducerStream? stream, out bool isRtx))
            return;

        if (isRtx)
        {
            stream.Receiver.OnRtxSenderReport(report, nowUs);
            return;
        }

        stream.Receiver.OnSenderReport(report, nowUs);
        _clock.OnSenderReport(stream.Receiver);
        _tracer.OnSenderReport(report, nowUs);
    }

    /// <summary>Takes what the sender says of our last receiver reference time.</summary>
    public void OnDelaySinceLastReceiverReport(in DelaySinceLastReceiverReport echo, long nowUs)
    {
        if (_streams.TryFind(echo.Ssrc, out ProducerStream? stream, out bool isRtx) && !isRtx)
            stream.Receiver.OnDelaySinceLastReceiverReport(echo, nowUs);
    }

    /// <summary>
    /// Adds what has to be reported of its streams, when that is due. False when it does not fit any more: the writer
    /// has to be sent and cleared, and asked again.
    /// </summary>
    public bool TryAppendRtcp(CompoundRtcpWriter writer, long nowUs) => _reports.TryAppend(writer, _fanout, nowUs);

    /// <summary>Forwards nothing from now on; consumers are told. Without effect when paused.</summary>
    public void Pause(long nowUs)
    {
        if (IsPaused)
            return;

        IsPaused = true;
        foreach (ProducerStream? stream in _streams.ByEncoding)
            stream?.Receiver.Pause();

        _fanout?.OnPaused(nowUs);
    }

    /// <summary>Forwards again, from a key frame on; consumers are told. Without effect when not paused.</summary>
    public void Resume(long nowUs)
    {
        if (!IsPaused)
            return;

        IsPaused = false;
        foreach (ProducerStream? stream in _streams.ByEncoding)
            stream?.Receiver.Resume(nowUs);

        _fanout?.OnResumed(nowUs);
        foreach (ProducerStream? stream in _streams.ByEncoding)
        {
            if (stream is null)
                continue;

            _feedback.ForceKeyFrame(stream, nowUs);
            BringDeadlineForward(stream);
        }
    }

    /// <summary>Replaces the set of trace events that the listener gets.</summary>
    public void SetTraceEventTypes(RtpTraceEventTypes types) => _tracer.Types = types;

    /// <summary>A snapshot for dumps.</summary>
    public ProducerDump Dump() => new()
    {
        Id = Id,
        Kind = Kind,
        Type = Type,
        RtpParameters = RtpParameters,
        RtpMapping = _options.RtpMapping,
        RtpStreams = GetStreams().Map(stream => stream.Receiver.Dump()),
        TraceEventTypes = _tracer.Types,
        Paused = IsPaused,
    };

    /// <summary>A snapshot of the stats of the streams that have begun, in the order of their encodings.</summary>
    public IReadOnlyList<RtpStreamStats> GetStats(long nowUs) =>
        GetStreams().Map(stream => stream.Receiver.GetStats(nowUs));

    void IRtpReceiveStreamListener.OnScoreChanged(RtpReceiveStream receiver, byte previousScore, long nowUs)
    {
        ProducerStream stream = _streams.ByEncoding[receiver.Parameters.EncodingIndex]!;
        _scores[receiver.Parameters.EncodingIndex] = receiver.Score;
        _fanout?.OnStreamChanged(stream.Info, nowUs);
        TellScores();
    }

    void IRtpReceiveStreamListener.OnNackNeeded(
        RtpReceiveStream receiver, ReadOnlySpan<ushort> sequenceNumbers, long nowUs) =>
        _feedback.RequestPackets(receiver, sequenceNumbers, nowUs);

    void IRtpReceiveStreamListener.OnKeyFrameNeeded(RtpReceiveStream receiver, long nowUs)
    {
        if (!IsPaused)
            RequestKeyFrame(_streams.ByEncoding[receiver.Parameters.EncodingIndex]!, nowUs);
    }

    void IDeadlineOwner.OnDeadline(Deadline deadline, long nowUs)
    {
        long nextUs = Deadline.Never;
        foreach (ProducerStream? stream in _streams.ByEncoding)
        {
            if (stream is null)
                continue;

            if (stream.Receiver.DeadlineUs <= nowUs)
                stream.Receiver.HandleDeadline(nowUs);

            _feedback.HandleDeadline(stream, nowUs);
            nextUs = Math.Min(nextUs, stream.DeadlineUs);
        }

        _deadline.Set(nextUs);
    }

    internal void Open(ProducerFanout fanout) => _fanout = fanout;

    internal void Close()
    {
        _deadline.Clear();
        _fanout = null;
        _transport.RtpListener.Remove(this);
        _transport.CaptureClocks.Release(RtpParameters.Rtcp.Cname);
    }

    internal void RequestKeyFrame(uint mappedSsrc, long nowUs)
    {
        if (IsPaused || _streams.FindByMappedSsrc(mappedSsrc) is not { } stream || stream == _keyFrameAtHand)
            return;

        RequestKeyFrame(stream, nowUs);
    }

    internal bool TryGetStreamStats(uint mappedSsrc, long nowUs, [NotNullWhen(true)] out RtpStreamStats? stats)
    {
        stats = _streams.FindByMappedSsrc(mappedSsrc)?.Receiver.GetStats(nowUs);
        return stats is not null;
    }

    internal long GetBitrate(uint mappedSsrc, long nowUs) =>
        _streams.FindByMappedSsrc(mappedSsrc)?.Receiver.GetBitrate(nowUs) ?? 0;

    internal long GetLayerBitrate(uint mappedSsrc, int spatialLayer, int temporalLayer, long nowUs) =>
        _streams.FindByMappedSsrc(mappedSsrc)?.Receiver.GetBitrate(spatialLayer, temporalLayer, nowUs) ?? 0;

    internal ReadOnlySpan<byte> GetScores() => _scores;

    internal IReadOnlyList<ProducerStreamInfo> GetStreamInfos() => GetStreams().Map(stream => stream.Info);

    private List<ProducerStream> GetStreams()
    {
        var streams = new List<ProducerStream>();
        foreach (ProducerStream? stream in _streams.ByEncoding)
        {
            if (stream is not null)
                streams.Add(stream);
        }

        return streams;
    }

    private ProducerStream CreateStream(uint ssrc, int encodingIndex, long nowUs)
    {
        RtpEncodingParameters encoding = RtpParameters.Encodings[encodingIndex];
        var parameters = RtpStreamParameters.Create(RtpParameters, encodingIndex, ssrc, encoding.Rid ?? "");
        bool watchActivity = Type == RtpParametersType.Simulcast && RtpParameters.Encodings.Count > 1;
        KeyFrameRequester? keyFrames =
            Kind == MediaKind.Video ? new KeyFrameRequester(_options.KeyFrameRequestDelayMs * 1000L) : null;
        var stream = new ProducerStream(_options.RtpMapping.Encodings[encodingIndex].MappedSsrc, keyFrames)
        {
            Receiver = new RtpReceiveStream(parameters, this, _environment.Clock, watchActivity, nowUs),
        };
        if (IsPaused)
            stream.Receiver.Pause();

        _streams.Add(stream);
        _scores[encodingIndex] = stream.Receiver.Score;
        TellScores();
        return stream;
    }

    // Those who follow are told before they get the first packet. It is no key frame when the first packets were lost.
    private void Announce(ProducerStream stream, bool isAccepted, bool isKeyFrame, long nowUs)
    {
        if (isAccepted && !isKeyFrame && !IsPaused)
            _feedback.ForceKeyFrame(stream, nowUs);

        _keyFrameAtHand = isAccepted && isKeyFrame ? stream : null;
        _fanout?.OnStreamChanged(stream.Info, nowUs);
        _keyFrameAtHand = null;
    }

    private bool TryForward(
        in RtpPacketView media,
        in PayloadDescriptor descriptor,
        ProducerStream stream,
        bool isRtx,
        bool isNewest,
        long nowUs)
    {
        _tracer.OnPacket(media, descriptor, RtpParameters.HeaderExtensionIds, isRtx, nowUs);
        if (!_mapper.Knows(media.PayloadType))
            return false;

        if (!_mapper.TryMap(media, stream.MappedSsrc, nowUs, out RtpPacket? packet))
            return true;

        packet.Descriptor = descriptor;
        if (isNewest && _clock.TryGetCaptureUs(stream.Receiver, media.Timestamp, out long captureAtUs))
            packet.CaptureAtUs = captureAtUs;

        // A key frame that comes late is still one to switch at.
        if ((isNewest || descriptor.IsKeyFrame) && Type == RtpParametersType.Simulcast
            && _clock.TryGetSenderTimeUs(stream.Receiver, media.Timestamp, out long senderUs))
        {
            packet.SenderTimeUs = senderUs;
        }

        if (Kind == MediaKind.Video)
            NoteOrientation(media);

        _fanout?.OnPacket(packet, nowUs);
        packet.Release(BufferPurpose.Forwarding);
        return true;
    }

    private void NoteOrientation(in RtpPacketView media)
    {
        if (!media.TryGetVideoOrientation(
            RtpParameters.HeaderExtensionIds.VideoOrientation, out VideoOrientation orientation)
            || orientation == _orientation)
        {
            return;
        }

        _orientation = orientation;
        _listener.OnVideoOrientationChange(orientation);
    }

    private void RequestKeyFrame(ProducerStream stream, long nowUs)
    {
        _feedback.RequestKeyFrame(stream, nowUs);
        BringDeadlineForward(stream);
    }

    // A deadline that moved back is found out when it expires; only one that moved forward costs something here.
    private void BringDeadlineForward(ProducerStream stream)
    {
        long dueUs = stream.DeadlineUs;
        if (dueUs < _deadline.DueUs)
            _deadline.Set(dueUs);
    }

    private void TellScores()
    {
        ReadOnlySpan<ProducerStream?> streams = _streams.ByEncoding;
        var scores = new ProducerScore[streams.Length];
        int count = 0;
        foreach (ProducerStream? stream in streams)
        {
            if (stream is null)
                continue;

            RtpStreamParameters parameters = stream.Receiver.Parameters;
            scores[count++] = new ProducerScore(
                parameters.EncodingIndex,
                parameters.Ssrc,
                parameters.Rid.Length > 0 ? parameters.Rid : null,
                stream.Receiver.Score);
        }

        _listener.OnScore(scores.AsSpan(0, count));
    }
}
