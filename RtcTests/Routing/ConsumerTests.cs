using System.Buffers.Binary;
using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Routing;

public class ConsumerTests
{
    private readonly Room _room = new();
    private readonly FakeTransport _in;
    private readonly FakeTransport _out;

    public ConsumerTests()
    {
        _in = new FakeTransport(_room, "in");
        _out = new FakeTransport(_room, "out");
    }

    [Fact]
    public void Video_begins_with_a_key_frame_and_what_overtook_it()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(9));
        _room.Receive(_in, Video(12));
        _room.Receive(_in, Video(11));
        Assert.Empty(_out.SentRtp);
        Assert.Equal(3, _room.Memory.GetReferenceCount(BufferPurpose.KeyFrameWait));

        _room.Receive(_in, Video(10, true));
        Assert.Equal([10u, 11u, 12u], Numbers());
        AssertContiguous();
        Assert.InRange(_out.Sent(0).SequenceNumber, 1001, 32_768);
        Assert.Equal(0, _room.Memory.GetReferenceCount(BufferPurpose.KeyFrameWait));
    }

    [Fact]
    public void Held_packets_are_few_and_go_over_the_wrap()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        for (int i = 0; i < 100; i++)
            _room.Receive(_in, Video((ushort)(65_400 + i)));

        Assert.Equal(30, _room.Memory.GetReferenceCount(BufferPurpose.KeyFrameWait));
        for (int i = 101; i < 140; i++)
            _room.Receive(_in, Video((ushort)(65_400 + i)));

        _room.Receive(_in, Video(unchecked((ushort)(65_400 + 130)), true));
        Assert.Equal(10, _out.SentRtp.Count);
        AssertContiguous();
    }

    [Fact]
    public void Audio_begins_at_once()
    {
        Producer producer = _room.Produce(_in, "p", MediaKind.Audio);
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Audio(7, 0x78, 1, 2, 3));
        Assert.Single(_out.SentRtp);
        Assert.Empty(_in.SentRtcp);
    }

    [Fact]
    public void What_is_left_out_leaves_no_hole()
    {
        Producer producer = _room.Produce(_in, "p", MediaKind.Audio);
        _room.Consume(_out, producer, "c", ignoreDtx: true);
        _room.Receive(_in, Audio(1, 0x78, 1, 2));
        _room.Receive(_in, Audio(2, 0x78));
        _room.Receive(_in, Audio(3) with { Padding = 20 });
        _room.Receive(_in, Audio(4, 0x78, 1, 2));
        Assert.Equal(2, _out.SentRtp.Count);
        AssertContiguous();
    }

    [Fact]
    public void Silence_is_sent_unless_it_is_not_wanted()
    {
        Producer producer = _room.Produce(_in, "p", MediaKind.Audio);
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Audio(1, 0x78));
        Assert.Single(_out.SentRtp);
    }

    [Fact]
    public void A_codec_that_is_not_supported_is_left_out()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c", payloadType: 120);
        _room.Receive(_in, Video(1, true));
        Assert.Empty(_out.SentRtp);
    }

    [Fact]
    public void A_nack_brings_the_packet_again_by_rtx()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c", mid: "v");
        for (ushort i = 1; i <= 20; i++)
            _room.Receive(_in, Video(i, i == 1));

        ushort first = _out.Sent(0).SequenceNumber;
        _out.ReceiveRtcp(Nack(5000, first, 0b101), _room.NowUs);
        Assert.Equal(23, _out.SentRtp.Count);
        Assert.All(_out.SentKinds.Skip(20), kind => Assert.Equal(RtpSendKind.Retransmission, kind));
        for (int i = 0; i < 3; i++)
        {
            RtpPacketView rtx = _out.Sent(20 + i);
            RtpPacketView original = _out.Sent(new[] { 0, 1, 3 }[i]);
            Assert.Equal((5001u, Room.MappedRtx), (rtx.Ssrc, rtx.PayloadType));
            Assert.Equal(original.Timestamp, rtx.Timestamp);
            Assert.Equal(original.Marker, rtx.Marker);
            Assert.Equal(original.SequenceNumber, BinaryPrimitives.ReadUInt16BigEndian(rtx.Payload));
            Assert.True(rtx.Payload[2..].SequenceEqual(original.Payload));
            Assert.True(rtx.TryGetMid(1, out ReadOnlySpan<byte> mid) && mid.SequenceEqual("v"u8));
        }

        Assert.Equal(_out.Sent(20).SequenceNumber + 1, _out.Sent(21).SequenceNumber);
        RtpStreamStats stats = consumer.GetStats(_room.NowUs)[0];
        Assert.Equal((1L, 3L), (stats.NackCount, stats.NackPacketCount));
        Assert.Equal((3L, 3L), (stats.PacketsRetransmitted, stats.PacketsRepaired));
        Assert.Equal(20, stats.PacketCount);
    }

    [Fact]
    public void A_copy_goes_by_rtx_and_is_no_repair()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c", mid: "v");
        _room.Receive(_in, Video(1, true));
        ushort first = _out.Sent(0).SequenceNumber;

        // By the SSRC of the media and by that of its retransmissions.
        consumer.SendCopy(5000, first, _room.NowUs);
        consumer.SendCopy(5001, first, _room.NowUs);
        consumer.SendCopy(5001, (ushort)(first + 1), _room.NowUs);
        consumer.SendCopy(7000, first, _room.NowUs);

        Assert.Equal([RtpSendKind.Media, RtpSendKind.Copy, RtpSendKind.Copy], _out.SentKinds);
        Assert.Equal(_out.Sent(1).SequenceNumber + 1, _out.Sent(2).SequenceNumber);
        Assert.Equal((5001u, Room.MappedRtx), (_out.Sent(1).Ssrc, _out.Sent(1).PayloadType));
        Assert.Equal(first, BinaryPrimitives.ReadUInt16BigEndian(_out.Sent(1).Payload));
        Assert.True(_out.Sent(1).Payload[2..].SequenceEqual(_out.Sent(0).Payload));
        RtpStreamStats stats = consumer.GetStats(_room.NowUs)[0];
        Assert.Equal((0L, 0L), (stats.PacketsRetransmitted, stats.PacketsRepaired));

        // What is asked for afterwards is still sent at once.
        _out.ReceiveRtcp(Nack(5000, first, 0), _room.NowUs);
        Assert.Equal(RtpSendKind.Retransmission, _out.SentKinds[^1]);

        consumer.Pause(_room.NowUs);
        consumer.SendCopy(5000, first, _room.NowUs);
        Assert.Equal(4, _out.SentRtp.Count);
    }

    [Fact]
    public void Without_rtx_there_are_no_copies()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c", rtx: false);
        _room.Receive(_in, Video(1, true));
        consumer.SendCopy(5000, _out.Sent(0).SequenceNumber, _room.NowUs);
        Assert.Single(_out.SentRtp);
    }

    [Fact]
    public void Without_rtx_the_packet_itself_is_sent_again()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c", rtx: false);
        _room.Receive(_in, Video(1, true));
        _out.ReceiveRtcp(Nack(5000, _out.Sent(0).SequenceNumber, 0), _room.NowUs);
        Assert.Equal(_out.SentRtp[0], _out.SentRtp[1]);
    }

    [Fact]
    public void A_packet_is_sent_again_once_a_round_trip()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        byte[] nack = Nack(5000, _out.Sent(0).SequenceNumber, 0);
        _out.ReceiveRtcp(nack, _room.NowUs);
        _out.ReceiveRtcp(nack, _room.NowUs + 100_000);
        Assert.Equal(2, _out.SentRtp.Count);
        _out.ReceiveRtcp(nack, _room.NowUs + 101_000);
        Assert.Equal(3, _out.SentRtp.Count);
    }

    [Fact]
    public void Nobody_is_answered_while_inactive_or_about_what_is_gone()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        byte[] nack = Nack(5000, _out.Sent(0).SequenceNumber, 0xFFFF);
        consumer.Pause(_room.NowUs);
        _out.ReceiveRtcp(nack, _room.NowUs);
        consumer.Resume(_room.NowUs);
        _out.ReceiveRtcp(nack, _room.NowUs);
        Assert.Single(_out.SentRtp);
        Assert.Equal(0, _room.Memory.InUseCount);
    }

    [Fact]
    public void Consumers_share_the_bytes_that_they_keep()
    {
        Producer producer = _room.Produce(_in, "p");
        for (uint i = 0; i < 10; i++)
            _room.Consume(_out, producer, $"c{i}", ssrc: 5000 + (2 * i));

        for (ushort i = 1; i <= 50; i++)
            _room.Receive(_in, Video(i, i == 1));

        Assert.Equal(50, CountPackets());
        Assert.Equal(500, _room.Memory.GetReferenceCount(BufferPurpose.Retransmission));

        // What is more than two seconds older by RTP timestamps is gone, but for what is left of a batch.
        _room.Receive(_in, Video(109));
        Assert.InRange(CountPackets(), 3, 3 + RetransmissionBuffer.BatchLength - 1);
        _out.Close(_room.NowUs);
        Assert.Equal(0, _room.Memory.InUseCount);
        Assert.Empty(_room.Memory.DescribeOutstanding());
    }

    [Fact]
    public void A_duplicate_is_not_sent_twice()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        _room.Receive(_in, Video(2));
        _room.Receive(_in, Video(2));
        Assert.Equal(2, _out.SentRtp.Count);
    }

    [Fact]
    public void Resuming_continues_the_numbering_at_a_key_frame()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        _room.Receive(_in, Video(2));
        consumer.Pause(_room.NowUs);
        for (ushort i = 3; i < 50; i++)
            _room.Receive(_in, Video(i));

        int requests = _in.CountRtcp(RtcpPacketKind.Pli);
        _room.Advance(1500);
        consumer.Resume(_room.NowUs);
        Assert.Equal(requests + 1, _in.CountRtcp(RtcpPacketKind.Pli));
        _room.Receive(_in, Video(50));
        _room.Receive(_in, Video(51, true));
        Assert.Equal([1u, 2u, 51u], Numbers());
        AssertContiguous();
    }

    [Fact]
    public void The_wrap_of_numbers_and_timestamps_is_passed_through()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Consume(_out, producer, "c");
        for (int i = 0; i < 200; i++)
        {
            uint timestamp = unchecked((uint)(-100 + i) * 3000u);
            _room.Receive(_in, Video((ushort)(65_436 + i), i == 0) with { Timestamp = timestamp });
        }

        Assert.Equal(200, _out.SentRtp.Count);
        AssertContiguous();
        Assert.Equal(unchecked((uint)-100 * 3000u), _out.Sent(0).Timestamp);
        Assert.Equal(99u * 3000u, _out.Sent(199).Timestamp);
    }

    [Fact]
    public void A_key_frame_request_of_the_receiver_reaches_the_sender()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        _room.Receive(_in, Video(1, true));
        byte[] pli = new byte[RtcpWriter.PliLength];
        RtcpWriter.WritePli(pli, 1, 5000);
        _out.ReceiveRtcp(pli, _room.NowUs);
        Assert.Equal(1, _in.CountRtcp(RtcpPacketKind.Pli));
        Assert.Equal(1, consumer.GetStats(_room.NowUs)[0].PliCount);
        consumer.Pause(_room.NowUs);
        _room.Receive(_in, Video(2, true));
        _out.ReceiveRtcp(pli, _room.NowUs);
        Assert.Equal(1, _in.CountRtcp(RtcpPacketKind.Pli));
        Assert.Equal(2, consumer.GetStats(_room.NowUs)[0].PliCount);
    }

    [Fact]
    public void Sender_reports_extrapolate_the_timeline()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        var writer = new CompoundRtcpWriter();
        Assert.True(consumer.TryAppendRtcp(writer, _room.NowUs));
        Assert.False(writer.HasReports);

        _room.Receive(_in, Video(1, true));
        consumer.OnReceiverReferenceTime(new NtpTime(0x0000_0001_8000_0000), _room.NowUs);
        _room.Advance(1000);
        Assert.True(consumer.TryAppendRtcp(writer, _room.NowUs));
        byte[] rtcp = new byte[writer.Length];
        writer.Write(rtcp);
        var reader = new RtcpReader(rtcp);
        Assert.True(reader.MoveNext());
        SenderReport report = reader.Current.AsSenderReport().Report;
        Assert.Equal(
            new SenderReport(
                5000, _room.Environment.Clock.At(_room.NowUs), 3000 + 90_000, 1, (uint)_out.SentRtp[0].Length),
            report);
        Assert.True(reader.MoveNext());
        Assert.Equal(RtcpPacketKind.SourceDescription, reader.Current.Kind);
        Assert.True(reader.MoveNext());
        ExtendedReportReader extended = reader.Current.AsExtendedReport();
        Assert.True(extended.MoveNext());
        Assert.Equal(new DelaySinceLastReceiverReport(5000, 0x0001_8000, 0x1_0000), extended.Delays[0]);

        // Two seconds after the last packet the timeline cannot be told any more.
        _room.Advance(1001);
        writer.Clear();
        Assert.True(consumer.TryAppendRtcp(writer, _room.NowUs));
        Assert.False(writer.HasReports);
    }

    [Fact]
    public void Receiver_reports_give_round_trip_loss_and_score()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        for (ushort i = 1; i <= 100; i++)
            _room.Receive(_in, Video(i, i == 1));

        _room.Events.Clear();
        long sentAtUs = _room.NowUs;
        _room.Advance(250);
        var report = new ReportBlock
        {
            Ssrc = 5000,
            TotalLost = 20,
            FractionLost = 51,
            Jitter = 77,
            LastSenderReport = _room.Environment.Clock.At(sentAtUs).Compact,
            DelaySinceLastSenderReport = NtpTime.MicrosecondsToCompact(200_000),
        };
        consumer.OnReceiverReport(report, _room.NowUs);
        RtpStreamStats stats = consumer.GetStats(_room.NowUs)[0];
        Assert.Equal((20, (byte)51, 77u, (byte)4), (stats.PacketsLost, stats.FractionLost, stats.Jitter, stats.Score));
        Assert.Equal(50, stats.RoundTripTimeMs, 0.1);
        Assert.Equal(["c score 4 10 [10]"], _room.Events);
    }

    [Fact]
    public void Stats_show_both_ends()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        Assert.Single(consumer.GetStats(_room.NowUs));
        _room.Receive(_in, Video(1, true));
        IReadOnlyList<RtpStreamStats> stats = consumer.GetStats(_room.NowUs);
        Assert.Equal([RtpStreamDirection.Send, RtpStreamDirection.Receive], stats.Select(stat => stat.Direction));
        Assert.Equal([5000u, 1000u], stats.Select(stat => stat.Parameters.Ssrc));
    }

    [Fact]
    public void A_consumer_of_a_paused_producer_is_told_at_once()
    {
        Producer producer = _room.Produce(_in, "p", paused: true);
        Consumer consumer = _room.Consume(_out, producer, "c");
        Assert.Equal(["c producerpause"], _room.Events);
        Assert.True(consumer.IsProducerPaused);
        Assert.False(consumer.IsActive);
    }

    [Fact]
    public void Closing_a_transport_closes_its_producers_consumers_everywhere()
    {
        Producer producer = _room.Produce(_in, "p");
        var other = new FakeTransport(_room, "other");
        _room.Consume(_out, producer, "c1");
        _room.Consume(other, producer, "c2");
        _room.Consume(_in, producer, "c3");
        _room.Router.AddTransport(_in);
        _room.Router.AddTransport(_out);
        _room.Router.CloseTransport("in", _room.NowUs);
        Assert.Equal(
            [
                "c1 producerclose", "out forgets c1", "c2 producerclose", "other forgets c2", "c3 producerclose",
                "in forgets c3",
            ],
            _room.Events);
        RouterDump dump = _room.Router.Dump();
        Assert.Equal(["out"], dump.TransportIds);
        Assert.Empty(dump.ProducerConsumers);
        Assert.Empty(dump.ConsumerProducers);
        Assert.Empty(_in.RtpListener.SsrcTable);
        Assert.Equal(Deadline.Never, _room.Environment.Deadlines.NextUs);
        Assert.Equal(
            RequestErrorKind.NotFoundError,
            Assert.Throws<RequestException>(() => _room.Router.CloseTransport("in", _room.NowUs)).Kind);
    }

    [Fact]
    public void The_dump_shows_who_follows_whom()
    {
        Producer producer = _room.Produce(_in, "p");
        _room.Produce(_in, "q", encodings: [new() { Ssrc = 7 }]);
        Consumer first = _room.Consume(_out, producer, "c1");
        _room.Consume(_out, producer, "c2", ssrc: 6000);
        RouterDump dump = _room.Router.Dump();
        Assert.Equal(["p", "q"], dump.ProducerConsumers.Select(entry => entry.ProducerId));
        Assert.Equal(["c1", "c2"], dump.ProducerConsumers[0].ConsumerIds);
        Assert.Empty(dump.ProducerConsumers[1].ConsumerIds);
        Assert.Equal([("c1", "p"), ("c2", "p")], dump.ConsumerProducers);
        _room.Router.CloseConsumer(first);
        Assert.Equal([("c2", "p")], _room.Router.Dump().ConsumerProducers);

        ConsumerDump consumer = first.Dump();
        Assert.Equal([Room.MappedVp8], consumer.SupportedCodecPayloadTypes);
        Assert.Equal((short)-1, consumer.CurrentSpatialLayer);
        Assert.Equal(5001u, consumer.RtpStreams[0].Rtx!.Ssrc);
    }

    [Fact]
    public void Wrong_requests_are_refused()
    {
        Producer producer = _room.Produce(_in, "p");
        Consumer consumer = _room.Consume(_out, producer, "c");
        Assert.Equal(RequestErrorKind.TypeError, Refused(() => consumer.SetPriority(0)));
        Assert.Equal((byte)7, consumer.SetPriority(7));
        Assert.Null(consumer.SetPreferredLayers(new ConsumerLayers(2, 2)));
        Assert.Equal(RequestErrorKind.Error, Refused(() => _room.Consume(_out, producer, "c")));
        Assert.Equal(RequestErrorKind.TypeError, Refused(() => _room.Consume(_out, producer, "d", ssrc: 0)));
        _room.Router.CloseProducer(producer, _room.NowUs);
        Assert.Equal(RequestErrorKind.NotFoundError, Refused(() => _room.Consume(_out, producer, "d")));
        Assert.Empty(_room.Router.Dump().ConsumerProducers);
    }

    [Fact]
    public void A_consumer_of_several_encodings_stays_with_the_highest_that_had_begun()
    {
        Producer producer = _room.Produce(
            _in, "p", encodings: [new() { Ssrc = 1 }, new() { Ssrc = 2 }, new() { Ssrc = 3 }]);
        _room.Receive(_in, Video(1, true, ssrc: 1));
        _room.Receive(_in, Video(1, true, ssrc: 2));
        Consumer consumer = _room.Consume(_out, producer, "c", scalabilityMode: "S3T1");
        Assert.Equal(RtpParametersType.Simulcast, consumer.Type);
        Assert.Equal(new ConsumerLayers(2, 0), consumer.PreferredLayers);
        _room.Receive(_in, Video(2, true, ssrc: 1));
        Assert.Empty(_out.SentRtp);
        _room.Receive(_in, Video(20, true, ssrc: 2));
        _room.Receive(_in, Video(3, true, ssrc: 3));
        _room.Receive(_in, Video(21, ssrc: 2));
        Assert.Equal([20u, 21u], Numbers());
        Assert.Equal([10, 10, 10], consumer.Score.ProducerScores);
    }

    private static RequestErrorKind Refused(Action request) => Assert.Throws<RequestException>(request).Kind;

    private static byte[] Nack(uint ssrc, ushort packetId, ushort bitmask)
    {
        byte[] rtcp = new byte[16];
        RtcpWriter.WriteNack(rtcp, 1, ssrc, [new NackItem(packetId, bitmask)]);
        return rtcp;
    }

    private static RtpBuilder Video(ushort number, bool isKeyFrame = false, uint ssrc = 1000) => new()
    {
        Ssrc = ssrc,
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = number,
        Timestamp = number * 3000u,
        Marker = number % 3 == 0,
        Payload = RtpBuilder.Vp8(isKeyFrame, number),
    };

    private static RtpBuilder Audio(ushort number, params byte[] payload) => new()
    {
        Ssrc = 1000,
        PayloadType = Room.OpusPayloadType,
        SequenceNumber = number,
        Timestamp = number * 960u,
        Payload = payload,
    };

    private IEnumerable<uint> Numbers() =>
        _out.SentRtp.Select(packet => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan()[^4..]));

    private int CountPackets() =>
        _room.Memory.InUseCount - _room.Memory.GetReferenceCount(BufferPurpose.RetransmissionRecords);

    private void AssertContiguous()
    {
        for (int i = 1; i < _out.SentRtp.Count; i++)
            Assert.Equal((ushort)(_out.Sent(i - 1).SequenceNumber + 1), _out.Sent(i).SequenceNumber);
    }
}
