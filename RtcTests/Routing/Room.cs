using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using RtcTests.Ice;

namespace RtcTests.Routing;

/// <summary>A router on a virtual clock, and the shapes of producers and consumers that tests ask for.</summary>
internal sealed class Room
{
    public const byte OpusPayloadType = 111;
    public const byte Vp8PayloadType = 96;
    public const byte RtxPayloadType = 97;
    public const byte MappedOpus = 100;
    public const byte MappedVp8 = 101;
    public const byte MappedRtx = 102;

    public const byte MidId = 1;
    public const byte RidId = 10;
    public const byte RepairedRidId = 11;

    public Room(int seed = 1, ForwardingBatch? batch = null)
    {
        Memory = new PacketPool();
        Environment = new RouterEnvironment(
            new DeadlineQueue(),
            new SeededRandom(seed),
            new RtpPacketPool(Memory),
            new WallClock(1_700_000_000_000_000))
        {
            Batch = batch ?? new ForwardingBatch(),
        };
        Router = new Router("router", Environment);
    }

    public PacketPool Memory { get; }

    public RouterEnvironment Environment { get; }

    public Router Router { get; }

    public List<string> Events { get; } = [];

    public long NowUs { get; set; } = 1_000_000_000;

    public static RtpHeaderExtensionParameters[] ReceiveExtensions =>
    [
        new(RtpHeaderExtensionUri.Mid, MidId),
        new(RtpHeaderExtensionUri.RtpStreamId, RidId),
        new(RtpHeaderExtensionUri.RepairRtpStreamId, RepairedRidId),
        new(RtpHeaderExtensionUri.AbsSendTime, 2),
        new(RtpHeaderExtensionUri.TransportWideCcDraft01, 3),
        new(RtpHeaderExtensionUri.SsrcAudioLevel, 4),
        new(RtpHeaderExtensionUri.DependencyDescriptor, 5),
        new(RtpHeaderExtensionUri.VideoOrientation, 6),
        new(RtpHeaderExtensionUri.TimeOffset, 7),
        new(RtpHeaderExtensionUri.AbsCaptureTime, 8),
        new(RtpHeaderExtensionUri.PlayoutDelay, 9),
        new(RtpHeaderExtensionUri.MediasoupPacketId, 12),
    ];

    public string VideoCodec { get; init; } = "video/VP8";

    public static RtpCodecParameters[] Codecs(
        MediaKind kind, byte media, byte rtx, bool useFir = false, string videoCodec = "video/VP8")
    {
        if (kind == MediaKind.Audio)
        {
            var parameters = new RtpParameterList([new("useinbandfec", new RtpParameterValue.Integer(1))]);
            return [new(MimeType.Parse("audio/opus"), media, 48_000, 2, parameters, [new("nack", "")])];
        }

        RtcpFeedback keyFrames = useFir ? new("ccm", "fir") : new("nack", "pli");
        var apt = new RtpParameterList([new("apt", new RtpParameterValue.Integer(media))]);
        return
        [
            new(MimeType.Parse(videoCodec), media, 90_000, rtcpFeedback: [new("nack", ""), keyFrames]),
            new(MimeType.Parse("video/rtx"), rtx, 90_000, parameters: apt),
        ];
    }

    public Producer Produce(
        FakeTransport transport,
        string id,
        MediaKind kind = MediaKind.Video,
        RtpEncodingParameters[]? encodings = null,
        string mid = "",
        bool paused = false,
        uint keyFrameRequestDelayMs = 0,
        bool enablePacketId = false,
        bool useFir = false)
    {
        encodings ??= [new() { Ssrc = 1000, RtxSsrc = kind == MediaKind.Video ? 1001u : null }];
        byte media = kind == MediaKind.Audio ? OpusPayloadType : Vp8PayloadType;
        var parameters = new RtpParameters(
            Codecs(kind, media, RtxPayloadType, useFir, VideoCodec),
            ReceiveExtensions,
            encodings,
            new RtcpParameters("sender"),
            mid);
        var mapping = new RtpMapping(
            [new(media, kind == MediaKind.Audio ? MappedOpus : MappedVp8), new(RtxPayloadType, MappedRtx)],
            [.. encodings.Select((encoding, i) => new EncodingMapping(encoding.Rid, encoding.Ssrc, MappedSsrc(i)))],
            parameters);
        Producer producer = Router.CreateProducer(
            transport,
            new ProducerOptions
            {
                Id = id,
                Kind = kind,
                RtpParameters = parameters,
                RtpMapping = mapping,
                Paused = paused,
                KeyFrameRequestDelayMs = keyFrameRequestDelayMs,
                EnablePacketId = enablePacketId,
            },
            new EventLog(id, Events));
        transport.Producers.Add(producer);
        return producer;
    }

    public Consumer Consume(
        FakeTransport transport,
        Producer producer,
        string id,
        uint ssrc = 5000,
        bool rtx = true,
        string mid = "0",
        bool paused = false,
        bool connected = true,
        bool ignoreDtx = false,
        byte? payloadType = null,
        string? scalabilityMode = null,
        ConsumerLayers? preferredLayers = null)
    {
        byte media = payloadType ?? (producer.Kind == MediaKind.Audio ? MappedOpus : MappedVp8);
        var parameters = new RtpParameters(
            Codecs(producer.Kind, media, MappedRtx, videoCodec: VideoCodec),
            [],
            [
                new()
                {
                    Ssrc = ssrc,
                    RtxSsrc = rtx && producer.Kind == MediaKind.Video ? ssrc + 1 : null,
                    ScalabilityMode = scalabilityMode,
                },
            ],
            new RtcpParameters("forwarded"),
            mid);
        Consumer consumer = Router.CreateConsumer(
            transport,
            new ConsumerOptions
            {
                Id = id,
                ProducerId = producer.Id,
                Kind = producer.Kind,
                RtpParameters = parameters,
                ConsumableRtpEncodings = [.. producer.RtpParameters.Encodings.Select(
                    (encoding, i) => new RtpEncodingParameters
                    {
                        Ssrc = MappedSsrc(i),
                        ScalabilityMode = encoding.ScalabilityMode,
                    })],
                Paused = paused,
                IgnoreDtx = ignoreDtx,
                PreferredLayers = preferredLayers,
            },
            new EventLog(id, Events),
            NowUs);
        transport.Consumers.Add(consumer);
        if (connected)
            consumer.OnTransportConnected(NowUs);

        return consumer;
    }

    public static uint MappedSsrc(int encodingIndex) => 9000 + (uint)encodingIndex;

    /// <summary>Writes what the application is told of a consumer into <see cref="Events"/>.</summary>
    public IConsumerListener Listen(string id) => new EventLog(id, Events);

    public void Advance(long ms)
    {
        long endUs = NowUs + (ms * 1000);
        while (Environment.Deadlines.NextUs <= endUs)
        {
            NowUs = Math.Max(NowUs, Environment.Deadlines.NextUs);
            Environment.Deadlines.Expire(NowUs);
        }

        NowUs = endUs;
    }

    public ProducerPacketVerdict? Receive(FakeTransport transport, RtpBuilder packet) =>
        transport.Receive(packet.Build(), NowUs);

    private sealed class EventLog(string id, List<string> events) : IProducerListener, IConsumerListener
    {
        public void OnScore(ReadOnlySpan<ProducerScore> scores)
        {
            List<string> texts = [];
            foreach (ProducerScore score in scores)
                texts.Add($"{score.EncodingIndex}:{score.Ssrc}:{score.Rid}:{score.Score}");

            events.Add($"{id} score {string.Join(' ', texts)}");
        }

        public void OnVideoOrientationChange(VideoOrientation orientation) =>
            events.Add($"{id} orientation {orientation.Rotation}");

        public void OnScore(ConsumerScore score) => events.Add(
            $"{id} score {score.Score} {score.ProducerScore} [{string.Join(' ', score.ProducerScores)}]");

        public void OnLayersChange(ConsumerLayers? layers) => events.Add($"{id} layers {layers}");

        public void OnProducerPaused() => events.Add($"{id} producerpause");

        public void OnProducerResumed() => events.Add($"{id} producerresume");

        public void OnProducerClosed() => events.Add($"{id} producerclose");

        public void OnTrace(RtpTrace trace) => events.Add(
            $"{id} trace {trace.Type} {trace.Direction} {trace.Ssrc} {trace.Packet?.SequenceNumber} {trace.IsRtx}");

        public void OnRtp(ReadOnlySpan<byte> packet) => events.Add($"{id} rtp {packet.Length}");
    }
}
