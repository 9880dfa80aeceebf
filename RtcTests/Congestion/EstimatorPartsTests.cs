using Rtc.Congestion;
using Rtc.Rtcp;
using Xunit;

namespace RtcTests.Congestion;

/// <summary>The parts of the estimate, one by one.</summary>
public sealed class EstimatorPartsTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Numbers_begin_with_one_wrap_and_are_found_while_they_are_remembered()
    {
        var history = new SentPacketHistory();
        Assert.Equal(1, history.NextNumber);
        for (int i = 1; i <= 70_000; i++)
            history.Add(new SentPacket { Size = i });

        Assert.Equal(70_001 - 65_536, history.NextNumber);
        ref SentPacket found = ref history.Find(history.Unwrap(unchecked((ushort)70_000)), out bool isKnown);
        Assert.True(isKnown);
        Assert.Equal(70_000, found.Size);
        history.Find(history.Unwrap(unchecked((ushort)(70_001 - SentPacketHistory.Capacity))), out isKnown);
        Assert.True(isKnown);
        history.Find(history.Unwrap(unchecked((ushort)(70_000 - SentPacketHistory.Capacity))), out isKnown);
        Assert.False(isKnown);
        history.Find(history.Unwrap(unchecked((ushort)70_001)), out isKnown);
        Assert.False(isKnown);
    }

    [Fact]
    public void The_clock_of_feedback_goes_on_over_its_wrap_and_back()
    {
        var clock = default(FeedbackClock);
        long start = clock.ToMicroseconds(0x7F_FFFF);
        Assert.Equal(64_000, clock.ToMicroseconds(-0x80_0000) - start);
        Assert.Equal(128_000, clock.ToMicroseconds(-0x7F_FFFF) - start);
        Assert.Equal(0, clock.ToMicroseconds(0x7F_FFFF) - start);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(-0.2)]
    public void The_trendline_is_the_slope_of_the_delay(double slope)
    {
        var filter = new TrendlineFilter();
        var random = new Random(1);
        for (int i = 0; i < 40; i++)
        {
            long atUs = 5_000_000_000 + (i * 20_000);
            filter.Add(atUs, (long)(slope * i * 20_000) + random.Next(500));
        }

        Assert.InRange(filter.Slope, slope - 0.005, slope + 0.005);
    }

    [Fact]
    public void A_growing_queue_is_overuse_a_draining_one_underuse_and_jitter_neither()
    {
        var detector = new OveruseDetector();
        Assert.Equal(LinkUsage.Overuse, Feed(detector, 0, 0.2));
        detector = new OveruseDetector();
        Assert.Equal(LinkUsage.Underuse, Feed(detector, 0, -0.2));
        detector = new OveruseDetector();
        Assert.Equal(LinkUsage.Normal, Feed(detector, 0, 0.01));
    }

    [Fact]
    public void The_acknowledged_bitrate_is_that_of_the_last_half_second()
    {
        var acknowledged = new AcknowledgedBitrate();
        Assert.Equal(0, acknowledged.Get());
        for (int i = 0; i < 1_000; i++)
            acknowledged.Add(1_250, 100 * Second + (i * 10_000));

        Assert.InRange(acknowledged.Get(), 980_000, 1_070_000);
        acknowledged.Add(1_250, 1_000 * Second);
        Assert.Equal(0, acknowledged.Get());
    }

    [Fact]
    public void Packets_that_waited_tell_what_the_bottleneck_carries()
    {
        var rate = new BottleneckRate();
        for (int i = 1; i <= 40; i++)
        {
            // Sent at 2 Mbit/s, served at 1 Mbit/s.
            rate.Add(
                new SentPacket { Number = i, SentAtUs = i * 5_000, Size = 1_250 },
                arrivedAtUs: 1_000_000 + (i * 10_000),
                queueUs: 30_000 + (i * 5_000),
                leastQueueUs: 12_000);
        }

        Assert.InRange(rate.GetServed(), 990_000, 1_010_000);
    }

    [Fact]
    public void A_path_that_becomes_longer_is_told_from_queues_and_spikes()
    {
        var random = new Random(1);
        Assert.Equal([100_000], Steps(i => (i < 20 ? 50_000 : 150_000) + random.Next(1_000)), Near);
        Assert.Empty(Steps(i => 50_000 + (Math.Max(0, i - 20) * 30_000)));
        Assert.Empty(Steps(i => i % 20 == 19 ? 150_000 : 50_000));
        Assert.Empty(Steps(i => 150_000 - (i % 20 * 5_000)));
        Assert.Empty(Steps(_ => random.Next(60_000)));
    }

    [Fact]
    public void A_sudden_squeeze_is_told_by_the_first_burst()
    {
        var delay = new DelayMonitor();
        long number = 0;
        long freeUs = 0;
        void SendPicture(long atUs, long bitsPerSecond)
        {
            for (int i = 0; i < 5; i++)
            {
                freeUs = Math.Max(freeUs, atUs) + (1_200 * 8_000_000L / bitsPerSecond);
                delay.Add(new SentPacket { Number = ++number, SentAtUs = atUs, Size = 1_200 }, freeUs, freeUs);
            }
        }

        for (int picture = 0; picture < 60; picture++)
            SendPicture(picture * 33_000, 3_000_000);

        Assert.Equal(0, delay.GetSqueezedBitrate(2_800_000));
        for (int picture = 60; picture < 62; picture++)
            SendPicture(picture * 33_000, 600_000);

        Assert.InRange(delay.GetSqueezedBitrate(2_800_000), 550_000, 650_000);
        Assert.Equal(0, delay.GetSqueezedBitrate(800_000));
    }

    [Fact]
    public void Packets_that_did_not_wait_tell_nothing_of_the_bottleneck()
    {
        var rate = new BottleneckRate();
        for (int i = 1; i <= 40; i++)
        {
            rate.Add(
                new SentPacket { Number = i, SentAtUs = i * 10_000, Size = 1_250 },
                arrivedAtUs: 1_000_000 + (i * 10_000),
                queueUs: 2_000,
                leastQueueUs: 12_000);
        }

        Assert.Equal(0, rate.GetServed());
    }

    [Fact]
    public void Random_loss_of_any_steady_rate_is_nature()
    {
        foreach (double loss in new[] { 0.02, 0.05, 0.09 })
        {
            var control = new LossControl();
            var random = new Random(3);
            double left = 1;
            for (int i = 0; i < 600; i++)
                left *= Draw(control, random, loss, i);

            Assert.Equal(1, left);
        }
    }

    [Fact]
    public void A_third_lost_at_once_lowers_the_rate_but_not_for_ever()
    {
        var control = new LossControl();
        var random = new Random(3);
        for (int i = 0; i < 100; i++)
            Draw(control, random, 0.01, i);

        double left = 1;
        for (int i = 100; i < 400; i++)
            left *= Draw(control, random, 0.33, i);

        Assert.InRange(left, 0.1, 0.9);
    }

    [Fact]
    public void A_probe_finds_the_slower_of_both_rates()
    {
        Assert.Equal(new ProbeResult(1_000_000, IsSaturated: true), Probe(sentUs: 5_000, arrivedUs: 10_000));
        Assert.Equal(new ProbeResult(2_000_000, IsSaturated: false), Probe(sentUs: 5_000, arrivedUs: 5_000));
    }

    [Fact]
    public void A_probe_that_lost_too_much_finds_nothing()
    {
        var cluster = new ProbeCluster();
        cluster.Start(2_000_000, 10 * 1_250, nowUs: 0);
        for (int i = 0; i < 10; i++)
            Send(cluster, i, sentUs: 5_000);

        for (int i = 0; i < 7; i++)
            cluster.OnReceived(new SentPacket { Size = 1_250, ProbeOffset = i * 1_250 }, i * 10_000);

        Assert.False(cluster.TryGetResult(out _));
    }

    [Fact]
    public void Sending_far_below_the_estimate_is_noticed_and_so_is_its_end()
    {
        var alr = default(AlrDetector);
        long nowUs = 0;
        for (; nowUs < 2 * Second; nowUs += 10_000)
            alr.Update(250, 1_000_000, nowUs);
        Assert.True(alr.IsLimited);

        for (; nowUs < 4 * Second; nowUs += 10_000)
            alr.Update(1_200, 1_000_000, nowUs);
        Assert.False(alr.IsLimited);
    }

    [Fact]
    public void What_is_desired_falls_slowly_unless_it_is_forced()
    {
        var trend = default(DesiredBitrateTrend);
        trend.Update(1_000_000, force: false, 0);
        trend.Update(100_000, force: false, 4 * Second);
        Assert.Equal(800_000, trend.Value);
        trend.Update(2_000_000, force: false, 5 * Second);
        Assert.Equal(2_000_000, trend.Value);
        trend.Update(0, force: true, 5 * Second);
        Assert.Equal(0, trend.Value);
    }

    [Fact]
    public void The_least_delay_is_the_base_until_it_is_too_long_ago()
    {
        var least = default(BaseDelay);
        Assert.Equal(0, least.GetQueueUs(50_000, 0));
        Assert.Equal(30_000, least.GetQueueUs(80_000, Second));
        Assert.Equal(0, least.GetQueueUs(40_000, 2 * Second));
        Assert.Equal(40_000, least.GetQueueUs(80_000, 3 * Second));
        least.GetQueueUs(80_000, 11 * Second);
        Assert.Equal(0, least.GetQueueUs(80_000, 22 * Second));
    }

    [Fact]
    public void What_failed_is_not_given_out_again_at_once()
    {
        var grant = default(BitrateGrant);
        Assert.Equal(930, grant.Update(1_000, 0, Second));
        Assert.Equal(950, grant.Update(1_000, 950, Second));
        Assert.Equal(1_000, grant.Update(980, 1_000, 2 * Second));
        Assert.Equal(465, grant.Update(500, 1_000, 3 * Second));
        Assert.Equal(900, grant.Update(1_050, 465, 4 * Second));
        Assert.Equal(1_209, grant.Update(1_300, 465, 5 * Second));
        Assert.Equal(976, grant.Update(1_050, 465, 30 * Second));

        // It fails again, and takes twice as long.
        Assert.Equal(465, grant.Update(500, 976, 31 * Second));
        Assert.Equal(878, grant.Update(1_050, 465, 60 * Second));
        Assert.Equal(976, grant.Update(1_050, 465, 62 * Second));
    }

    [Fact]
    public void A_remb_is_the_estimate_and_congestive_loss_lowers_it()
    {
        var estimate = new RembEstimate(600_000);
        estimate.SetLimits(30_000, 5_000_000);
        Assert.Equal(600_000, estimate.Bitrate);
        estimate.OnRemb(2_000_000, 0);
        Assert.Equal(2_000_000, estimate.Bitrate);
        estimate.OnRemb(ulong.MaxValue, 0);
        Assert.Equal(5_000_000, estimate.Bitrate);
        estimate.OnRemb(2_000_000, Second);
        for (int i = 0; i < 4; i++)
            estimate.OnReceiverReport(new ReportBlock { FractionLost = 100 }, (i + 2) * Second);

        Assert.InRange(estimate.Bitrate, 500_000, 1_900_000);
    }

    private static LinkUsage Feed(OveruseDetector detector, long fromUs, double slope)
    {
        for (int i = 1; i < 20; i++)
            detector.Update(slope, fromUs + (i * 20_000));

        return detector.Usage;
    }

    private static double Draw(LossControl control, Random random, double loss, int feedback)
    {
        int lost = 0;
        for (int i = 0; i < 20; i++)
            lost += random.NextDouble() < loss ? 1 : 0;

        return control.Add(20 - lost, lost, feedback * 100_000L);
    }

    private static ProbeResult Probe(long sentUs, long arrivedUs)
    {
        var cluster = new ProbeCluster();
        cluster.Start(2_000_000, 10 * 1_250, nowUs: 0);
        for (int i = 0; i < 10; i++)
            Send(cluster, i, sentUs);

        for (int i = 0; i < 10; i++)
            cluster.OnReceived(new SentPacket { Size = 1_250, ProbeOffset = i * 1_250 }, i * arrivedUs);

        Assert.True(cluster.TryGetResult(out ProbeResult result));
        return result;
    }

    private static void Send(ProbeCluster cluster, int index, long sentUs) =>
        Assert.Equal(index * 1_250, cluster.OnSent(1_250, index * sentUs));

    private static List<long> Steps(Func<int, long> delayOfGroup)
    {
        List<long> steps = [];
        var step = default(PathStep);
        for (int i = 0; i < 80; i++)
        {
            if (step.Update(delayOfGroup(i), noiseUs: 1_000) is > 0 and long stepUs)
                steps.Add(stepUs);
        }

        return steps;
    }

    private static bool Near(long expected, long actual) => Math.Abs(expected - actual) < 2_000;
}
