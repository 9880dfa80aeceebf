using Rtc.Routing;
using Rtc.Routing.Forwarding;
using Rtc.Rtp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Routing.Forwarding;

public class LayerClaimTests
{
    private long _capacity = long.MaxValue;

    [Fact]
    public void Simulcast_layers_are_claimed_one_by_one()
    {
        VideoScene scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, _) = Watch(scene);
        scene.Run(200);
        List<long> steps = Claim(consumer, long.MaxValue, scene.Room.NowUs);
        Assert.Equal(9, steps.Count);
        long desired = consumer.GetDesiredBitrate(scene.Room.NowUs);
        Assert.InRange(steps.Sum(), desired * 8 / 10, desired * 12 / 10);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
    }

    [Theory]
    [InlineData(CodecKind.Vp9, "L3T3")]
    [InlineData(CodecKind.Av1, "L3T3_KEY")]
    public void Svc_layers_are_claimed_one_by_one(CodecKind codec, string mode)
    {
        VideoScene scene = VideoScene.Svc(codec, mode);
        (Consumer consumer, _) = Watch(scene);
        scene.Run(200);
        List<long> steps = Claim(consumer, long.MaxValue, scene.Room.NowUs);
        Assert.InRange(steps.Count, 7, 9);
        long desired = consumer.GetDesiredBitrate(scene.Room.NowUs);
        Assert.InRange(steps.Sum(), desired * 8 / 10, desired * 12 / 10);
    }

    [Fact]
    public void What_is_claimed_becomes_the_target()
    {
        VideoScene scene = VideoScene.Vp8Simulcast();
        (Consumer consumer, DecoderModel decoder) = Watch(scene);
        scene.Run(300);
        List<long> steps = Claim(consumer, long.MaxValue, scene.Room.NowUs);
        _capacity = steps.Take(4).Sum();
        Give(consumer, scene);
        scene.Run(30);
        Assert.Equal(new ConsumerLayers(1, 0), consumer.CurrentLayers);

        // Who gives out sees to it that this does not happen too often.
        _capacity = long.MaxValue;
        Give(consumer, scene);
        scene.Run(30);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
        decoder.Check();
    }

    [Theory]
    [InlineData(CodecKind.Vp8)]
    [InlineData(CodecKind.Vp9)]
    public void Without_bitrate_nothing_is_sent(CodecKind codec)
    {
        VideoScene scene = codec == CodecKind.Vp8 ? VideoScene.Vp8Simulcast() : VideoScene.Svc(codec, "L3T3");
        (Consumer consumer, DecoderModel decoder) = Watch(scene);
        scene.Run(100);
        _capacity = 1000;
        Give(consumer, scene);
        Assert.Null(consumer.CurrentLayers);
        int decoded = decoder.Decoded.Count;
        scene.Run(30);
        _capacity = long.MaxValue;
        Give(consumer, scene);
        scene.Run(30);
        Assert.NotNull(consumer.CurrentLayers);
        decoder.Check();
        Assert.True(decoder.Decoded.Count > decoded);
    }

    [Fact]
    public void Pausing_and_other_preferences_have_bitrate_given_out_anew()
    {
        VideoScene scene = VideoScene.Vp8Simulcast();
        int asked = 0;
        var transport = new FakeTransport(scene.Room, "out") { OnBitrateNeed = _ => asked++ };
        Consumer consumer = scene.Watch("c", transport, connected: false);
        consumer.LetTransportManage();
        consumer.OnTransportConnected(scene.Room.NowUs);
        scene.Run(3);
        Assert.True(asked > 0);
        asked = 0;
        consumer.SetPreferredLayers(new ConsumerLayers(0, 0));
        Assert.Equal(0, asked);
        consumer.ApplyPreferredLayers(scene.Room.NowUs);
        Assert.Equal(1, asked);
        consumer.ApplyPreferredLayers(scene.Room.NowUs);
        Assert.Equal(1, asked);
        consumer.Pause(scene.Room.NowUs);
        Assert.Equal(2, asked);
        Assert.Equal(0, consumer.ClaimNextLayer(long.MaxValue, considersLoss: false, scene.Room.NowUs));
        Assert.Equal(0, consumer.GetDesiredBitrate(scene.Room.NowUs));
        consumer.Resume(scene.Room.NowUs);
        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData(0, 1_080_000)]
    [InlineData(4, 1_080_000)]
    [InlineData(12, 1_000_000)]
    [InlineData(128, 750_000)]
    public void Loss_stretches_or_shrinks_what_may_be_taken(byte fractionLost, long expected) =>
        Assert.Equal(expected, LossTolerance.Apply(1_000_000, fractionLost));

    private (Consumer Consumer, DecoderModel Decoder) Watch(VideoScene scene)
    {
        var decoder = new DecoderModel(scene.Codec);
        var transport = new FakeTransport(scene.Room, "out")
        {
            OnRtp = (bytes, _) =>
            {
                if (RtpPacketView.TryParse(bytes, out RtpPacketView view))
                    decoder.Receive(view);
            },
            OnBitrateNeed = consumer => Give(consumer, scene),
        };
        Consumer consumer = scene.Watch("c", transport, connected: false);
        consumer.LetTransportManage();
        consumer.OnTransportConnected(scene.Room.NowUs);
        scene.OnPicture = picture =>
        {
            if (picture % 30 == 0 && _capacity == long.MaxValue)
                Give(consumer, scene);
        };
        return (consumer, decoder);
    }

    private void Give(Consumer consumer, VideoScene scene) => Claim(consumer, _capacity, scene.Room.NowUs);

    private static List<long> Claim(Consumer consumer, long capacity, long nowUs)
    {
        List<long> steps = [];
        while (consumer.ClaimNextLayer(capacity, considersLoss: false, nowUs) is var step and > 0)
        {
            steps.Add(step);
            capacity -= step;
        }

        consumer.ApplyClaims(nowUs);
        return steps;
    }
}
