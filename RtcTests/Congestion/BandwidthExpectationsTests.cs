using RtcTests.Congestion.Simulation;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Congestion;

/// <summary>What is promised of bandwidth estimation and of the layers that follow from it, on emulated links.</summary>
public sealed class BandwidthExpectationsTests
{
    private const int Seeds = 3;

    public static TheoryData<int, double, int> Links()
    {
        var links = new TheoryData<int, double, int>();
        foreach (int kbps in new[] { 300, 600, 1_500, 3_000, 5_000 })
        {
            foreach (double loss in new[] { 0, 0.02, 0.05, 0.1 })
            {
                foreach (int roundTripMs in new[] { 20, 100, 300 })
                    links.Add(kbps, loss, roundTripMs);
            }
        }

        return links;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void The_link_is_found_in_ten_seconds_without_a_long_queue(int kbps, double loss, int roundTripMs)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, roundTripMs, loss)))
        {
            run.Run(12);

            Assert.Contains(run.Samples, one => one.AtUs is > 500_000 and <= 10_000_000
                && one.Estimate >= 0.85 * one.Capacity);
            Assert.True(run.Samples.Max(one => one.QueueUs) < 300_000);
            Assert.True(LongestAbove(run.Samples) <= 2);
        }
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void The_estimate_stays_near_the_link_and_layers_stay_as_they_are(int kbps, double loss, int roundTripMs)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, roundTripMs, loss)))
        {
            run.Run(20);
            int[] switches = [.. run.Sources.Select(source => source.Switches)];
            run.Run(80);

            List<BandwidthSample> settled = [.. run.Samples.Where(one => one.AtUs > 20_000_000)];
            Assert.True(settled.Min(one => (double)one.Estimate / one.Capacity) > 0.7);
            Assert.True(settled.Average(one => (double)one.Estimate / one.Capacity) > 0.85);
            Assert.True(LongestAbove(settled) <= 2);
            Assert.True(settled.Max(one => one.QueueUs) < 300_000);

            for (int i = 0; i < switches.Length; i++)
                Assert.InRange(run.Sources[i].Switches - switches[i], 0, 2);
        }
    }

    [Theory]
    [InlineData(500, 40)]
    [InlineData(1_000, 200)]
    [InlineData(3_000, 100)]
    public void Two_percent_of_random_loss_costs_less_than_a_fifth(int kbps, int roundTripMs)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, roundTripMs, 0)))
        {
            run.At(30, () => run.Link.Options = run.Link.Options with { Loss = 0.02 });
            run.Run(30);
            long before = run.Bandwidth.AvailableBitrate;
            run.Run(90);

            Assert.True(run.Samples.Where(one => one.AtUs > 30_000_000).Min(one => one.Estimate) > 0.8 * before);
        }
    }

    [Theory]
    [InlineData(1_000, 0.5, 0)]
    [InlineData(2_000, 0.25, 0)]
    [InlineData(2_000, 0.5, 0.02)]
    [InlineData(5_000, 0.25, 0.02)]
    [InlineData(5_000, 0.5, 0.05)]
    public void A_drop_is_followed_and_its_end_is_found_in_fifteen_seconds(int kbps, double share, double loss)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, 100, loss)))
        {
            run.SetCapacityAt(30, (long)(kbps * 1000 * share));
            run.SetCapacityAt(50, kbps * 1000);
            run.Run(80);

            Assert.Contains(run.Samples, one => one.AtUs is > 30_000_000 and < 31_500_000
                && one.Estimate <= one.Capacity);
            Assert.True(run.Samples.Where(one => one.AtUs is > 36_000_000 and < 50_000_000).Max(one => one.QueueUs)
                < 300_000);
            Assert.Contains(run.Samples, one => one.AtUs is > 50_000_000 and < 65_000_000
                && one.Estimate >= 0.85 * one.Capacity);
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000)]
    public void Bursts_of_loss_are_no_congestion(int kbps)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, 60, 0) with { BurstStart = 0.004, BurstEnd = 0.15 }))
        {
            run.Run(60);

            List<BandwidthSample> settled = [.. run.Samples.Where(one => one.AtUs > 10_000_000)];
            Assert.True(settled.Average(one => (double)one.Estimate / one.Capacity) > 0.85);
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000)]
    public void A_competing_flow_is_made_room_for_and_what_it_leaves_is_used(int kbps)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, 60, 0)))
        {
            run.CompeteAt(30, kbps * 400);
            run.CompeteAt(60, 0);
            run.Run(90);

            List<BandwidthSample> shared = [.. run.Samples.Where(one => one.AtUs is > 35_000_000 and < 60_000_000)];
            Assert.True(shared.Average(one => one.QueueUs) < 200_000);
            Assert.InRange(shared.Average(one => (double)one.Estimate / one.Capacity), 0.6, 1.15);
            Assert.Contains(run.Samples, one => one.AtUs is > 60_000_000 and < 75_000_000
                && one.Estimate >= 0.85 * one.Capacity);
        }
    }

    [Theory]
    [InlineData(1_000, 30)]
    [InlineData(1_000, 150)]
    [InlineData(3_000, 150)]
    [InlineData(5_000, 400)]
    public void A_path_that_becomes_longer_is_no_queue(int kbps, int milliseconds)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, 60, 0)))
        {
            run.At(30, () => run.Link.Options = run.Link.Options with { DelayUs = 30_000 + (milliseconds * 1_000) });
            run.At(60, () => run.Link.Options = run.Link.Options with { DelayUs = 30_000 });
            run.Run(90);

            List<BandwidthSample> after = [.. run.Samples.Where(one => one.AtUs > 30_000_000)];
            Assert.True(after.Min(one => (double)one.Estimate / one.Capacity) > 0.7);
            Assert.True(after.Max(one => one.QueueUs) < 300_000);
        }
    }

    [Theory]
    [InlineData(1_000, 20, 0)]
    [InlineData(3_000, 30, 0.02)]
    [InlineData(5_000, 50, 0)]
    public void Jitter_makes_it_coarse_and_no_worse(int kbps, int milliseconds, double loss)
    {
        foreach (BandwidthRun run in Runs(Link(kbps, 60, loss) with { JitterUs = milliseconds * 1_000 }))
        {
            run.Run(60);

            List<BandwidthSample> settled = [.. run.Samples.Where(one => one.AtUs > 10_000_000)];
            Assert.True(settled.Average(one => (double)one.Estimate / one.Capacity) > 0.75);
            Assert.True(settled.Max(one => one.QueueUs) < 300_000);
        }
    }

    [Fact]
    public void After_an_outage_all_comes_back()
    {
        foreach (BandwidthRun run in Runs(Link(2_000, 60, 0)))
        {
            run.At(30, () => run.Link.Options = run.Link.Options with { Loss = 1 });
            run.At(35, () => run.Link.Options = run.Link.Options with { Loss = 0 });
            run.Run(50);

            Assert.True(run.Samples[^1].Estimate >= 0.85 * run.Samples[^1].Capacity);
            Assert.True(run.Samples.Where(one => one.AtUs < 35_000_000).Min(one => one.Estimate)
                < run.Samples[^1].Estimate);
        }
    }

    [Fact]
    public void Nothing_is_probed_for_that_nobody_wants()
    {
        foreach (BandwidthRun run in Runs(Link(3_000, 60, 0)))
        {
            foreach (LayeredSource source in run.Sources)
                source.Preferred = 0;
            run.Run(60);

            // The first probe, which tells whether the bitrate to begin with was too high.
            Assert.InRange(run.ProbationBytes, 1, 10_000);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        List<BandwidthSample>[] runs = [.. new[] { 1, 1, 2 }.Select(seed =>
        {
            BandwidthRun run = Create(Link(1_000, 60, 0.05), seed);
            run.Run(10);
            return run.Samples;
        })];
        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    private static EmulatedLinkOptions Link(int kbps, int roundTripMs, double loss) => new()
    {
        BitsPerSecond = kbps * 1000L,
        DelayUs = roundTripMs * 500,
        JitterUs = 1_000,
        Loss = loss,
        QueueBytes = kbps * 1000 / 8 * 2,
    };

    private static IEnumerable<BandwidthRun> Runs(EmulatedLinkOptions options) =>
        Enumerable.Range(1, Seeds).Select(seed => Create(options, seed));

    private static BandwidthRun Create(EmulatedLinkOptions options, int seed)
    {
        var run = new BandwidthRun(options, seed);
        for (int i = 0; i < 4; i++)
            run.Sources.Add(new LayeredSource(LayeredSource.Simulcast, (seed * 10) + i));
        return run;
    }

    private static double LongestAbove(List<BandwidthSample> samples)
    {
        double longest = 0, current = 0;
        foreach (BandwidthSample sample in samples)
        {
            current = sample.Estimate > sample.Capacity ? current + 0.1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest;
    }
}
