using System.Buffers.Binary;
using Rtc.Congestion;
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

/// <summary>What a transport does for those who receive video from it, seen on the wire.</summary>
public sealed class OutgoingBandwidthTests
{
    private const byte TransportCcId = 5;
    private const byte AbsSendTimeId = 4;
    private const uint VideoSsrc = 5_000;
    private static readonly TransportAddress PublisherAddress = FakeSocket.Address("192.0.2.1", 5000);

    private readonly Room _room = new();
    private readonly RecordingListener _listener = new();
    private readonly List<byte[]> _sent = [];
    private readonly PlainTransport _publisher;
    private readonly PlainTransport _viewer;
    private readonly SimulatedSocket _publisherSocket;
    private readonly SimulatedSocket _viewerSocket;
    private ushort _sequenceNumber;

    public OutgoingBandwidthTests()
    {
        _publisherSocket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 6000), (_, _) => { });
        _publisher = Create("publisher", _publisherSocket);
        _viewerSocket = new SimulatedSocket(
            FakeSocket.Address("192.0.2.2", 7000), (_, datagram) => _sent.Add(datagram.ToArray()));
        _viewer = Create("viewer", _viewerSocket, initialBitrate: 500_000);
        _publisher.Connect(PublisherAddress.FormatAddress(), 5000, null, null);
        _viewer.Connect(PublisherAddress.FormatAddress(), 5000, null, null);
        _viewer.SetConnected(_room.NowUs);
    }

    [Fact]
    public void Numbers_count_from_one_and_only_what_has_room_for_them()
    {
        Produce();
        Consume();
        for (int i = 0; i < 3; i++)
            Publish();

        Assert.Equal([1, 2, 3], _sent.Where(IsVideo).Select(NumberOf));
    }

    [Fact]
    public void Traces_tell_the_number_that_a_packet_left_with()
    {
        Produce();
        Consumer consumer = Consume();
        consumer.SetTraceEventTypes(RtpTraceEventTypes.Rtp);
        Publish();
        Publish();
        _room.NowUs += 200_000;
        Nack(BinaryPrimitives.ReadUInt16BigEndian(_sent.First(IsVideo).AsSpan(2)));

        Assert.Equal(
            _sent.Where(IsVideo).Select(NumberOf),
            _listener.Traces.Select(trace => (int)trace.Packet!.WideSequenceNumber!.Value));
        Assert.Equal(3, _listener.Traces.Count);
    }

    [Fact]
    public void Without_feedback_negotiated_nothing_is_counted()
    {
        Produce();
        Consumer consumer = Consume(feedback: "nack");
        consumer.SetTraceEventTypes(RtpTraceEventTypes.Rtp);
        Publish();

        Assert.False(consumer.IsManaged);
        Assert.Equal([0], _sent.Where(IsVideo).Select(NumberOf));
        Assert.Equal((ushort)0, Assert.Single(_listener.Traces).Packet!.WideSequenceNumber);
        Assert.Null(_viewer.GetStats(_room.NowUs).AvailableOutgoingBitrate);
    }

    [Fact]
    public void Sent_again_without_rtx_it_is_the_same_packet_to_the_last_byte()
    {
        Produce();
        Consume();
        Publish();
        Publish();
        byte[] first = _sent.First(IsVideo);
        _sent.Clear();
        _room.NowUs += 200_000;

        Nack(BinaryPrimitives.ReadUInt16BigEndian(first.AsSpan(2)));

        Assert.Equal(first, Assert.Single(_sent, one => IsVideo(one)));
    }

    [Fact]
    public void Padding_goes_by_a_stream_of_its_own()
    {
        Produce();
        Consume();
        var host = (IOutgoingBandwidthHost)_viewer;
        Assert.Equal(300, host.SendProbation(300, 77, _room.NowUs));
        Assert.Equal(1_200, host.SendProbation(1_200, 78, _room.NowUs));

        List<byte[]> padding = [.. _sent.Where(one => SsrcOf(one) == ProbationPacket.Ssrc)];
        Assert.Equal([300, 1_200], padding.Select(one => one.Length));
        Assert.Equal([77, 78], padding.Select(NumberOf));
        RtpPacketView view = Parse(padding[0]);
        Assert.Equal(ProbationPacket.PayloadType, view.PayloadType);
        Assert.True(view.TryGetMid(1, out ReadOnlySpan<byte> mid));
        Assert.Equal("probator"u8, mid);
        Assert.True(view.TryGetAbsSendTime(AbsSendTimeId, out uint absSendTime));
        Assert.Equal(NtpTime.ToAbsSendTime(_room.NowUs), absSendTime);
        Assert.Equal(-1, view.Payload.IndexOfAnyExcept((byte)0));
        Assert.Equal((ushort)(view.SequenceNumber + 1), Parse(padding[1]).SequenceNumber);
        Assert.Equal(1_500ul, _viewer.GetStats(_room.NowUs).ProbationSent.Bytes);
    }

    [Fact]
    public void Stats_tell_the_estimate_and_the_loss()
    {
        Produce();
        Consume();
        Assert.Equal(500_000ul, _viewer.GetStats(_room.NowUs).AvailableOutgoingBitrate);
        Assert.Equal(0, _viewer.GetStats(_room.NowUs).RtpPacketLossSent);
        for (int i = 0; i < 4; i++)
            Publish();

        Feedback(1, [true, false, true, true]);

        Assert.Equal(0.25, _viewer.GetStats(_room.NowUs).RtpPacketLossSent!.Value, 3);
    }

    [Fact]
    public void Limits_hold_at_once()
    {
        Produce();
        Consume();
        _viewer.Limits.SetMaxOutgoing(200_000);
        _viewer.OnOutgoingLimitsChanged(_room.NowUs);
        Assert.Equal(200_000ul, _viewer.GetStats(_room.NowUs).AvailableOutgoingBitrate);

        _viewer.Limits.SetMaxOutgoing(0);
        _viewer.Limits.SetMinOutgoing(400_000);
        _viewer.OnOutgoingLimitsChanged(_room.NowUs);
        Assert.Equal(400_000ul, _viewer.GetStats(_room.NowUs).AvailableOutgoingBitrate);
    }

    [Fact]
    public void Traces_tell_bitrates_about_once_a_second_while_enabled()
    {
        Produce();
        Consume();
        RunFor(3_000_000);
        Assert.DoesNotContain(_listener.Events, one => one.StartsWith("trace", StringComparison.Ordinal));

        _viewer.TraceEventTypes = TransportTraceEventTypes.Bwe;
        RunFor(5_000_000);

        Assert.InRange(_listener.Events.Count(one => one.Contains("AvailableBitrate")), 4, 7);
    }

    [Fact]
    public void A_closed_transport_gives_everything_back()
    {
        Produce();
        Consume();
        ((IOutgoingBandwidthHost)_viewer).SendProbation(300, 1, _room.NowUs);
        _viewer.Close(_room.NowUs);
        _publisher.Close(_room.NowUs);

        Assert.Equal(0, _room.Memory.InUseBytes);
        Assert.Null(_room.Environment.Deadlines.NextLabel);
    }

    [Fact]
    public void What_the_peer_estimates_by_remb_is_taken_where_that_was_negotiated()
    {
        Produce();
        Consumer consumer = Consume(feedback: "goog-remb");
        Assert.True(consumer.IsManaged);
        Publish();
        Assert.Equal([0], _sent.Where(IsVideo).Select(NumberOf));

        Span<byte> remb = stackalloc byte[64];
        int length = RtcpWriter.WriteRemb(remb, 1, 300_000, [VideoSsrc]);
        ReceiveRtcp(remb[..length]);

        Assert.InRange(_viewer.GetStats(_room.NowUs).AvailableOutgoingBitrate!.Value, 299_000ul, 300_000ul);
    }

    [Fact]
    public void Numbering_allocates_nothing()
    {
        var bandwidth = new BandwidthEstimator(1_000_000);
        bandwidth.OnConnected(0);
        long nowUs = 0;
        Assert.Equal(0, Allocation.Measure(() => bandwidth.OnPacketSent(1_200, nowUs += 1_000)));
    }

    private PlainTransport Create(string id, SimulatedSocket socket, ulong? initialBitrate = null)
    {
        var transport = new PlainTransport(
            id,
            new PlainTransportOptions
            {
                Base = new TransportOptions { InitialAvailableOutgoingBitrate = initialBitrate },
                RtcpMux = true,
            },
            _room.Router,
            _listener);
        transport.Attach(socket, null);
        return transport;
    }

    private void Produce()
    {
        var parameters = new RtpParameters(
            [new(MimeType.Parse("video/VP8"), 96, 90_000, rtcpFeedback: [new("nack", "")])],
            [],
            [new RtpEncodingParameters { Ssrc = 1_000 }],
            new RtcpParameters("sender"));
        _publisher.Produce(
            new ProducerOptions
            {
                Id = "producer",
                Kind = MediaKind.Video,
                RtpParameters = parameters,
                RtpMapping = new RtpMapping([new(96, 101)], [new EncodingMapping(null, 1_000, 9_000)], parameters),
            },
            _listener,
            _room.NowUs);
    }

    private Consumer Consume(string feedback = "transport-cc")
    {
        Consumer consumer = _viewer.Consume(
            new ConsumerOptions
            {
                Id = "consumer",
                ProducerId = "producer",
                Kind = MediaKind.Video,
                RtpParameters = new RtpParameters(
                    [new(MimeType.Parse("video/VP8"), 101, 90_000, rtcpFeedback: [new("nack", ""), new(feedback, "")])],
                    [
                        new(RtpHeaderExtensionUri.AbsSendTime, AbsSendTimeId),
                        new(RtpHeaderExtensionUri.TransportWideCcDraft01, TransportCcId),
                    ],
                    [new RtpEncodingParameters { Ssrc = VideoSsrc }],
                    new RtcpParameters("us")),
                ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = 9_000 }],
            },
            _listener,
            _room.NowUs);
        _viewer.Start(consumer, _room.NowUs);
        return consumer;
    }

    private void Publish()
    {
        byte[] packet = new RtpBuilder
        {
            PayloadType = 96,
            Ssrc = 1_000,
            SequenceNumber = ++_sequenceNumber,
            Timestamp = _sequenceNumber * 3_000u,
            Payload = RtpBuilder.Vp8(_sequenceNumber == 1, _sequenceNumber, 1_000),
        }.Build();
        _room.NowUs += 10_000;
        _publisher.OnDatagram(_publisherSocket, PublisherAddress, packet, _room.NowUs);
    }

    private void RunFor(long durationUs)
    {
        long untilUs = _room.NowUs + durationUs;
        while (_room.Environment.Deadlines.NextUs <= untilUs)
        {
            _room.NowUs = Math.Max(_room.NowUs, _room.Environment.Deadlines.NextUs);
            _room.Environment.Deadlines.Expire(_room.NowUs);
        }

        _room.NowUs = untilUs;
    }

    private void Nack(ushort sequenceNumber)
    {
        Span<byte> nack = stackalloc byte[64];
        int length = RtcpWriter.WriteNack(nack, 1, VideoSsrc, [new NackItem(sequenceNumber, 0)]);
        ReceiveRtcp(nack[..length]);
    }

    private void Feedback(ushort first, bool[] arrived)
    {
        var writer = new TransportCcWriter();
        writer.Start(first);
        for (int i = 0; i < arrived.Length; i++)
        {
            if (arrived[i])
                writer.TryAdd((ushort)(first + i), _room.NowUs + (i * 1_000));
        }

        Span<byte> feedback = stackalloc byte[TransportCcWriter.MaxLength];
        int length = writer.Write(feedback, 1, VideoSsrc, 0);
        ReceiveRtcp(feedback[..length]);
    }

    private void ReceiveRtcp(ReadOnlySpan<byte> rtcp) =>
        _viewer.OnDatagram(_viewerSocket, PublisherAddress, rtcp.ToArray(), _room.NowUs);

    private static bool IsVideo(byte[] datagram) => SsrcOf(datagram) == VideoSsrc && datagram[1] < 192;

    private static uint SsrcOf(byte[] datagram) => BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8));

    private static int NumberOf(byte[] datagram) =>
        Parse(datagram).TryGetTransportCc(TransportCcId, out ushort number) ? number : -1;

    private static RtpPacketView Parse(byte[] datagram)
    {
        Assert.True(RtpPacketView.TryParse(datagram, out RtpPacketView view));
        return view;
    }
}
