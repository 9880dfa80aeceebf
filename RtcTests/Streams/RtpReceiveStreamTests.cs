using System.Buffers.Binary;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class RtpReceiveStreamTests : IRtpReceiveStreamListener
{
    private readonly List<string> _events = [];

    [Fact]
    public void The_score_follows_loss_at_each_sender_report()
    {
        RtpReceiveStream stream = Create();
        Receive(stream, 1, 101, skipEvery: 0);
        stream.OnSenderReport(Report(), 0);
        Assert.Empty(_events);

        // 20 of 100 lost for good: (60/80)^4 is 3; with the 10 before it (10 + 2 * 3) / 3 = 5.
        Receive(stream, 101, 201, skipEvery: 5);
        stream.OnSenderReport(Report(), 0);
        Assert.Equal(["score 10 to 5"], _events);
    }

    [Fact]
    public void Nothing_expected_is_perfect_and_nothing_received_is_the_worst()
    {
        RtpReceiveStream stream = Create();
        Receive(stream, 1, 11, skipEvery: 0);
        stream.OnSenderReport(Report(), 0);
        stream.OnSenderReport(Report(), 0);
        Assert.Equal(10, stream.Score);

        // Only retransmissions come: packets are expected by their numbers, none was received.
        stream.AttachRtx(2, 97);
        Assert.True(ReceiveRtx(stream, rtxNumber: 1, number: 20));
        stream.OnSenderReport(Report(), 0);
        Assert.Equal(["score 10 to 5"], _events);
    }

    [Fact]
    public void Silence_makes_the_score_zero_and_a_packet_brings_it_back()
    {
        RtpReceiveStream stream = Create(watchActivity: true);
        Receive(stream, 1, 2, skipEvery: 0, nowUs: 1_000_000);
        RunUntil(stream, 2_499_999);
        Assert.Empty(_events);
        RunUntil(stream, 2_500_000);
        Assert.Equal(["score 10 to 0"], _events);
        Assert.True(stream.IsInactive);
        Assert.Equal(Deadline.Never, stream.DeadlineUs);

        // Padding does not count as life.
        ReceiveOne(stream, 2, 3_000_000, payload: []);
        Assert.True(stream.IsInactive);
        ReceiveOne(stream, 3, 3_000_000, payload: [0x10, 0x01]);
        Assert.Equal(["score 10 to 0", "score 0 to 10"], _events);
        Assert.Equal(4_500_000, stream.DeadlineUs);
        stream.Pause();
        Assert.Equal(Deadline.Never, stream.DeadlineUs);
        stream.Resume(10_000_000);
        Assert.Equal(11_500_000, stream.DeadlineUs);
    }

    [Fact]
    public void Numbers_out_of_bounds_are_discarded_and_a_restart_is_followed()
    {
        RtpReceiveStream stream = Create();
        Receive(stream, 1, 11, skipEvery: 0);
        Assert.False(ReceiveOne(stream, 30_000, 0, [0x10, 0x01]));
        Assert.False(ReceiveOne(stream, 40_000, 0, [0x10, 0x01]));
        Assert.True(ReceiveOne(stream, 40_001, 0, [0x10, 0x01]));
        RtpStreamStats stats = stream.GetStats(0);
        Assert.Equal((2L, 11L), (stats.PacketsDiscarded, stats.PacketCount));
        ReportBlock report = stream.CreateReport(0, 0);
        Assert.Equal((0, 40_001u), (report.TotalLost, report.HighestSequenceNumber));
    }

    [Fact]
    public void Without_retransmission_stream_a_late_packet_counts_as_repaired()
    {
        RtpReceiveStream stream = Create();
        ReceiveOne(stream, 1, 0, [0x10, 0x01]);
        ReceiveOne(stream, 3, 0, [0x10, 0x01]);
        ReceiveOne(stream, 2, 0, [0x10, 0x01]);
        RtpStreamStats stats = stream.GetStats(0);
        Assert.Equal((1L, 1L), (stats.PacketsRepaired, stats.PacketsRetransmitted));
    }

    [Fact]
    public void Retransmissions_are_reported_by_themselves()
    {
        RtpReceiveStream stream = Create();
        Assert.False(stream.TryCreateRtxReport(0, out _));
        stream.AttachRtx(2, 97);
        ReceiveOne(stream, 1, 0, [0x10, 0x01]);
        ReceiveOne(stream, 9, 0, [0x10, 0x01]);
        ReceiveRtx(stream, 100, 2);
        ReceiveRtx(stream, 103, 3);
        stream.OnRtxSenderReport(Report() with { Ssrc = 2 }, 1_000_000);
        Assert.True(stream.TryCreateRtxReport(2_000_000, out ReportBlock report));
        Assert.Equal(
            new ReportBlock
            {
                Ssrc = 2,
                TotalLost = 2,
                FractionLost = 128,
                HighestSequenceNumber = 103,
                LastSenderReport = Report().Ntp.Compact,
                DelaySinceLastSenderReport = 0x1_0000,
            },
            report);

        // Repaired packets still count as lost to the sender of the media.
        Assert.Equal(7, stream.CreateReport(0, 0).TotalLost);
    }

    [Fact]
    public void A_sender_without_time_of_day_maps_nothing()
    {
        RtpReceiveStream stream = Create();
        stream.OnSenderReport(Report() with { Ntp = default }, 5);
        Assert.Null(stream.SenderReportMapping);
        Assert.Equal(0u, stream.CreateReport(0, 5_000_000).DelaySinceLastSenderReport);
    }

    [Fact]
    public void The_clock_of_a_sender_is_the_median_of_its_reports()
    {
        RtpReceiveStream stream = Create();
        var clock = new CaptureClock();
        clock.AddProducer(hasCaptureTime: false);
        long[] delaysUs = [10_000, 500_000, 20_000];
        for (int i = 0; i < delaysUs.Length; i++)
        {
            Assert.Null(clock.OffsetUs);
            long sentUs = (i + 1) * 1_000_000L;
            long arrivedUs = sentUs + 7_000_000 + delaysUs[i];
            var sentAt = NtpTime.FromUnixMicroseconds(sentUs);
            stream.OnSenderReport(Report() with { Ntp = sentAt, RtpTimestamp = 90_000 }, arrivedUs);
            clock.OnSenderReport(stream);

            // Of one datagram only the first report counts.
            clock.OnSenderReport(stream);
        }

        Assert.InRange(clock.OffsetUs!.Value, 7_019_999, 7_020_001);
        Assert.True(clock.TryGetCaptureUs(stream, 90_000 + 9000, out long captureUs));
        Assert.InRange(captureUs, 3_000_000 + 100_000 + 7_019_998, 3_000_000 + 100_000 + 7_020_002);
        Assert.False(clock.TryGetCaptureUs(stream, 90_000 * 12, out _));
    }

    void IRtpReceiveStreamListener.OnScoreChanged(RtpReceiveStream stream, byte previousScore, long nowUs) =>
        _events.Add($"score {previousScore} to {stream.Score}");

    void IRtpReceiveStreamListener.OnNackNeeded(RtpReceiveStream stream, ReadOnlySpan<ushort> lost, long nowUs) =>
        _events.Add($"nack {lost.Length}");

    void IRtpReceiveStreamListener.OnKeyFrameNeeded(RtpReceiveStream stream, long nowUs) => _events.Add("key frame");

    private static SenderReport Report() => new(1, NtpTime.From(0x1234, 0x5678_0000), 0, 0, 0);

    private static bool ReceiveOne(RtpReceiveStream stream, ushort number, long nowUs, byte[] payload)
    {
        byte[] bytes = [0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), number);
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        return stream.TryReceive(view, default, nowUs, out _);
    }

    private static bool ReceiveRtx(RtpReceiveStream stream, ushort rtxNumber, ushort number)
    {
        byte[] bytes = [0x80, 97, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x10, 0x01];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), rtxNumber);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(12), number);
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        return stream.TryReceiveRtx(view, default, 0, out _, out _);
    }

    private static void Receive(RtpReceiveStream stream, ushort from, ushort to, int skipEvery, long nowUs = 0)
    {
        for (ushort number = from; number < to; number++)
        {
            if (skipEvery == 0 || number % skipEvery != 0 || number == to - 1)
                ReceiveOne(stream, number, nowUs, [0x10, 0x01]);
        }
    }

    private static void RunUntil(RtpReceiveStream stream, long nowUs)
    {
        while (stream.DeadlineUs <= nowUs)
            stream.HandleDeadline(stream.DeadlineUs);
    }

    private RtpReceiveStream Create(bool watchActivity = false)
    {
        var parameters = new RtpStreamParameters
        {
            Ssrc = 1,
            PayloadType = 96,
            MimeType = MimeType.Parse("video/VP8"),
            ClockRate = 90_000,
            Cname = "c",
            UseNack = true,
        };
        return new RtpReceiveStream(parameters, this, new WallClock(0), watchActivity, nowUs: 0);
    }
}
