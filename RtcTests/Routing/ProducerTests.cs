using System.Text;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Routing;

public class ProducerTests
{
    private readonly Room _room = new();
    private readonly FakeTransport _in;
    private readonly FakeTransport _out;

    public ProducerTests()
    {
        _in = new FakeTransport(_room, "in");
        _out = new FakeTransport(_room, "out");
    }

    [Fact]
    public void A_packet_reaches_the_consumer_renamed()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c", ssrc: 5000);
        Assert.Equal(ProducerPacketVerdict.Media, _room.Receive(_in, Video(100, true)));

        RtpPacketView sent = _out.Sent(0);
        Assert.Equal(5000u, sent.Ssrc);
        Assert.Equal(Room.MappedVp8, sent.PayloadType);
        Assert.Equal(100u * 3000, sent.Timestamp);
        Assert.True(sent.Payload.SequenceEqual(RtpBuilder.Vp8(true, 100)));
    }

    [Fact]
    public void Video_extensions_come_in_one_order_with_fixed_ids()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c", mid: "v");
        RtpBuilder packet = Video(1, true);
        packet.Extensions.AddRange(
        [
            (7, [7, 7, 7]), (6, [0]), (9, [9, 9, 9]), (4, [0x81]), (10, "rid"u8.ToArray()), (2, [1, 2, 3]), (3, [4, 5]),
            (5, [5, 5]), (8, [.. Enumerable.Repeat((byte)8, 8)]),
        ]);
        _room.Receive(_in, packet);

        Assert.Equal(
            [
                "1:76", "10:08080808080808080000000000000000", "11:090909", "4:ABCDEF", "5:0007", "7:0505", "8:00",
                "9:070707",
            ],
            Extensions(_out.Sent(0)));
    }

    [Fact]
    public void Audio_has_its_level_and_nothing_for_congestion_control()
    {
        Producer producer = _room.Produce(_in, "p", MediaKind.Audio);
        _room.Consume(_out, producer, "c", mid: "audio");
        _room.Receive(_in, Audio(1) with { Extensions = [(4, [0x85]), (2, [1, 2, 3]), (3, [4, 5]), (6, [1])] });
        Assert.Equal(["1:617564696F", "6:85"], Extensions(_out.Sent(0)));
    }

    [Fact]
    public void A_long_element_needs_the_two_byte_form()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c", mid: "v");
        RtpBuilder packet = Video(1, true) with { TwoByteForm = true };
        packet.Extensions.Add((5, new byte[40]));
        _room.Receive(_in, packet);
        Assert.Equal([0x10, 0x00], _out.SentRtp[0].AsSpan(12, 2).ToArray());
        Assert.Contains("7:" + new string('0', 80), Extensions(_out.Sent(0)));
        Assert.Contains("1:76", Extensions(_out.Sent(0)));
    }

    [Fact]
    public void Packet_ids_are_kept_or_given()
    {
        Producer producer = _room.Produce(_in, "p", enablePacketId: true);
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        _room.Receive(_in, Video(2));
        _room.Receive(_in, Video(3) with { Extensions = [(12, [1, 2, 3, 4])] });
        Assert.Equal("12:00000001", Extensions(_out.Sent(0))[^1]);
        Assert.Equal("12:00000002", Extensions(_out.Sent(1))[^1]);
        Assert.Equal("12:01020304", Extensions(_out.Sent(2))[^1]);
    }

    [Fact]
    public void Packets_are_found_by_ssrc_then_mid_then_rid()
    {
        _room.Produce(_in, "ssrc", encodings: [new() { Ssrc = 1000 }]);
        _room.Produce(_in, "mid", encodings: [new()], mid: "m");
        _room.Produce(_in, "rid", encodings: [new() { Rid = "r" }]);

        Assert.Equal(ProducerPacketVerdict.Media, _room.Receive(_in, Video(1)));
        Assert.Equal(
            ProducerPacketVerdict.Media, _room.Receive(_in, Video(1, ssrc: 2) with { Extensions = [Mid("m")] }));
        Assert.Equal(
            ProducerPacketVerdict.Media, _room.Receive(_in, Video(1, ssrc: 3) with { Extensions = [Rid("r")] }));

        // Unknown SSRC, unknown MID, unknown RID; and a RID does not count beside a MID.
        Assert.Null(_room.Receive(_in, Video(1, ssrc: 4)));
        Assert.Null(_room.Receive(_in, Video(1, ssrc: 5) with { Extensions = [Mid("x")] }));
        Assert.Null(_room.Receive(_in, Video(1, ssrc: 6) with { Extensions = [Rid("x")] }));
        Assert.Null(_room.Receive(_in, Video(1, ssrc: 7) with { Extensions = [Mid("x"), Rid("r")] }));

        // What was learned needs no extension any more.
        Assert.Equal(ProducerPacketVerdict.Media, _room.Receive(_in, Video(2, ssrc: 2)));
        Assert.Equal([(1000u, "ssrc"), (2u, "mid"), (3u, "rid")], _in.RtpListener.SsrcTable);
        Assert.Equal([("m", "mid")], _in.RtpListener.MidTable);
        Assert.Equal([("r", "rid")], _in.RtpListener.RidTable);
    }

    [Fact]
    public void What_a_producer_does_not_know_is_discarded()
    {
        Producer producer = _room.Produce(_in, "p", encodings: [new() { Rid = "a" }, new() { Rid = "b" }], mid: "m");
        Assert.Equal(
            ProducerPacketVerdict.Discarded, _room.Receive(_in, Video(1, ssrc: 1) with { Extensions = [Mid("m")] }));
        Assert.Equal(
            ProducerPacketVerdict.Discarded,
            _room.Receive(_in, Video(1, ssrc: 2) with { Extensions = [Mid("m"), Rid("c")] }));
        Assert.Equal(
            ProducerPacketVerdict.Discarded,
            _room.Receive(_in, Video(1, ssrc: 3) with { Extensions = [Mid("m"), Rid("a")], PayloadType = 55 }));
        Assert.Empty(producer.Dump().RtpStreams);

        Assert.Equal(
            ProducerPacketVerdict.Media,
            _room.Receive(_in, Video(1, ssrc: 4) with { Extensions = [Mid("m"), Rid("a")] }));
        Assert.Equal(
            ProducerPacketVerdict.Discarded,
            _room.Receive(_in, Video(1, ssrc: 5) with { Extensions = [Mid("m"), Rid("a")] }));
        Assert.Single(producer.Dump().RtpStreams);
    }

    [Fact]
    public void A_payload_type_without_mapping_is_not_forwarded()
    {
        _room.Produce(_in, "p");
        Assert.Equal(ProducerPacketVerdict.Media, _room.Receive(_in, Video(1, true)));
        Assert.Equal(ProducerPacketVerdict.Unmapped, _room.Receive(_in, Video(2) with { PayloadType = 120 }));
    }

    [Theory]
    [InlineData("ssrc")]
    [InlineData("rid")]
    [InlineData("single")]
    public void Retransmissions_are_recognized(string by)
    {
        RtpEncodingParameters encoding = by switch
        {
            "ssrc" => new() { Ssrc = 1000, RtxSsrc = 1001 },
            "rid" => new() { Rid = "a" },
            _ => new(),
        };
        Producer producer = _room.Produce(_in, "p", encodings: [encoding], mid: "m");
        _room.Consume(_out, producer, "c");
        List<(byte, byte[])> media = by == "rid" ? [Mid("m"), Rid("a")] : [Mid("m")];
        List<(byte, byte[])> rtx =
            by == "rid" ? [Mid("m"), (Room.RepairedRidId, "a"u8.ToArray())] : [Mid("m")];

        // Before there is a stream to repair, a retransmission belongs to nothing.
        Assert.Equal(ProducerPacketVerdict.Discarded, _room.Receive(_in, Rtx(1, 2) with { Extensions = rtx }));

        _room.Receive(_in, Video(1, true) with { Extensions = media });
        _room.Receive(_in, Video(3) with { Extensions = media });
        Assert.Equal(ProducerPacketVerdict.Retransmission, _room.Receive(_in, Rtx(2, 2) with { Extensions = rtx }));
        Assert.Equal(1001u, Assert.Single(producer.Dump().RtpStreams).Rtx!.Ssrc);
        Assert.Equal(3, _out.SentRtp.Count);
        Assert.True(_out.Sent(2).Payload.SequenceEqual(RtpBuilder.Vp8(false, 2)));

        // It repairs once only.
        Assert.Equal(ProducerPacketVerdict.Retransmission, _room.Receive(_in, Rtx(3, 2) with { Extensions = rtx }));
        Assert.Equal(3, _out.SentRtp.Count);
        RtpStreamStats stats = producer.GetStats(_room.NowUs)[0];
        Assert.Equal((2L, 1L, 3L), (stats.PacketsRetransmitted, stats.PacketsRepaired, stats.PacketCount));
    }

    [Fact]
    public void Malformed_retransmissions_repair_nothing()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        _room.Receive(_in, Video(3));
        int sent = _out.SentRtp.Count;
        _room.Receive(_in, Rtx(1, 2) with { Payload = [] });
        _room.Receive(_in, Rtx(2, 2) with { Payload = [0] });
        _room.Receive(_in, Rtx(3, 2) with { Payload = [], Padding = 200 });
        _room.Receive(_in, Rtx(4, 2) with { PayloadType = Room.Vp8PayloadType });
        _room.Receive(_in, Rtx(5, 30_000));
        Assert.Equal(sent, _out.SentRtp.Count);
        Assert.Equal(0, producer.GetStats(_room.NowUs)[0].PacketsRepaired);
    }

    [Fact]
    public void The_first_packet_tells_scores_before_consumers_and_asks_for_a_key_frame()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        Assert.Empty(_room.Events);
        _room.Receive(_in, Video(1));
        Assert.Equal(["p score 0:1000::10", "c score 10 10 [10]"], _room.Events);
        Assert.Equal(1, _in.CountRtcp(RtcpPacketKind.Pli));
    }

    [Fact]
    public void A_key_frame_first_needs_no_request()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        Assert.Equal(0, _in.CountRtcp(RtcpPacketKind.Pli));
    }

    [Fact]
    public void Key_frame_requests_of_many_consumers_are_merged()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Receive(_in, Video(1, true));
        for (uint i = 0; i < 20; i++)
            _room.Consume(_out, producer, $"c{i}", ssrc: 5000 + (2 * i));

        Assert.Equal(1, _in.CountRtcp(RtcpPacketKind.Pli));
        _room.Advance(1000);
        Assert.Equal(2, _in.CountRtcp(RtcpPacketKind.Pli));
        _room.Advance(10_000);
        Assert.Equal(2, _in.CountRtcp(RtcpPacketKind.Pli));
        Assert.Equal(2, producer.GetStats(_room.NowUs)[0].PliCount);
    }

    [Fact]
    public void Without_picture_loss_indications_full_intra_requests_are_sent()
    {
        Producer producer = _room.Produce(_in, "p", useFir: true);
        _room.Receive(_in, Video(1));
        _room.Advance(1000);
        Assert.Equal(2, _in.CountRtcp(RtcpPacketKind.Fir));
        Assert.Equal(0, _in.CountRtcp(RtcpPacketKind.Pli));
        List<byte> numbers = [];
        foreach (byte[] rtcp in _in.SentRtcp)
        {
            foreach (RtcpPacketView packet in new RtcpReader(rtcp))
                numbers.Add(packet.AsFir()[0].SequenceNumber);
        }

        Assert.Equal([1, 2], numbers);
        Assert.Equal(2, producer.GetStats(_room.NowUs)[0].FirCount);
    }

    [Fact]
    public void Losses_are_asked_for()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Receive(_in, Video(1, true));
        _room.Receive(_in, Video(3));
        _room.Receive(_in, Video(30));
        _room.Advance(40);
        NackView nack = LastNack();
        Assert.Equal(new FeedbackHeader(0, 1000), nack.Header);
        Assert.Equal([new NackItem(2, 0xFFFE), new NackItem(19, 0x03FF)], [nack[0], nack[1]]);
        RtpStreamStats stats = producer.GetStats(_room.NowUs)[0];
        Assert.Equal((1L, 27L), (stats.NackCount, stats.NackPacketCount));
    }

    [Fact]
    public void Pause_and_resume_are_told_and_end_with_a_key_frame_request()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        _room.Events.Clear();
        producer.Pause(_room.NowUs);
        producer.Pause(_room.NowUs);
        Assert.Equal(ProducerPacketVerdict.Media, _room.Receive(_in, Video(2)));
        Assert.Single(_out.SentRtp);
        Assert.Equal(2, producer.GetStats(_room.NowUs)[0].PacketCount);
        producer.Resume(_room.NowUs);
        producer.Resume(_room.NowUs);
        Assert.Equal(["c producerpause", "c producerresume"], _room.Events);
        Assert.True(_in.CountRtcp(RtcpPacketKind.Pli) >= 1);
        _room.Receive(_in, Video(3));
        Assert.Single(_out.SentRtp);
        _room.Receive(_in, Video(4, true));
        Assert.Equal(2, _out.SentRtp.Count);
        Assert.Equal(_out.Sent(0).SequenceNumber + 1, _out.Sent(1).SequenceNumber);
    }

    [Fact]
    public void Orientation_is_told_when_it_changes()
    {
        _room.Produce(_in, "p");
        foreach (byte orientation in (byte[])[1, 1, 2, 2])
            _room.Receive(_in, Video(orientation, true) with { Extensions = [(6, [orientation])] });

        Assert.Equal(["p orientation 90", "p orientation 180"], _room.Events.Where(e => e.Contains("orientation")));
    }

    [Fact]
    public void Traces_are_made_for_what_is_enabled()
    {
        Producer producer = _room.Produce(_in, "p");
        producer.SetTraceEventTypes(RtpTraceEventTypes.Rtp | RtpTraceEventTypes.KeyFrame | RtpTraceEventTypes.Pli);
        _room.Receive(_in, Video(1));
        _room.Receive(_in, Video(2, true));
        producer.SetTraceEventTypes(RtpTraceEventTypes.None);
        _room.Receive(_in, Video(3));
        Assert.Equal(
            ["p trace Pli Out 1000  False", "p trace Rtp In 0 1 False", "p trace KeyFrame In 0 2 False"],
            _room.Events.Where(e => e.Contains("trace")));
    }

    [Fact]
    public void Reports_count_what_was_lost()
    {
        Producer producer = _room.Produce(_in, "p");
        foreach (ushort number in (ushort[])[65_534, 65_535, 1, 2])
            _room.Receive(_in, Video(number, true));

        producer.OnSenderReport(
            new SenderReport(1000, NtpTime.FromUnixMicroseconds(1_000_000_000), 0, 4, 400), _room.NowUs);
        _room.Advance(500);
        var writer = new CompoundRtcpWriter();
        Assert.True(producer.TryAppendRtcp(writer, _room.NowUs));
        byte[] rtcp = new byte[writer.Length];
        writer.Write(rtcp);
        var reader = new RtcpReader(rtcp);
        Assert.True(reader.MoveNext());
        ReportBlock block = reader.Current.AsReceiverReport().Blocks[0];
        Assert.Equal((1000u, 1, (byte)51), (block.Ssrc, block.TotalLost, block.FractionLost));
        Assert.Equal(0x10002u, block.HighestSequenceNumber);
        Assert.Equal(NtpTime.FromUnixMicroseconds(1_000_000_000).Compact, block.LastSenderReport);
        Assert.Equal(0x8000u, block.DelaySinceLastSenderReport);
        Assert.True(reader.MoveNext());
        Assert.Equal(RtcpPacketKind.ExtendedReport, reader.Current.Kind);

        // The next is due when 1.15 times what passed is a second.
        writer.Clear();
        Assert.True(producer.TryAppendRtcp(writer, _room.NowUs + 869_000));
        Assert.False(writer.HasReports);
        Assert.True(producer.TryAppendRtcp(writer, _room.NowUs + 870_000));
        Assert.True(writer.HasReports);
    }

    [Fact]
    public void With_in_band_fec_the_worst_loss_of_consumers_is_reported()
    {
        Producer producer = _room.Produce(_in, "p", MediaKind.Audio);
        Consumer consumer = _room.Consume(_out, producer, "c");
        _room.Receive(_in, Audio(1));
        _room.Receive(_in, Audio(2));
        consumer.OnReceiverReport(new ReportBlock { Ssrc = 5000, FractionLost = 128, TotalLost = 1 }, _room.NowUs);
        var writer = new CompoundRtcpWriter();
        producer.TryAppendRtcp(writer, _room.NowUs);
        byte[] rtcp = new byte[writer.Length];
        writer.Write(rtcp);
        var reader = new RtcpReader(rtcp);
        reader.MoveNext();
        ReportBlock block = reader.Current.AsReceiverReport().Blocks[0];
        Assert.Equal(((byte)128, 1), (block.FractionLost, block.TotalLost));
    }

    [Fact]
    public void A_refused_producer_leaves_nothing_behind()
    {
        _room.Produce(_in, "p", mid: "m");
        AssertTaken(() => _room.Produce(_in, "p", encodings: [new() { Ssrc = 1 }]));
        AssertTaken(() => _room.Produce(_in, "q", encodings: [new() { Ssrc = 7 }, new() { Ssrc = 1001 }]));
        AssertTaken(() => _room.Produce(_in, "q", encodings: [new() { Ssrc = 7 }], mid: "m"));
        Assert.Equal([(1000u, "p"), (1001u, "p")], _in.RtpListener.SsrcTable);
        Assert.Equal([("m", "p")], _in.RtpListener.MidTable);
        Assert.Single(_room.Router.Dump().ProducerConsumers);
        _room.Produce(_in, "q", encodings: [new() { Ssrc = 7 }]);
    }

    [Fact]
    public void Capture_times_are_forwarded_against_our_clock()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");

        // The sender's clock is 5 s behind ours. Half a second passes between reports, in no time on the way.
        for (int i = 0; i < 3; i++)
        {
            long senderUs = _room.NowUs + _room.Environment.Clock.UnixOffsetUs - 5_000_000;
            producer.OnSenderReport(
                new SenderReport(1000, NtpTime.FromUnixMicroseconds(senderUs), 0, 1, 1), _room.NowUs);
            _room.Receive(_in, Video((ushort)(i + 1), true));
            producer.OnSenderReport(
                new SenderReport(1000, NtpTime.FromUnixMicroseconds(senderUs), 0, 1, 1), _room.NowUs);
            _room.Advance(500);
        }

        _room.Receive(_in, Video(10, true) with { Extensions = [(8, [0, 0, 0, 9, 0, 0, 0, 0])] });
        string capture = Extensions(_out.Sent(_out.SentRtp.Count - 1)).Single(e => e.StartsWith("10:"));
        Assert.Equal("0000000900000000", capture[3..19]);
        long offset = unchecked((long)Convert.ToUInt64(capture[19..], 16));
        Assert.Equal(-5.0, offset / 4294967296.0, 3);
    }

    private static void AssertTaken(Action request) =>
        Assert.Equal(RequestErrorKind.Error, Assert.Throws<RequestException>(request).Kind);

    private static (byte, byte[]) Mid(string mid) => (Room.MidId, Encoding.UTF8.GetBytes(mid));

    private static (byte, byte[]) Rid(string rid) => (Room.RidId, Encoding.UTF8.GetBytes(rid));

    private static RtpBuilder Video(ushort number, bool isKeyFrame = false, uint ssrc = 1000) => new()
    {
        Ssrc = ssrc,
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = number,
        Timestamp = number * 3000u,
        Payload = RtpBuilder.Vp8(isKeyFrame, number),
    };

    private static RtpBuilder Audio(ushort number) => new()
    {
        Ssrc = 1000,
        PayloadType = Room.OpusPayloadType,
        SequenceNumber = number,
        Timestamp = number * 960u,
    };

    private static RtpBuilder Rtx(ushort rtxNumber, ushort number) => new()
    {
        Ssrc = 1001,
        PayloadType = Room.RtxPayloadType,
        SequenceNumber = rtxNumber,
        Timestamp = number * 3000u,
        Payload = [(byte)(number >> 8), (byte)number, .. RtpBuilder.Vp8(false, number)],
    };

    private static List<string> Extensions(RtpPacketView packet)
    {
        List<string> elements = [];
        RtpExtensionEnumerator extensions = packet.GetExtensions();
        while (extensions.MoveNext())
            elements.Add($"{extensions.CurrentId}:{Convert.ToHexString(extensions.Current)}");

        return elements;
    }

    private NackView LastNack()
    {
        var reader = new RtcpReader(_in.SentRtcp[^1]);
        Assert.True(reader.MoveNext());
        return reader.Current.AsNack();
    }
}
