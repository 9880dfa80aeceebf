using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Transports;

/// <summary>What a peer is told that estimates nothing itself, seen on the wire.</summary>
public sealed class RembReporterTests
{
    private const byte AbsSendTimeId = 2;
    private const int PacketLength = 1_250;
    private static readonly TransportAddress PeerAddress = FakeSocket.Address("192.0.2.1", 5_000);

    private readonly Room _room = new();
    private readonly List<(long AtUs, ulong Bitrate, uint[] Ssrcs)> _told = [];
    private readonly PlainTransport _transport;
    private readonly SimulatedSocket _socket;
    private ushort _sequenceNumber;
    private long _sentAtUs;

    public RembReporterTests()
    {
        var listener = new RecordingListener();
        _transport = new PlainTransport(
            "publisher",
            new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true },
            _room.Router,
            listener);
        _socket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 6_000), (_, datagram) => Read(datagram));
        _transport.Attach(_socket, null);
        _transport.Connect(PeerAddress.FormatAddress(), PeerAddress.Port, null, null);
        _transport.SetConnected(_room.NowUs);
        _sentAtUs = _room.NowUs;
    }

    [Fact]
    public void It_tells_once_a_second_what_more_than_arrives_may_be_sent_and_by_which_streams()
    {
        Produce("goog-remb");
        Publish(seconds: 10, sendIntervalUs: 20_000, arriveIntervalUs: 20_000);

        Assert.InRange(_told.Count, 9, 12);
        Assert.All(_told.Skip(1), one => Assert.Equal([1_000u, 1_002u], one.Ssrcs.Order()));
        Assert.InRange(_told[^1].Bitrate, 500_000u, 1_000_000u);

        // 18 bits hold it to a hundred-thousandth.
        double exact = _transport.GetStats(_room.NowUs).AvailableIncomingBitrate!.Value;
        Assert.InRange(_told[^1].Bitrate / exact, 0.95, 1.05);
    }

    [Fact]
    public void It_tells_at_once_when_that_falls()
    {
        Produce("goog-remb");
        Publish(seconds: 10, sendIntervalUs: 20_000, arriveIntervalUs: 20_000);
        int before = _told.Count;
        Publish(seconds: 2, sendIntervalUs: 20_000, arriveIntervalUs: 40_000);

        Assert.Contains(
            Enumerable.Range(before, _told.Count - before),
            i => _told[i].AtUs - _told[i - 1].AtUs < 900_000 && _told[i].Bitrate < _told[i - 1].Bitrate);
        Assert.InRange(_told[^1].Bitrate, 50_000u, 260_000u);
    }

    [Fact]
    public void It_tells_no_more_than_the_application_allows()
    {
        Produce("goog-remb");
        _transport.SetMaxIncomingBitrate(200_000, _room.NowUs);
        Publish(seconds: 3, sendIntervalUs: 20_000, arriveIntervalUs: 20_000);

        Assert.All(_told, one => Assert.InRange(one.Bitrate, 199_000u, 200_000u));
        Assert.NotEmpty(_told);
    }

    [Theory]
    [InlineData("transport-cc")]
    [InlineData("nack")]
    public void It_tells_nothing_where_that_was_not_negotiated(string feedback)
    {
        Produce(feedback);
        Publish(seconds: 3, sendIntervalUs: 20_000, arriveIntervalUs: 20_000);

        Assert.Empty(_told);
    }

    private void Produce(string feedback)
    {
        var parameters = new RtpParameters(
            [new(MimeType.Parse("video/VP8"), 96, 90_000, rtcpFeedback: [new(feedback, "")])],
            [
                new(RtpHeaderExtensionUri.AbsSendTime, AbsSendTimeId),
                new(RtpHeaderExtensionUri.TransportWideCcDraft01, 3),
            ],
            [new RtpEncodingParameters { Ssrc = 1_000 }, new RtpEncodingParameters { Ssrc = 1_002 }],
            new RtcpParameters("sender"));
        _transport.Produce(
            new ProducerOptions
            {
                Id = "producer",
                Kind = MediaKind.Video,
                RtpParameters = parameters,
                RtpMapping = new RtpMapping(
                    [new(96, 101)],
                    [new EncodingMapping(null, 1_000, 9_000), new EncodingMapping(null, 1_002, 9_001)],
                    parameters),
            },
            new RecordingListener(),
            _room.NowUs);
    }

    private void Publish(int seconds, long sendIntervalUs, long arriveIntervalUs)
    {
        for (long elapsedUs = 0; elapsedUs < seconds * 1_000_000L; elapsedUs += arriveIntervalUs)
        {
            _room.NowUs += arriveIntervalUs;
            _sentAtUs += sendIntervalUs;
            uint time = NtpTime.ToAbsSendTime(_sentAtUs);
            byte[] packet = new RtpBuilder
            {
                Ssrc = ++_sequenceNumber % 2 == 0 ? 1_000u : 1_002,
                PayloadType = 96,
                SequenceNumber = _sequenceNumber,
                Timestamp = (uint)(_sentAtUs * 9 / 100),
                Extensions = [(AbsSendTimeId, [(byte)(time >> 16), (byte)(time >> 8), (byte)time])],
                Payload = RtpBuilder.Vp8(isKeyFrame: true, _sequenceNumber, PacketLength - 20),
            }.Build();
            _transport.OnDatagram(_socket, PeerAddress, packet, _room.NowUs);
        }
    }

    private void Read(ReadOnlySpan<byte> datagram)
    {
        foreach (RtcpPacketView packet in new RtcpReader(datagram))
        {
            if (packet.Kind != RtcpPacketKind.Remb)
                continue;

            RembView remb = packet.AsRemb();
            uint[] ssrcs = new uint[remb.Ssrcs.Count];
            for (int i = 0; i < ssrcs.Length; i++)
                ssrcs[i] = remb.Ssrcs[i];
            _told.Add((_room.NowUs, remb.BitrateBps, ssrcs));
        }
    }
}
