using System.Buffers.Binary;
using Rtc.Buffers;
using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Benchmarks.Micro.Operations;

/// <summary>
/// One packet on its whole way through the core: parsed, found, received, written once, rewritten and protected for
/// ten consumers. Without the system calls at both ends.
/// </summary>
internal sealed class ForwardRtp : Operation, IProducerTransport, IConsumerTransport, IProducerListener, IConsumerListener
{
    private const int Consumers = 10;
    private const uint MappedSsrc = 0x2000_0000;
    private const long PacketIntervalUs = 500;
    private const uint TimestampStep = 45;

    private readonly DeadlineQueue _deadlines = new();
    private readonly byte[] _packet = SamplePackets.Rtp();
    private readonly byte[] _room = new byte[2048];
    private readonly SrtpPair? _srtp;
    private ushort _sequenceNumber = 1000;
    private uint _timestamp;
    private long _nowUs = 1_000_000;
    private long _sent;

    public ForwardRtp(SrtpSuite? suite)
    {
        _srtp = suite is null ? null : new SrtpPair(suite.Value);
        var environment = new RouterEnvironment(
            _deadlines, new FixedRandom(), new RtpPacketPool(new PacketPool()), new WallClock(0));
        var router = new Router("router", environment);
        RtpParameters parameters = Parameters(SamplePackets.Ssrc);
        router.CreateProducer(
            this,
            new ProducerOptions
            {
                Id = "producer",
                Kind = MediaKind.Video,
                RtpParameters = parameters,
                RtpMapping = new RtpMapping(
                    [new CodecMapping(SamplePackets.PayloadType, SamplePackets.PayloadType)],
                    [new EncodingMapping(null, SamplePackets.Ssrc, MappedSsrc)],
                    parameters),
            },
            this);
        for (uint i = 0; i < Consumers; i++)
        {
            Consumer consumer = router.CreateConsumer(
                this,
                new ConsumerOptions
                {
                    Id = $"consumer{i}",
                    ProducerId = "producer",
                    Kind = MediaKind.Video,
                    RtpParameters = Parameters(100 + i),
                    ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = MappedSsrc }],
                },
                this,
                _nowUs);
            consumer.OnTransportConnected(_nowUs);
        }
    }

    public RtpListener RtpListener { get; } = new();

    public CaptureClocks CaptureClocks { get; } = new();

    public override void Run()
    {
        _nowUs += PacketIntervalUs;
        _deadlines.Expire(_nowUs);
        SamplePackets.SetSequenceNumber(_packet, _sequenceNumber++);
        BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), _timestamp += TimestampStep);
        long sent = _sent;
        Expect(RtpPacketView.TryParse(_packet, out RtpPacketView view));
        Producer? producer = RtpListener.Find(view, SamplePackets.MidId, ridId: 0, repairedRidId: 0);
        producer!.ReceiveRtp(view, _nowUs);
        Expect(_sent == sent + Consumers);
    }

    public override void Dispose()
    {
        _srtp?.Dispose();
        base.Dispose();
    }

    public ushort SendRtp(Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs)
    {
        int header = packet.WriteHeader(_room, absSendTime: 0, transportCc: 0);
        if (_srtp is null)
            packet.WritePayload(_room.AsSpan(header));
        else
            Expect(_srtp.Sender.TryProtectRtp(_room, header, packet.PayloadPrefix, packet.PayloadRest, out _));
        _sent++;
        return 0;
    }

    public void SendRtcp(ReadOnlySpan<byte> rtcp, long nowUs)
    {
    }

    public void OnBitrateNeedChanged(Consumer consumer, long nowUs)
    {
    }

    public void OnConsumerClosed(Consumer consumer, long nowUs)
    {
    }

    void IProducerListener.OnScore(ReadOnlySpan<ProducerScore> scores)
    {
    }

    void IProducerListener.OnVideoOrientationChange(VideoOrientation orientation)
    {
    }

    void IProducerListener.OnTrace(RtpTrace trace)
    {
    }

    void IConsumerListener.OnScore(ConsumerScore score)
    {
    }

    void IConsumerListener.OnLayersChange(ConsumerLayers? layers)
    {
    }

    void IConsumerListener.OnProducerPaused()
    {
    }

    void IConsumerListener.OnProducerResumed()
    {
    }

    void IConsumerListener.OnProducerClosed()
    {
    }

    void IConsumerListener.OnTrace(RtpTrace trace)
    {
    }

    void IConsumerListener.OnRtp(ReadOnlySpan<byte> packet)
    {
    }

    private static RtpParameters Parameters(uint ssrc) => new(
        [
            new RtpCodecParameters(
                MimeType.Parse("video/VP8"), SamplePackets.PayloadType, 90_000,
                rtcpFeedback: [new RtcpFeedback("nack", ""), new RtcpFeedback("nack", "pli")]),
        ],
        [],
        [new RtpEncodingParameters { Ssrc = ssrc, CodecPayloadType = SamplePackets.PayloadType }],
        new RtcpParameters("micro"));
}
