using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Fuzz;
using RtcTests.Rtp;
using Xunit;

namespace RtcTests.Rtcp;

public class RtcpReaderTests
{
    [Theory]
    [InlineData("80 C8 0000", true)]
    [InlineData("BF C0 0000", true)]
    [InlineData("80 DF 0000", true)]
    [InlineData("80 BF 0000", false)]
    [InlineData("80 E0 0000", false)]
    [InlineData("7F C8 0000", false)]
    [InlineData("C0 C8 0000", false)]
    [InlineData("80 C8 00", false)]
    public void Tells_RTCP_by_version_and_type(string datagram, bool isRtcp)
    {
        Assert.Equal(isRtcp, RtcpReader.IsRtcp(RtpSamples.Hex(datagram)));
    }

    [Fact]
    public void Steps_through_a_compound()
    {
        RtcpPacketKind[] kinds = Kinds(RtcpSamples.Bytes(RtcpSamples.All), out bool isMalformed);

        Assert.Equal(
            [
                RtcpPacketKind.SenderReport, RtcpPacketKind.ReceiverReport, RtcpPacketKind.SourceDescription,
                RtcpPacketKind.Bye, RtcpPacketKind.Application, RtcpPacketKind.Nack, RtcpPacketKind.Pli,
                RtcpPacketKind.Fir, RtcpPacketKind.Remb, RtcpPacketKind.ExtendedReport, RtcpPacketKind.TransportCc,
            ],
            kinds);
        Assert.False(isMalformed);
    }

    [Fact]
    public void Reads_a_sender_report()
    {
        SenderReportView view = First(RtcpSamples.SenderReport).AsSenderReport();

        Assert.Equal(
            new SenderReport(0x11111111, new NtpTime(0xE7C1A3B4_80000000), 90_000, 100, 65_000), view.Report);
        Assert.Equal(1, view.Blocks.Count);
        Assert.Equal(
            new ReportBlock
            {
                Ssrc = 0x22222222,
                FractionLost = 64,
                TotalLost = -2,
                HighestSequenceNumber = 0x0001FFFF,
                Jitter = 7,
                LastSenderReport = 0xB7052000,
                DelaySinceLastSenderReport = 0x00054000,
            },
            view.Blocks[0]);
    }

    [Fact]
    public void Reads_a_receiver_report()
    {
        ReceiverReportView view = First(RtcpSamples.ReceiverReport).AsReceiverReport();

        Assert.Equal(0u, view.SenderSsrc);
        Assert.Equal(2, view.Blocks.Count);
        Assert.Equal((0x33333333u, 0x7FFFFF), (view.Blocks[1].Ssrc, view.Blocks[1].TotalLost));
    }

    [Fact]
    public void Reads_a_source_description()
    {
        var chunks = new List<string>();
        foreach (SourceDescriptionReader chunk in First(RtcpSamples.SourceDescription).AsSourceDescription())
            chunks.Add($"{chunk.Ssrc:X}:{System.Text.Encoding.UTF8.GetString(chunk.Cname)}");

        Assert.Equal(["11111111:alice", "22222222:"], chunks);
    }

    [Fact]
    public void A_source_description_may_end_without_its_last_zero()
    {
        SourceDescriptionReader chunk = First("81 CA 0002 11111111 01 02 6162").AsSourceDescription();

        Assert.True(chunk.MoveNext());
        Assert.Equal("ab"u8, chunk.Cname);
        Assert.False(chunk.MoveNext());
    }

    [Fact]
    public void Reads_a_goodbye()
    {
        SsrcList leaving = First(RtcpSamples.Bye).AsBye();

        Assert.Equal(2, leaving.Count);
        Assert.Equal(0x22222222u, leaving[1]);
    }

    [Fact]
    public void Reads_feedback()
    {
        NackView nack = First(RtcpSamples.Nack).AsNack();
        Assert.Equal(new FeedbackHeader(0x11111111, 0x22222222), nack.Header);
        Assert.Equal(2, nack.Count);
        Assert.Equal((new NackItem(0xFFFE, 3), 3), (nack[0], nack[0].PacketCount));
        Assert.Equal((new NackItem(0x0010, 0), 1), (nack[1], nack[1].PacketCount));

        Assert.Equal(new FeedbackHeader(0x11111111, 0x22222222), First(RtcpSamples.Pli).AsFeedback());

        FirView fir = First(RtcpSamples.Fir).AsFir();
        Assert.Equal(2, fir.Count);
        Assert.Equal(new FirItem(0x33333333, 8), fir[1]);

        RembView remb = First(RtcpSamples.Remb).AsRemb();
        Assert.Equal(262_143ul << 2, remb.BitrateBps);
        Assert.Equal((2, 0x33333333u), (remb.Ssrcs.Count, remb.Ssrcs[1]));
        Assert.Equal(0x11111111u, remb.Header.SenderSsrc);
    }

    [Fact]
    public void Reads_an_extended_report_and_shows_blocks_that_it_does_not_know()
    {
        ExtendedReportReader report = First(RtcpSamples.ExtendedReport).AsExtendedReport();

        Assert.Equal(0x11111111u, report.SenderSsrc);
        Assert.True(report.MoveNext());
        Assert.Equal((99, 4), ((int)report.BlockType, report.Content.Length));
        Assert.True(report.MoveNext());
        Assert.Equal(new NtpTime(0xE7C1A3B4_80000000), report.ReceiverReferenceTime);
        Assert.True(report.MoveNext());
        Assert.Equal(2, report.Delays.Count);
        Assert.Equal(new DelaySinceLastReceiverReport(0x22222222, 0xB7052000, 0x10000), report.Delays[0]);
        Assert.False(report.MoveNext());
    }

    [Fact]
    public void Reads_transport_wide_feedback()
    {
        TransportCcView feedback = First(RtcpSamples.TransportCc).AsTransportCc();
        Assert.Equal((65535, 18), (feedback.BaseSequenceNumber, feedback.StatusCount));
        Assert.Equal((-2, 9), (feedback.ReferenceTime, feedback.FeedbackCount));

        var received = new List<string>();
        int count = 0;
        while (feedback.MoveNext())
        {
            count++;
            if (feedback.IsReceived)
                received.Add($"{feedback.SequenceNumber}:{feedback.Delta}");
        }

        Assert.Equal(18, count);
        Assert.Equal(["65535:4", "0:8", "1:255", "14:1", "15:12", "16:-8"], received);
    }

    [Theory]
    [InlineData("81 C8 0006 11111111 E7C1A3B4 80000000 00015F90 00000064 0000FDE8")]
    [InlineData("80 C8 0005 11111111 E7C1A3B4 80000000 00015F90 00000064")]
    [InlineData("81 C9 0001 00000000")]
    [InlineData("80 C9 0000")]
    [InlineData("81 CA 0000")]
    [InlineData("82 CA 0001 11111111")]
    [InlineData("81 CA 0002 11111111 01 06 6161")]
    [InlineData("82 CA 0002 11111111 00 000000")]
    [InlineData("82 CB 0001 11111111")]
    [InlineData("80 CC 0001 11111111")]
    [InlineData("81 CD 0002 11111111 22222222")]
    [InlineData("81 CE 0001 11111111")]
    [InlineData("84 CE 0002 11111111 22222222")]
    [InlineData("84 CE 0005 11111111 00000000 22222222 07000000 33333333")]
    [InlineData("8F CE 0003 11111111 00000000 52454D42")]
    [InlineData("8F CE 0004 11111111 00000000 52454D42 01 0BFFFF")]
    [InlineData("8F CE 0004 11111111 00000000 52454D42 00 FFFFFF")]
    [InlineData("80 CF 0000")]
    [InlineData("80 CF 0002 11111111 63 00 0001")]
    [InlineData("80 CF 0003 11111111 04 00 0001 01020304")]
    [InlineData("80 CF 0003 11111111 05 00 0001 01020304")]
    [InlineData("8F CD 0003 11111111 22222222 00000001")]
    [InlineData("8F CD 0004 11111111 22222222 00000001 00000009")]
    [InlineData("8F CD 0005 11111111 22222222 00000001 00000009 00000000")]
    [InlineData("8F CD 0005 11111111 22222222 00000003 00000009 2003 0404")]
    [InlineData("8F CD 0001 11111111")]
    [InlineData("8F CE 0000")]
    [InlineData("82 CD 0001 11111111")]
    [InlineData("80 C9 0002 00000000")]
    [InlineData("A0 C9 0002 00000000 00000000")]
    [InlineData("A0 C9 0002 00000000 00000010")]
    [InlineData("A0 C9 0002 00000000 00000008")]
    public void A_malformed_packet_ends_the_walk_but_what_came_before_counts(string malformed)
    {
        byte[] compound = RtcpSamples.Bytes(RtcpSamples.Pli, malformed);

        RtcpPacketKind[] kinds = Kinds(compound, out bool isMalformed);

        Assert.Equal([RtcpPacketKind.Pli], kinds);
        Assert.True(isMalformed);
    }

    [Fact]
    public void Packets_that_the_worker_does_not_know_are_stepped_over()
    {
        byte[] compound = RtcpSamples.Bytes(
            "80 D0 0001 01020304", "82 CD 0002 11111111 22222222", "8F CE 0003 11111111 22222222 58585858",
            RtcpSamples.Pli);

        Assert.Equal(
            [RtcpPacketKind.Unknown, RtcpPacketKind.Unknown, RtcpPacketKind.Unknown, RtcpPacketKind.Pli],
            Kinds(compound, out bool isMalformed));
        Assert.False(isMalformed);
    }

    [Theory]
    [InlineData("A1 CB 0003 11111111 00000000 00000008")]
    [InlineData("A1 CB 0002 11111111 00000004")]
    public void Padding_is_taken_off(string packet)
    {
        var reader = new RtcpReader(RtcpSamples.Bytes(packet));

        Assert.True(reader.MoveNext());
        Assert.Equal(8, reader.Current.Bytes.Length);
        Assert.Equal(1, reader.Current.AsBye().Count);
    }

    [Fact]
    public void Padding_of_transport_wide_feedback_need_not_be_a_multiple_of_4()
    {
        var reader = new RtcpReader(RtcpSamples.Bytes("AF CD 0005 11111111 22222222 00010001 00000009 2001 04 01"));

        Assert.True(reader.MoveNext());
        Assert.Equal(23, reader.Current.Bytes.Length);
        TransportCcView feedback = reader.Current.AsTransportCc();
        Assert.True(feedback.MoveNext());
        Assert.Equal(4, feedback.Delta);
    }

    [Fact]
    public void A_packet_cannot_be_read_as_another_kind()
    {
        byte[] pli = RtcpSamples.Bytes(RtcpSamples.Pli);
        byte[] bye = RtcpSamples.Bytes(RtcpSamples.Bye);

        Assert.Throws<InvalidOperationException>(() => First(pli).AsNack().Count);
        Assert.Throws<InvalidOperationException>(() => First(bye).AsFeedback());
    }

    [Fact]
    public void Malformed_compounds_never_break_it()
    {
        byte[][] seeds = [.. RtcpSamples.All.Select(packet => RtcpSamples.Bytes(packet)), RtcpSamples.Bytes(RtcpSamples.All)];

        Mutation.Sweep(RtcpFuzz.Fuzz, seeds);
        Mutation.Loop(RtcpFuzz.Fuzz, seed: 3, rounds: 10_000, seeds);

        Assert.All(seeds, seed => Assert.NotEmpty(Kinds(seed, out _)));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] compound = RtcpSamples.Bytes(RtcpSamples.All);

        Assert.Equal(0, Allocation.Measure(() => RtcpFuzz.Fuzz(compound)));
    }

    private static RtcpPacketView First(string packet) => First(RtcpSamples.Bytes(packet));

    private static RtcpPacketView First(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        Assert.True(reader.MoveNext());
        return reader.Current;
    }

    private static RtcpPacketKind[] Kinds(byte[] compound, out bool isMalformed)
    {
        var kinds = new List<RtcpPacketKind>();
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
            kinds.Add(reader.Current.Kind);

        isMalformed = reader.IsMalformed;
        return [.. kinds];
    }
}
