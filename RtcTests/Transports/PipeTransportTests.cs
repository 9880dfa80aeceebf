using Rtc.Buffers;
using Rtc.Crypto;
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

public class PipeTransportTests
{
    private static readonly TransportAddress NearAddress = FakeSocket.Address("192.0.2.1", 5000);
    private static readonly TransportAddress FarAddress = FakeSocket.Address("192.0.2.2", 6000);

    private readonly Room _near = new(seed: 1);
    private readonly Room _far = new(seed: 2);
    private readonly List<(PipeTransport To, TransportAddress From, byte[] Bytes)> _wire = [];
    private SimulatedSocket? _nearSocket;
    private SimulatedSocket? _farSocket;
    private PipeTransport? _nearPipe;
    private PipeTransport? _farPipe;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_streams_of_a_simulcast_producer_reach_the_other_router(bool srtp)
    {
        Join(srtp);
        (FakeTransport publisher, Producer producer) = Publish(streams: 3);
        Producer copy = Pipe(producer, streams: 3);
        var viewer = new FakeTransport(_far, "viewer");
        Follow(viewer, copy);
        for (ushort number = 1; number <= 20; number++)
        {
            for (uint stream = 0; stream < 3; stream++)
                Send(publisher, stream, number, isKeyFrame: number == 1);
            Deliver();
        }

        Assert.Equal(3, copy.GetStats(_far.NowUs).Count);
        Assert.All(copy.GetStats(_far.NowUs), stats => Assert.Equal(20, (int)stats.PacketCount));
        Assert.Equal(0, _farPipe!.Counters.UnprotectFailures + _farPipe.Counters.UnknownStreams);
        Assert.NotEmpty(viewer.SentRtp);
        Assert.Equal(0, _far.Memory.GetReferenceCount(BufferPurpose.Forwarding));
    }

    [Fact]
    public void A_key_frame_request_travels_back_to_the_endpoint()
    {
        Join(srtp: true);
        (FakeTransport publisher, Producer producer) = Publish(streams: 1);
        Producer copy = Pipe(producer, streams: 1);
        Send(publisher, 0, 1, isKeyFrame: true);
        Deliver();
        int before = publisher.CountRtcp(RtcpPacketKind.Pli);
        _near.Advance(5_000);
        _far.Advance(5_000);

        Follow(new FakeTransport(_far, "viewer"), copy);
        Deliver();

        Assert.Equal(before + 1, publisher.CountRtcp(RtcpPacketKind.Pli));
    }

    [Fact]
    public void What_comes_from_elsewhere_is_dropped()
    {
        Join(srtp: false);
        (FakeTransport publisher, Producer producer) = Publish(streams: 1);
        Producer copy = Pipe(producer, streams: 1);
        Send(publisher, 0, 1, isKeyFrame: true);
        byte[] packet = Assert.Single(_wire).Bytes;
        _wire.Clear();
        _farPipe!.OnDatagram(_farSocket!, FakeSocket.Address("192.0.2.9", 5000), packet, _far.NowUs);

        Assert.Equal(1, _farPipe.Counters.UnknownSources);
        Assert.Empty(copy.GetStats(_far.NowUs));
    }

    [Fact]
    public void Before_it_is_connected_nothing_is_taken()
    {
        Make(srtp: true);
        _farPipe!.OnDatagram(_farSocket!, NearAddress, new byte[20], _far.NowUs);
        byte[] rtp = new RtpBuilder { Ssrc = 1 }.Build();
        _farPipe.OnDatagram(_farSocket!, NearAddress, rtp, _far.NowUs);

        Assert.Equal((1, 1), (_farPipe.Counters.UnknownDatagrams, _farPipe.Counters.EarlyMedia));
        Assert.Null(_farPipe.Dump().Tuple.RemoteIp);
    }

    [Fact]
    public void Connect_refuses_what_is_wrong_and_can_be_called_again_until_it_is_right()
    {
        Make(srtp: true);
        SrtpParameters key = _farPipe!.LocalSrtpParameters!;
        Assert.Equal(60, key.KeyBase64.Length);
        SrtpParameters otherSuite = SrtpParameters.Generate(SrtpSuite.AeadAes128Gcm, new SeededRandom(1));

        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", 6000, null));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", 6000, otherSuite));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", 6000, key with { KeyBase64 = "AAAA" }));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", 6000, key with { KeyBase64 = "?" }));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", null, key));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("nowhere", 6000, key));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("2001:db8::1", 6000, key));
        Assert.False(_nearPipe!.HasTuple);

        _nearPipe.Connect("192.0.2.2", 6000, key);
        Assert.Equal(RequestErrorKind.Error, Refusal("192.0.2.2", 6000, key));
        Assert.Equal(("192.0.2.2", 6000), (_nearPipe.TupleInfo.RemoteIp, _nearPipe.TupleInfo.RemotePort));
    }

    [Fact]
    public void Keys_are_refused_where_encryption_is_off()
    {
        Make(srtp: false);
        Assert.Null(_nearPipe!.Dump().SrtpParameters);
        SrtpParameters key = SrtpParameters.Generate(SrtpSuite.AeadAes256Gcm, new SeededRandom(1));
        Assert.Equal(RequestErrorKind.TypeError, Refusal("192.0.2.2", 6000, key));
    }

    [Fact]
    public void Closing_gives_back_the_tuple_and_all_deadlines()
    {
        Join(srtp: true);
        Assert.Equal(1, _nearSocket!.OpenTuples);
        _nearPipe!.Close(_near.NowUs);
        _nearPipe.Close(_near.NowUs);
        Assert.Equal(0, _nearSocket.OpenTuples);
        Assert.Equal(0, _near.Environment.Deadlines.Count);
    }

    private static RtpEncodingParameters[] Encodings(int streams, uint first) =>
        [.. Enumerable.Range(0, streams).Select(i => new RtpEncodingParameters { Ssrc = first + (uint)i })];

    private RequestErrorKind Refusal(string ip, ushort? port, SrtpParameters? key) =>
        Assert.Throws<RequestException>(() => _nearPipe!.Connect(ip, port, key)).Kind;

    private void Make(bool srtp)
    {
        _nearSocket = new SimulatedSocket(
            NearAddress, (_, bytes) => _wire.Add((_farPipe!, NearAddress, bytes.ToArray())));
        _farSocket = new SimulatedSocket(
            FarAddress, (_, bytes) => _wire.Add((_nearPipe!, FarAddress, bytes.ToArray())));
        _nearPipe = MakePipe(_near, _nearSocket, srtp);
        _farPipe = MakePipe(_far, _farSocket, srtp);
    }

    private static PipeTransport MakePipe(Room room, SimulatedSocket socket, bool srtp)
    {
        var options = new PipeTransportOptions { Base = new TransportOptions(), EnableSrtp = srtp };
        var pipe = new PipeTransport("pipe", options, room.Router, new RecordingListener());
        pipe.Attach(socket);
        room.Router.AddTransport(pipe);
        return pipe;
    }

    private void Join(bool srtp)
    {
        Make(srtp);
        _nearPipe!.Connect("192.0.2.2", 6000, _farPipe!.LocalSrtpParameters);
        _farPipe.Connect("192.0.2.1", 5000, _nearPipe.LocalSrtpParameters);
        _nearPipe.SetConnected(_near.NowUs);
        _farPipe.SetConnected(_far.NowUs);
    }

    private (FakeTransport Publisher, Producer Producer) Publish(int streams)
    {
        var publisher = new FakeTransport(_near, "publisher");
        return (publisher, _near.Produce(publisher, "p", encodings: Encodings(streams, first: 1000)));
    }

    // What the application's library does: a pipe consumer of all streams here, a producer of the same SSRCs there.
    private Producer Pipe(Producer producer, int streams)
    {
        RtpParameters parameters = new(
            Room.Codecs(MediaKind.Video, Room.MappedVp8, Room.MappedRtx),
            [],
            Encodings(streams, first: 7000),
            new RtcpParameters("piped"));
        Consumer consumer = _nearPipe!.Consume(
            new ConsumerOptions
            {
                Id = "pipe-consumer",
                ProducerId = producer.Id,
                Kind = MediaKind.Video,
                Type = RtpParametersType.Pipe,
                RtpParameters = parameters,
                ConsumableRtpEncodings = Encodings(streams, first: Room.MappedSsrc(0)),
            },
            new RecordingListener(),
            _near.NowUs);
        Producer copy = _farPipe!.Produce(
            new ProducerOptions
            {
                Id = "copy",
                Kind = MediaKind.Video,
                RtpParameters = parameters,
                RtpMapping = new RtpMapping(
                    [new(Room.MappedVp8, Room.MappedVp8), new(Room.MappedRtx, Room.MappedRtx)],
                    [.. Enumerable.Range(0, streams).Select(
                        i => new EncodingMapping(null, 7000 + (uint)i, Room.MappedSsrc(i)))],
                    parameters),
            },
            new RecordingListener(),
            _far.NowUs);
        _nearPipe.Start(consumer, _near.NowUs);
        return copy;
    }

    private void Follow(FakeTransport viewer, Producer copy)
    {
        int streams = copy.RtpParameters.Encodings.Count;
        _far.Consume(viewer, copy, "viewer", scalabilityMode: streams > 1 ? $"L{streams}T1" : null);
    }

    private void Send(FakeTransport publisher, uint stream, ushort number, bool isKeyFrame) =>
        _near.Receive(publisher, new RtpBuilder
        {
            PayloadType = Room.Vp8PayloadType,
            SequenceNumber = number,
            Timestamp = number * 3000u,
            Ssrc = 1000 + stream,
            Payload = RtpBuilder.Vp8(isKeyFrame, number),
        });

    private void Deliver()
    {
        while (_wire.Count > 0)
        {
            (PipeTransport to, TransportAddress from, byte[] bytes) = _wire[0];
            _wire.RemoveAt(0);
            bool isFar = ReferenceEquals(to, _farPipe);
            to.OnDatagram(isFar ? _farSocket! : _nearSocket!, from, bytes, isFar ? _far.NowUs : _near.NowUs);
        }
    }
}
