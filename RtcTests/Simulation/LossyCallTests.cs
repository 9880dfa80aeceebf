using Rtc.Routing;
using Xunit;

namespace RtcTests.Simulation;

/// <summary>
/// Links that lose much and are long, where most pictures would wait for a retransmission: packets are sent again
/// before anybody misses them, where there is room for that and nowhere else.
/// </summary>
public sealed class LossyCallTests
{
    private const long Second = 1_000_000;
    private const int WatchedSeconds = 40;

    [Theory]
    [InlineData("VP8", 0.05, 0.5, 25)]
    [InlineData("VP8", 0.1, 2, 20)]
    [InlineData("VP9 L3T3", 0.05, 0.5, 27)]
    [InlineData("AV1 L3T3", 0.1, 1, 25)]
    public void Much_loss_on_a_long_way_hardly_ever_stops_the_picture(
        string encoding, double loss, double mostFrozenSeconds, double leastPictures)
    {
        foreach (int seed in new[] { 1, 2, 3 })
        {
            VideoCall call = VideoCall.Create(encoding, seed);
            CallViewer viewer = Watch(call, VideoCall.Link(5_000, roundTripMs: 200, loss));
            string who = $"seed {seed}, {encoding} {viewer}: frozen {Frozen(call, viewer):F2} s, {Pictures(call, viewer):F1} pictures/s";
            Assert.True(Frozen(call, viewer) <= mostFrozenSeconds, who);
            Assert.True(Pictures(call, viewer) >= leastPictures, who);
            Assert.True(viewer.Samples.Max(one => one.QueueUs) <= 100_000, who);
            Assert.Equal(new ConsumerLayers(2, 2), viewer.Consumer.CurrentLayers);
            call.Judge();
        }
    }

    [Fact]
    public void Copies_take_only_what_layers_leave()
    {
        VideoCall call = VideoCall.Create("VP8", seed: 4);
        CallViewer viewer = Watch(call, VideoCall.Link(2_000, roundTripMs: 200, loss: 0.05));
        string who = $"{viewer}: frozen {Frozen(call, viewer):F2} s, {CopyBitrate(call, viewer) / 1000} kbit/s of RTX";
        Assert.Equal(new ConsumerLayers(2, 2), viewer.Consumer.CurrentLayers);
        Assert.True(Switches(viewer) < 3, who);
        Assert.True(viewer.Samples.Max(one => one.QueueUs) <= 300_000, who);
        Assert.InRange(CopyBitrate(call, viewer), 50_000, 500_000);
        call.Judge();
    }

    [Theory]
    [InlineData(60, 0.05)]
    [InlineData(200, 0)]
    public void Where_a_retransmission_is_soon_there_or_nothing_is_lost_there_are_no_copies(int roundTripMs, double loss)
    {
        VideoCall call = VideoCall.Create("VP8", seed: 5);
        CallViewer viewer = Watch(call, VideoCall.Link(5_000, roundTripMs, loss));
        Assert.InRange(CopyBitrate(call, viewer), loss > 0 ? 20_000 : 0, 200_000);
        call.Judge();
    }

    [Fact]
    public void A_link_that_drops_instead_of_queueing_is_not_flooded_with_copies()
    {
        VideoCall call = VideoCall.Create("VP8", seed: 6);
        EmulatedLinkOptions link = VideoCall.Link(2_000, roundTripMs: 200) with { QueueBytes = 20_000 };
        CallViewer viewer = Watch(call, link);
        string who = $"{viewer}: {viewer.Down.Overflowed} of {viewer.Down.Sent} overflowed, frozen {Frozen(call, viewer):F2} s";
        Assert.True(viewer.Down.Overflowed < viewer.Down.Sent * 0.1, who);
        call.Judge();
    }

    private static CallViewer Watch(VideoCall call, EmulatedLinkOptions link)
    {
        call.Run(3);
        CallViewer viewer = call.Watch(link);
        call.Run(8 + WatchedSeconds);
        return viewer;
    }

    private static long From(VideoCall call) => call.NowUs - (WatchedSeconds * Second);

    private static double Frozen(VideoCall call, CallViewer viewer) =>
        (double)viewer.Playback.FrozenUs(From(call), call.NowUs) / Second;

    private static double Pictures(VideoCall call, CallViewer viewer) =>
        (double)viewer.Playback.ShownAtUs.Count(atUs => atUs > From(call)) / WatchedSeconds;

    private static int Switches(CallViewer viewer) =>
        viewer.LayerChanges.Count(one => one.AtUs >= 10 * Second);

    private static long CopyBitrate(VideoCall call, CallViewer viewer) =>
        (long)viewer.Transport.GetStats(call.NowUs).RtxSent.Bytes * 8 / (WatchedSeconds + 5);
}
