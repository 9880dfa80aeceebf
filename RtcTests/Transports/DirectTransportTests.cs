using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Fuzz;
using RtcTests.Routing;
using Xunit;

namespace RtcTests.Transports;

public class DirectTransportTests
{
    private const byte AudioLevelId = 4;

    private readonly Room _room = new();
    private readonly RecordingListener _events = new();
    private readonly DirectTransport _transport;

    public DirectTransportTests()
    {
        _transport = new DirectTransport(
            "direct",
            new TransportOptions { Direct = true, MaxSendMessageSize = 100, MaxReceiveMessageSize = 50 },
            _room.Router,
            _events);
        _room.Router.AddTransport(_transport);
    }

    [Fact]
    public void Packets_go_in_and_come_out_again()
    {
        RecordingListener received = ProduceAndConsume();
        for (ushort i = 0; i < 3; i++)
            _transport.Application.OnRtp(Packet(i, payloadLength: 10 + i), _room.NowUs);

        Assert.Equal(3, received.Rtp.Count);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(RtpPacketView.TryParse(received.Rtp[i], out RtpPacketView packet));
            Assert.Equal((5000u, Room.MappedOpus), (packet.Ssrc, packet.PayloadType));
            Assert.Equal(Enumerable.Repeat((byte)i, 10 + i), packet.Payload.ToArray());
        }

        TransportStats stats = _transport.GetStats(_room.NowUs);
        Assert.Equal(22 + 23 + 24, (int)stats.Received.Bytes);
        Assert.Equal(received.Rtp.Sum(packet => packet.Length), (int)stats.Sent.Bytes);
        Assert.Equal(0, _room.Memory.GetReferenceCount(BufferPurpose.Forwarding));
    }

    [Fact]
    public void The_longest_packet_passes_and_a_longer_one_is_counted_and_dropped()
    {
        RecordingListener received = ProduceAndConsume();
        _transport.Application.OnRtp(Packet(1, ApplicationInput.MaxRtpLength + 1 - 12), _room.NowUs);
        Assert.Equal((1, 0), (_transport.Counters.TooLong, received.Rtp.Count));

        _transport.OnRtcp(new byte[DirectTransport.MaxRtcpLength + 1], _room.NowUs);
        Assert.Equal(2, _transport.Counters.TooLong);
        Assert.Equal(
            ApplicationInput.MaxRtpLength + DirectTransport.MaxRtcpLength + 2,
            (int)_transport.GetStats(_room.NowUs).Received.Bytes);
    }

    [Fact]
    public void What_is_no_packet_is_dropped()
    {
        RecordingListener received = ProduceAndConsume();
        byte[] packet = Packet(1, 10);
        for (int length = 0; length < 12; length++)
            _transport.Application.OnRtp(packet.AsSpan(0, length), _room.NowUs);
        _transport.OnRtcp([0x80, 1, 2], _room.NowUs);

        Assert.Equal((12, 1), (_transport.Counters.MalformedRtp, _transport.Counters.MalformedRtcp));
        Assert.Empty(received.Rtp);
    }

    [Fact]
    public void A_key_frame_request_of_the_application_reaches_the_producer_and_its_own_the_application()
    {
        Producer producer = _transport.Produce(VideoProducer(), new RecordingListener(), _room.NowUs);
        var received = new RecordingListener();
        Consumer consumer = _transport.Consume(VideoConsumer(producer), received, _room.NowUs);
        _transport.Start(consumer, _room.NowUs);
        _transport.Application.OnRtp(Video(1, isKeyFrame: true), _room.NowUs);
        Assert.Empty(_events.Rtcp);

        _room.Advance(5_000);
        _transport.OnRtcp(Pli(), _room.NowUs);

        RtcpPacketView request = First(Assert.Single(_events.Rtcp));
        Assert.Equal((RtcpPacketKind.Pli, 1000u), (request.Kind, request.AsFeedback().MediaSsrc));
    }

    [Fact]
    public void No_regular_reports_are_sent()
    {
        ProduceAndConsume();
        for (ushort i = 0; i < 500; i++)
        {
            _transport.Application.OnRtp(Packet(i, 10), _room.NowUs);
            _room.Advance(20);
        }

        Assert.Empty(_events.Rtcp);
    }

    [Fact]
    public void Data_goes_in_and_comes_out_again()
    {
        DataProducer producer = _transport.Data.Produce(
            new DataProducerOptions { Id = "dp", Type = DataChannelType.Direct });
        var received = new RecordingListener();
        _transport.Data.Consume(
            new DataConsumerOptions { Id = "dc", DataProducerId = "dp", Type = DataChannelType.Direct }, received);

        Assert.True(_transport.Application.OnMessage(producer, new DataMessage(51, [1, 2, 3]), _room.NowUs));
        Assert.False(_transport.Application.OnMessage(producer, new DataMessage(51, new byte[51]), _room.NowUs));

        Assert.Equal([1, 2, 3], Assert.Single(received.Messages));
        TransportStats stats = _transport.GetStats(_room.NowUs);
        Assert.Equal((3u, 3u), (stats.Received.Bytes, stats.Sent.Bytes));
        Assert.Equal(["dp"], _transport.Dump().DataProducerIds);
        Assert.Equal(["dc"], _transport.Dump().DataConsumerIds);
    }

    [Fact]
    public void It_does_not_speak_Sctp() => Assert.Equal(
        RequestErrorKind.TypeError,
        Assert.Throws<RequestException>(() => _transport.Data.Produce(
            new DataProducerOptions { Id = "dp", Type = DataChannelType.Sctp })).Kind);

    [Fact]
    public void Closing_it_closes_all_that_hangs_on_it_and_tells_who_follows_from_elsewhere()
    {
        var other = new DirectTransport("other", new TransportOptions { Direct = true }, _room.Router, _events);
        _room.Router.AddTransport(other);
        RecordingListener here = ProduceAndConsume();
        var there = new RecordingListener();
        other.Consume(AudioConsumer("c2", 6000), there, _room.NowUs);
        _transport.Data.Produce(new DataProducerOptions { Id = "dp", Type = DataChannelType.Direct });
        other.Data.Consume(
            new DataConsumerOptions { Id = "dc", DataProducerId = "dp", Type = DataChannelType.Direct }, there);

        _room.Router.CloseTransport("direct", _room.NowUs);

        Assert.Equal(["producerclose", "dataproducerclose"], there.Events);
        Assert.Contains("producerclose", here.Events);
        Assert.Empty(other.Consumers);
        Assert.Empty(other.Data.Consumers);
        RouterDump dump = _room.Router.Dump();
        Assert.Equal(["other"], dump.TransportIds);
        Assert.Empty(dump.ProducerConsumers);
        Assert.Empty(dump.ConsumerProducers);
        Assert.Empty(dump.DataProducerConsumers);
        Assert.Empty(dump.DataConsumerProducers);
        Assert.Equal(0, _room.Environment.Deadlines.Count);
    }

    [Fact]
    public void Hostile_packets_and_messages_are_survived()
    {
        byte[] session = [.. Framed(Level(1)), .. Framed([1, 2, 3]), .. Framed(Level(2)), .. Framed(Pli())];
        Assert.Equal(3, DirectTransportFuzz.Fuzz(session));

        Mutation.Sweep(data => DirectTransportFuzz.Fuzz(data), session);
        Mutation.Loop(data => DirectTransportFuzz.Fuzz(data), seed: 5, rounds: 300, session);
    }

    private static byte[] Framed(byte[] bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];

    private static byte[] Level(ushort number) => new RtpBuilder
    {
        PayloadType = Room.OpusPayloadType,
        SequenceNumber = number,
        Ssrc = 1000,
        Extensions = [(AudioLevelId, [20])],
    }.Build();

    private static byte[] Pli()
    {
        byte[] pli = new byte[RtcpWriter.PliLength];
        RtcpWriter.WritePli(pli, 1, 5000);
        return pli;
    }

    private static byte[] Packet(ushort number, int payloadLength) => new RtpBuilder
    {
        PayloadType = Room.OpusPayloadType,
        SequenceNumber = number,
        Timestamp = number * 960u,
        Ssrc = 1000,
        Payload = [.. Enumerable.Repeat((byte)number, payloadLength)],
    }.Build();

    private static byte[] Video(ushort number, bool isKeyFrame) => new RtpBuilder
    {
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = number,
        Ssrc = 1000,
        Payload = RtpBuilder.Vp8(isKeyFrame, number),
    }.Build();

    private static RtcpPacketView First(byte[] rtcp)
    {
        var reader = new RtcpReader(rtcp);
        Assert.True(reader.MoveNext());
        return reader.Current;
    }

    private static ProducerOptions ProducerOptions(MediaKind kind, byte payloadType, byte mapped)
    {
        var parameters = new RtpParameters(
            Room.Codecs(kind, payloadType, Room.RtxPayloadType),
            [new(RtpHeaderExtensionUri.SsrcAudioLevel, AudioLevelId)],
            [new RtpEncodingParameters { Ssrc = 1000 }],
            new RtcpParameters("sender"));
        return new ProducerOptions
        {
            Id = "p",
            Kind = kind,
            RtpParameters = parameters,
            RtpMapping = new RtpMapping(
                [new CodecMapping(payloadType, mapped), new CodecMapping(Room.RtxPayloadType, Room.MappedRtx)],
                [new EncodingMapping(null, 1000, Room.MappedSsrc(0))],
                parameters),
        };
    }

    internal static ProducerOptions AudioProducer() =>
        ProducerOptions(MediaKind.Audio, Room.OpusPayloadType, Room.MappedOpus);

    private static ProducerOptions VideoProducer() =>
        ProducerOptions(MediaKind.Video, Room.Vp8PayloadType, Room.MappedVp8);

    private static ConsumerOptions VideoConsumer(Producer producer) => new()
    {
        Id = "c",
        ProducerId = producer.Id,
        Kind = MediaKind.Video,
        RtpParameters = new RtpParameters(
            Room.Codecs(MediaKind.Video, Room.MappedVp8, Room.MappedRtx),
            [],
            [new RtpEncodingParameters { Ssrc = 5000 }],
            new RtcpParameters("forwarded")),
        ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = Room.MappedSsrc(0) }],
    };

    internal static ConsumerOptions AudioConsumer(string id, uint ssrc) => new()
    {
        Id = id,
        ProducerId = "p",
        Kind = MediaKind.Audio,
        RtpParameters = new RtpParameters(
            Room.Codecs(MediaKind.Audio, Room.MappedOpus, Room.MappedRtx),
            [],
            [new RtpEncodingParameters { Ssrc = ssrc }],
            new RtcpParameters("forwarded")),
        ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = Room.MappedSsrc(0) }],
    };

    private RecordingListener ProduceAndConsume()
    {
        _transport.Produce(
            AudioProducer(),
            new RecordingListener(),
            _room.NowUs);
        var received = new RecordingListener();
        Consumer consumer = _transport.Consume(AudioConsumer("c", 5000), received, _room.NowUs);
        _transport.Start(consumer, _room.NowUs);
        return received;
    }
}
