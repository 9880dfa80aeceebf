using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Routing;

/// <summary>A pipe consumer sends each stream of its producer by an SSRC of its own.</summary>
public class PipeConsumerTests
{
    private readonly Room _room = new();
    private readonly FakeTransport _in;
    private readonly FakeTransport _out;
    private readonly Producer _producer;

    public PipeConsumerTests()
    {
        _in = new FakeTransport(_room, "in");
        _out = new FakeTransport(_room, "out");
        _producer = _room.Produce(_in, "p", encodings: Encodings(1000, rtx: true));
    }

    [Fact]
    public void Each_stream_goes_its_own_way_from_its_own_key_frame()
    {
        Consume();
        Send(0, 10, isKeyFrame: true);
        Send(1, 20, isKeyFrame: false);
        Send(0, 11);
        Send(1, 21, isKeyFrame: true);
        Send(2, 30, isKeyFrame: true);
        Send(2, 31);

        Assert.Equal([5000u, 5000u, 5001u, 5002u, 5002u], SentSsrcs());
        Assert.Equal(1, (ushort)(_out.Sent(1).SequenceNumber - _out.Sent(0).SequenceNumber));
        Assert.Equal(1, (ushort)(_out.Sent(4).SequenceNumber - _out.Sent(3).SequenceNumber));
    }

    [Fact]
    public void A_lost_packet_is_sent_again_by_the_retransmission_stream_of_its_stream()
    {
        Consumer consumer = Consume();
        for (int stream = 0; stream < 3; stream++)
            Send(stream, 10, isKeyFrame: true);

        byte[] nack = new byte[64];
        NackItem[] items = [new NackItem(_out.Sent(1).SequenceNumber, 0)];
        int length = RtcpWriter.WriteNack(nack, 0, 5001, items);
        var reader = new RtcpReader(nack.AsSpan(0, length));
        Assert.True(reader.MoveNext());
        consumer.OnNack(reader.Current.AsNack(), _room.NowUs);

        Assert.Equal((6001u, Room.MappedRtx), (_out.Sent(3).Ssrc, _out.Sent(3).PayloadType));
        Assert.Equal(RtpSendKind.Retransmission, _out.SentKinds[3]);
    }

    [Fact]
    public void It_is_always_well_served_and_has_no_layers()
    {
        Consumer consumer = Consume();
        Send(0, 10, isKeyFrame: true);

        Assert.Equal((10, 10), (consumer.Score.Score, consumer.Score.ProducerScore));
        Assert.Equal([10, 0, 0], consumer.Score.ProducerScores);
        Assert.Null(consumer.SetPreferredLayers(new ConsumerLayers(1, 1)));
        Assert.DoesNotContain(_room.Events, text => text.StartsWith("c ", StringComparison.Ordinal));
        Assert.Equal(3, consumer.GetStats(_room.NowUs).Count);
        Assert.Equal(3, consumer.Dump().RtpStreams.Count);
    }

    [Fact]
    public void A_key_frame_request_asks_all_streams()
    {
        Consumer consumer = Consume();
        for (int stream = 0; stream < 3; stream++)
            Send(stream, 10, isKeyFrame: true);
        _room.Advance(5_000);
        int before = _in.CountRtcp(RtcpPacketKind.Pli);
        consumer.RequestKeyFrame(_room.NowUs);

        Assert.Equal(before + 3, _in.CountRtcp(RtcpPacketKind.Pli));
    }

    [Fact]
    public void A_pli_of_one_stream_asks_that_stream()
    {
        Consumer consumer = Consume();
        for (int stream = 0; stream < 3; stream++)
            Send(stream, 10, isKeyFrame: true);
        _room.Advance(5_000);
        _in.SentRtcp.Clear();
        consumer.OnKeyFrameRequest(KeyFrameRequestKind.Pli, 5001, _room.NowUs);

        byte[] rtcp = Assert.Single(_in.SentRtcp);
        var reader = new RtcpReader(rtcp);
        Assert.True(reader.MoveNext());
        Assert.Equal(1001u, reader.Current.AsFeedback().MediaSsrc);
    }

    [Fact]
    public void After_a_pause_every_stream_begins_with_a_key_frame()
    {
        Consumer consumer = Consume();
        for (int stream = 0; stream < 3; stream++)
            Send(stream, 10, isKeyFrame: true);
        consumer.Pause(_room.NowUs);
        Send(0, 11);
        consumer.Resume(_room.NowUs);
        Send(0, 12);
        Send(1, 11, isKeyFrame: true);

        Assert.Equal([5000u, 5001u, 5002u, 5001u], SentSsrcs());
        Assert.Equal(1, (ushort)(_out.Sent(3).SequenceNumber - _out.Sent(1).SequenceNumber));
    }

    [Fact]
    public void It_has_to_have_as_many_streams_as_its_producer() => Assert.Equal(
        RequestErrorKind.TypeError,
        Assert.Throws<RequestException>(() => Consume(consumable: 2)).Kind);

    private static RtpEncodingParameters[] Encodings(uint first, bool rtx) =>
        [.. Enumerable.Range(0, 3).Select(i => new RtpEncodingParameters
        {
            Ssrc = first + (uint)i,
            RtxSsrc = rtx ? first + 1000 + (uint)i : null,
        })];

    private Consumer Consume(int consumable = 3)
    {
        Consumer consumer = _room.Router.CreateConsumer(
            _out,
            new ConsumerOptions
            {
                Id = "c",
                ProducerId = _producer.Id,
                Kind = MediaKind.Video,
                Type = RtpParametersType.Pipe,
                RtpParameters = new RtpParameters(
                    Room.Codecs(MediaKind.Video, Room.MappedVp8, Room.MappedRtx),
                    [],
                    Encodings(5000, rtx: true),
                    new RtcpParameters("piped")),
                ConsumableRtpEncodings = [.. Enumerable.Range(0, consumable).Select(
                    i => new RtpEncodingParameters { Ssrc = Room.MappedSsrc(i) })],
            },
            _room.Listen("c"),
            _room.NowUs);
        _out.Consumers.Add(consumer);
        consumer.OnTransportConnected(_room.NowUs);
        return consumer;
    }

    private void Send(int stream, ushort number, bool isKeyFrame = false) => _room.Receive(_in, new RtpBuilder
    {
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = number,
        Timestamp = number * 3000u,
        Ssrc = 1000 + (uint)stream,
        Payload = RtpBuilder.Vp8(isKeyFrame, number),
    });

    private List<uint> SentSsrcs() =>
        [.. Enumerable.Range(0, _out.SentRtp.Count).Select(i => _out.Sent(i).Ssrc)];
}
