using Rtc.Rtcp;
using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtcp;

public class CompoundRtcpWriterTests
{
    private readonly CompoundRtcpWriter _writer = new();
    private readonly byte[] _room = new byte[CompoundRtcpWriter.MaxLength];

    [Fact]
    public void Writes_in_the_order_SR_RR_SDES_XR()
    {
        Assert.True(_writer.TryAddReportBlock(new ReportBlock { Ssrc = 7 }));
        Assert.True(_writer.TryAddReferenceTime(new NtpTime(9)));
        Assert.True(_writer.TryAddReferenceTime(new NtpTime(10)));
        Assert.True(_writer.TryAddSender(new SenderReport(1, new NtpTime(2), 3, 4, 5), "ab"u8));
        Assert.True(_writer.TryAddSender(
            new SenderReport(11, new NtpTime(12), 13, 14, 15), "c"u8, new DelaySinceLastReceiverReport(21, 22, 23)));

        int length = _writer.Write(_room);

        Assert.Equal(_writer.Length, length);
        Assert.Equal(
            Convert.ToHexString(RtcpSamples.Bytes(
                "80 C8 0006 00000001 00000000 00000002 00000003 00000004 00000005",
                "80 C8 0006 0000000B 00000000 0000000C 0000000D 0000000E 0000000F",
                "81 C9 0007 00000000 00000007 00000000 00000000 00000000 00000000 00000000",
                "82 CA 0005 00000001 01 02 6162 00000000 0000000B 01 01 63 00",
                "80 CF 0008 00000000 05 00 0003 00000015 00000016 00000017 04 00 0002 00000000 00000009")),
            Convert.ToHexString(_room.AsSpan(0, length)));
    }

    [Fact]
    public void A_compound_without_reports_is_not_worth_sending()
    {
        Assert.False(_writer.HasReports);
        Assert.Equal(0, _writer.Length);
        _writer.TryAddReferenceTime(new NtpTime(9));
        Assert.False(_writer.HasReports);
        Assert.True(_writer.HasReferenceTime);
        Assert.Equal(20, _writer.Length);
        _writer.TryAddReportBlock(default);
        Assert.True(_writer.HasReports);
        _writer.Clear();
        Assert.False(_writer.HasReports || _writer.HasReferenceTime);
        Assert.Equal(0, _writer.Length);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(14, true)]
    [InlineData(255, true)]
    public void Fills_up_to_the_bound_and_not_beyond(int cnameLength, bool hasDelay)
    {
        byte[] cname = new byte[cnameLength];
        DelaySinceLastReceiverReport? delay = hasDelay ? new DelaySinceLastReceiverReport(1, 2, 3) : null;
        int senders = 0;
        while (_writer.TryAddSender(new SenderReport((uint)senders, default, 0, 0, 0), cname, delay))
            senders++;
        int blocks = 0;
        while (_writer.TryAddReportBlock(new ReportBlock { Ssrc = (uint)blocks }))
            blocks++;
        int fullLength = _writer.Length;

        int length = _writer.Write(_room);

        Assert.Equal(fullLength, length);
        Assert.InRange(length, CompoundRtcpWriter.MaxLength - 400, CompoundRtcpWriter.MaxLength);
        Assert.Equal((senders, blocks, senders), Count(length));
    }

    [Fact]
    public void Counts_above_31_go_into_further_packets()
    {
        for (int i = 0; i < 40; i++)
            Assert.True(_writer.TryAddReportBlock(new ReportBlock { Ssrc = (uint)i }));

        int length = _writer.Write(_room);

        Assert.Equal((40 * 24) + 16, length);
        Assert.Equal((0, 40, 0), Count(length));
    }

    [Fact]
    public void Filling_and_writing_allocates_nothing()
    {
        long bytes = Allocation.Measure(() =>
        {
            _writer.Clear();
            _writer.TryAddSender(new SenderReport(1, new NtpTime(2), 3, 4, 5), "ab"u8, new(21, 22, 23));
            _writer.TryAddReportBlock(new ReportBlock { Ssrc = 7 });
            _writer.TryAddReferenceTime(new NtpTime(9));
            _writer.Write(_room);
        });

        Assert.Equal(0, bytes);
    }

    private (int Senders, int Blocks, int Chunks) Count(int length)
    {
        int senders = 0, blocks = 0, chunks = 0;
        var reader = new RtcpReader(_room.AsSpan(0, length));
        while (reader.MoveNext())
        {
            if (reader.Current.Kind == RtcpPacketKind.SenderReport)
                Assert.Equal((uint)senders++, reader.Current.AsSenderReport().Report.Ssrc);
            if (reader.Current.Kind == RtcpPacketKind.ReceiverReport)
                blocks += reader.Current.AsReceiverReport().Blocks.Count;
            if (reader.Current.Kind == RtcpPacketKind.SourceDescription)
                chunks += reader.Current.Count;
        }

        Assert.False(reader.IsMalformed);
        return (senders, blocks, chunks);
    }
}
