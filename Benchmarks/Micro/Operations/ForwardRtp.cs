using System.Buffers.Binary;
using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtp;
using RtcTests.Simulation;

namespace Benchmarks.Micro.Operations;

/// <summary>
/// Packets that arrive together on their whole way through the core: parsed, found, received, written once, rewritten
/// and protected for ten consumers. Without the system calls at both ends.
/// </summary>
internal sealed class ForwardRtp : RouterOperation
{
    private const int Consumers = 10;
    private const uint MappedSsrc = 0x2000_0000;
    private const long PacketIntervalUs = 500;
    private const uint TimestampStep = 45;

    private readonly byte[] _packet = SamplePackets.Rtp();
    private readonly SrtpPair? _srtp;
    private readonly int _burst;
    private ushort _sequenceNumber = 1000;
    private uint _timestamp;

    public ForwardRtp(SrtpSuite? suite, int burst = 1)
    {
        _burst = burst;
        _srtp = suite is null ? null : new SrtpPair(suite.Value);
        RtpParameters parameters = Parameters(SamplePackets.Ssrc);
        Router.CreateProducer(
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
            SilentListener.Instance);
        for (uint i = 0; i < Consumers; i++)
        {
            Consumer consumer = Router.CreateConsumer(
                this,
                new ConsumerOptions
                {
                    Id = $"consumer{i}",
                    ProducerId = "producer",
                    Kind = MediaKind.Video,
                    RtpParameters = Parameters(100 + i),
                    ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = MappedSsrc }],
                },
                SilentListener.Instance,
                NowUs);
            consumer.OnTransportConnected(NowUs);
        }
    }

    public override void Run()
    {
        NowUs += PacketIntervalUs * _burst;
        Deadlines.Expire(NowUs);
        long sent = Sent;
        Router.Environment.Batch.Open();
        for (int i = 0; i < _burst; i++)
            Receive();
        Router.Environment.Batch.Close();
        Expect(Sent == sent + (Consumers * _burst));
    }

    public override void Dispose()
    {
        _srtp?.Dispose();
        base.Dispose();
    }

    protected override void Write(in OutgoingRtp packet, Span<byte> room, int headerLength)
    {
        if (_srtp is null)
        {
            base.Write(packet, room, headerLength);
            return;
        }

        Expect(packet.PayloadPrefix.IsEmpty);
        Expect(_srtp.Sender.TryProtectRtp(room, headerLength, packet.PayloadRest, out _));
    }

    private void Receive()
    {
        SamplePackets.SetSequenceNumber(_packet, _sequenceNumber++);
        BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), _timestamp += TimestampStep);
        Expect(RtpPacketView.TryParse(_packet, out RtpPacketView view));
        Producer? producer = RtpListener.Find(view, SamplePackets.MidId, ridId: 0, repairedRidId: 0);
        producer!.ReceiveRtp(view, NowUs);
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
