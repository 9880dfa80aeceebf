using Rtc.Routing;
using RtcTests.Congestion.Simulation;
using Xunit;

namespace RtcTests.Simulation;

/// <summary>
/// What is promised of video that adapts, over the whole path: encoders, emulated links, real transports, producers and
/// consumers, and viewers that answer as browsers do.
/// </summary>
public sealed class VideoCallTests
{
    private const long Second = 1_000_000;

    // The best layers take 1.5 Mbit/s, and what nobody wants is not looked for.
    private const long Wanted = 1_500_000;

    [Theory]
    [InlineData("VP8")]
    [InlineData("VP9 L3T3")]
    [InlineData("VP9 L3T3_KEY")]
    [InlineData("AV1 L3T3")]
    public void Viewers_at_different_rates_get_different_layers_at_once_and_keep_them(string encoding)
    {
        VideoCall call = VideoCall.Create(encoding, seed: 1);
        call.Run(3);
        CallViewer[] viewers =
        [
            call.Watch(VideoCall.Link(300)),
            call.Watch(VideoCall.Link(600, roundTripMs: 20, loss: 0.02)),
            call.Watch(VideoCall.Link(1_000, roundTripMs: 100, loss: 0.05)),
            call.Watch(VideoCall.Link(1_000, roundTripMs: 300, loss: 0.1)),
            call.Watch(VideoCall.Link(2_500)),
            call.Watch(VideoCall.Link(5_000, roundTripMs: 200, loss: 0.05)),
        ];
        call.Run(73);

        foreach (CallViewer viewer in viewers)
        {
            long capacity = Math.Min(viewer.Samples[0].Capacity, Wanted);
            string who = $"{encoding} {viewer}";
            Assert.True(viewer.Samples.Exists(one => IsFound(one, capacity) && one.AtUs <= 10 * Second), who);
            Assert.True(LongestAbove(viewer) <= 2, $"{who}: {LongestAbove(viewer)} s above");
            Assert.True(viewer.Samples.Max(one => one.QueueUs) <= 300_000, who);
            Assert.True(Switches(viewer, 10, 70) < 3, who);
            if (viewer.Down.Options.Loss <= 0.05)
                Assert.True(viewer.Playback.LongestFreezeUs(call.NowUs - (60 * Second), call.NowUs) < Second, who);
        }

        int[] layers = [.. viewers.Select(viewer => viewer.Samples[^1].Layer)];
        Assert.True(layers[0] is >= 0 and < 5 && layers[0] < layers[1] && layers[1] <= layers[2], string.Join(' ', layers));
        Assert.Equal(new ConsumerLayers(1, 2), viewers[1].Consumer.CurrentLayers);
        Assert.Equal(new ConsumerLayers(2, 2), viewers[4].Consumer.CurrentLayers);
        Assert.Equal(new ConsumerLayers(2, 2), viewers[5].Consumer.CurrentLayers);
        call.Judge();
    }

    [Theory]
    [InlineData("VP8", 0)]
    [InlineData("VP8", 0.02)]
    [InlineData("AV1 L3T3", 0)]
    [InlineData("VP9 L3T3_KEY", 0.02)]
    public void A_drop_of_capacity_costs_layers_and_they_come_back_after_it(string encoding, double loss)
    {
        VideoCall call = VideoCall.Create(encoding, seed: 2);
        call.Run(3);
        CallViewer viewer = call.Watch(VideoCall.Link(2_000, loss: loss));
        CallViewer other = call.Watch(VideoCall.Link(2_000));
        call.SetCapacityAt(23, viewer, 500);
        call.SetCapacityAt(43, viewer, 2_000);
        call.Run(73);

        string who = $"{encoding} {viewer}";
        List<BandwidthSample> dropped = Between(viewer, 20, 40);
        Assert.True(dropped.Exists(one => one.AtUs <= 21.5 * Second && one.Estimate <= one.Capacity), who);
        Assert.True(dropped.Where(one => one.AtUs > 26 * Second).Max(one => one.QueueUs) <= 300_000, who);
        Assert.True(dropped[^1].Layer is >= 0 and < 6, who);
        Assert.True(Between(viewer, 40, 55).Exists(one => IsFound(one, Wanted)), who);
        Assert.Equal(new ConsumerLayers(2, 2), viewer.Consumer.CurrentLayers);
        Assert.True(
            viewer.Playback.LongestFreezeUs(call.NowUs - (60 * Second), call.NowUs) < 1.5 * Second,
            $"{who}: frozen {viewer.Playback.LongestFreezeUs(call.NowUs - (60 * Second), call.NowUs) / 1000} ms");

        // Nobody else has anything of it.
        Assert.Equal(0, Switches(other, 10, 70));
        Assert.True(other.Playback.LongestFreezeUs(call.NowUs - (60 * Second), call.NowUs) < Second / 5, $"{other}");
        call.Judge();
    }

    [Theory]
    [InlineData("VP8")]
    [InlineData("VP9 L3T3")]
    public void Loss_bursts_and_other_flows_on_the_way_to_a_viewer_cost_little(string encoding)
    {
        VideoCall call = VideoCall.Create(encoding, seed: 3);
        call.Run(3);
        CallViewer lossy = call.Watch(VideoCall.Link(2_000));
        CallViewer bursty = call.Watch(VideoCall.Link(2_000) with { BurstStart = 0.004, BurstEnd = 0.15 });
        CallViewer sharing = call.Watch(VideoCall.Link(2_500));
        call.At(23, () => lossy.Down.Options = lossy.Down.Options with { Loss = 0.02 });
        call.At(23, () => sharing.Compete(1_200_000));
        call.At(43, () => sharing.Compete(0));
        call.Run(63);

        long before = Between(lossy, 19, 20)[^1].Estimate;
        Assert.True(Between(lossy, 20, 60).Min(one => one.Estimate) >= 0.8 * before, $"{lossy}");
        Assert.Equal(new ConsumerLayers(2, 2), lossy.Consumer.CurrentLayers);
        Assert.True(Switches(lossy, 10, 60) < 3, $"{lossy}");
        Assert.True(Between(bursty, 10, 60).Average(one => one.Estimate) >= 0.85 * Wanted, $"{bursty}");
        Assert.True(Switches(bursty, 10, 60) < 3, $"{bursty}");
        Assert.True(Between(sharing, 25, 40).Average(one => one.QueueUs) < 200_000, $"{sharing}");
        Assert.InRange(Between(sharing, 25, 40).Average(one => (double)one.Sent / one.Capacity), 0.5, 1);
        Assert.True(Between(sharing, 40, 55).Exists(one => IsFound(one, Wanted)), $"{sharing}");
        Assert.Equal(new ConsumerLayers(2, 2), sharing.Consumer.CurrentLayers);
        call.Judge();
    }

    [Theory]
    [InlineData("VP8")]
    [InlineData("VP9 L3T3")]
    [InlineData("VP9 L3T3_KEY")]
    [InlineData("AV1 L3T3")]
    public void What_is_lost_on_the_way_in_harms_nobody_s_decoder(string encoding)
    {
        var uplink = new EmulatedLinkOptions
        {
            BitsPerSecond = 10_000_000, DelayUs = 30_000, Loss = 0.03, BurstStart = 0.002, BurstEnd = 0.1, Reorder = 0.01,
        };
        VideoCall call = VideoCall.Create(encoding, seed: 4, uplink);
        call.Run(3);
        CallViewer[] viewers =
            [call.Watch(VideoCall.Link(300)), call.Watch(VideoCall.Link(1_000, loss: 0.02)), call.Watch(VideoCall.Link(4_000))];
        call.Run(43);

        Assert.True(call.Publisher.Up.Lost > 100);
        foreach (CallViewer viewer in viewers)
        {
            Assert.True(viewer.Playback.LongestFreezeUs(call.NowUs - (35 * Second), call.NowUs) < Second, $"{viewer}");
            Assert.True(Switches(viewer, 10, 40) < 3, $"{viewer}");
        }

        Assert.Equal(2, viewers[2].Consumer.CurrentLayers!.Value.Spatial);
        call.Judge();
    }

    [Fact]
    public void The_same_seed_gives_the_same_call()
    {
        List<BandwidthSample>[] runs = [.. new[] { 1, 1, 2 }.Select(seed =>
        {
            VideoCall call = VideoCall.Create("VP8", seed);
            CallViewer viewer = call.Watch(VideoCall.Link(1_000, loss: 0.05));
            call.Run(10);
            return viewer.Samples;
        })];
        Assert.Equal(runs[0], runs[1]);
        Assert.NotEqual(runs[0], runs[2]);
    }

    private static List<BandwidthSample> Between(CallViewer viewer, double fromSecond, double toSecond) =>
        viewer.Samples.FindAll(one => one.AtUs > fromSecond * Second && one.AtUs <= toSecond * Second);

    private static bool IsFound(BandwidthSample sample, long capacity) =>
        sample.AtUs > Second / 2 && sample.Estimate >= 0.85 * capacity;

    private static int Switches(CallViewer viewer, int fromSecond, int toSecond) => viewer.LayerChanges.Count(
        one => one.AtUs >= fromSecond * Second && one.AtUs < toSecond * Second);

    private static double LongestAbove(CallViewer viewer)
    {
        double longest = 0, current = 0;
        foreach (BandwidthSample sample in viewer.Samples)
        {
            current = sample.Estimate > sample.Capacity ? current + 0.1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest;
    }
}
