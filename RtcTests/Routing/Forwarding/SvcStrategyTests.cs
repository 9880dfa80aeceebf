using Rtc.Routing;
using Rtc.Rtp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Routing.Forwarding;

public class SvcStrategyTests
{
    public static TheoryData<CodecKind, string> Modes => new()
    {
        { CodecKind.Vp9, "L3T3" },
        { CodecKind.Vp9, "L3T3_KEY" },
        { CodecKind.Vp9, "L1T3" },
        { CodecKind.Av1, "L3T3" },
        { CodecKind.Av1, "L3T3_KEY" },
        { CodecKind.Av1, "L1T3" },
        { CodecKind.H264, "L1T3" },
        { CodecKind.Vp8, "L1T3" },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_viewer_gets_the_layers_that_are_preferred(CodecKind codec, string mode)
    {
        VideoScene scene = VideoScene.Svc(codec, mode);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        Assert.Equal(RtpParametersType.Svc, consumer.Type);
        byte top = (byte)(mode[1] - '1');
        foreach ((byte spatial, byte temporal) in new (byte, byte)[] { (2, 2), (0, 0), (1, 2), (2, 1), (0, 2), (2, 0) })
        {
            var wanted = new ConsumerLayers(Math.Min(spatial, top), temporal);
            consumer.SetPreferredLayers(wanted);
            consumer.ApplyPreferredLayers(scene.Room.NowUs);
            scene.Run(40);
            Assert.Equal(wanted, consumer.CurrentLayers);
        }

        decoder.Check();
        Assert.True(decoder.Decoded.Count > 120, $"{decoder.Decoded.Count}");
    }

    [Theory]
    [InlineData(CodecKind.Vp9)]
    [InlineData(CodecKind.Av1)]
    public void With_k_svc_only_the_highest_layer_is_sent_between_key_frames(CodecKind codec)
    {
        VideoScene scene = VideoScene.Svc(codec, "L3T3_KEY");
        (_, DecoderModel decoder) = scene.Watch("c");
        scene.Run(100);
        decoder.Check();
        Assert.InRange(decoder.Decoded.Count(frame => frame.Spatial < 2), 2, 5);
        Assert.InRange(decoder.Decoded.Count(frame => frame.Spatial == 2), 80, 100);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_decoder_takes_everything_through_random_changes(CodecKind codec, string mode)
    {
        VideoScene scene = VideoScene.Svc(codec, mode, seed: 7);
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        SimulatedPacket? late = null;
        scene.Network = packet =>
        {
            // Packets of one frame overtake each other.
            if (late is null && packet.Index > 0 && packet.Index < packet.Frame.Packets - 1 && scene.Random.Next(9) == 0)
            {
                late = packet;
                return [];
            }

            SimulatedPacket[] arrived = late is null ? [packet] : [packet, late];
            late = null;
            return arrived;
        };
        scene.OnPicture = _ => scene.Disturb(consumer, oneIn: 40);
        scene.Run(1500);
        decoder.Check();
        Assert.True(decoder.Decoded.Count > 400, $"{decoder.Decoded.Count}");
    }

    [Theory]
    [InlineData(CodecKind.Vp9)]
    [InlineData(CodecKind.Av1)]
    public void A_layer_that_the_encoder_leaves_out_is_waited_for(CodecKind codec)
    {
        VideoScene scene = VideoScene.Svc(codec, "L3T3");
        (Consumer consumer, DecoderModel decoder) = scene.Watch("c");
        var encoder = (SvcEncoder)scene.Encoders[0];
        scene.Run(60);
        encoder.Layers = 2;
        encoder.RequestKeyFrame();
        scene.Run(120);
        Assert.Equal((byte)1, consumer.CurrentLayers!.Value.Spatial);
        encoder.Layers = 3;
        encoder.RequestKeyFrame();
        scene.Run(60);
        Assert.Equal(new ConsumerLayers(2, 2), consumer.CurrentLayers);
        decoder.Check();
    }

    [Fact]
    public void Layers_beyond_those_declared_are_left_out()
    {
        VideoScene scene = VideoScene.Svc(CodecKind.Vp9, "L2T3");
        ((SvcEncoder)scene.Encoders[0]).Layers = 3;
        (_, DecoderModel decoder) = scene.Watch("c");
        scene.Run(60);
        decoder.Check();
        Assert.Equal(1, decoder.Decoded.Max(frame => frame.Spatial));
    }

    [Fact]
    public void Without_packets_it_has_no_layers_and_pausing_says_so()
    {
        VideoScene scene = VideoScene.Svc(CodecKind.Vp9, "L3T3");
        (Consumer consumer, _) = scene.Watch("c");
        Assert.Null(consumer.CurrentLayers);
        scene.Run(30);
        scene.Room.Events.Clear();
        consumer.Pause(scene.Room.NowUs);
        Assert.Equal(["c layers "], scene.Room.Events);
        Assert.Null(consumer.CurrentLayers);
        Assert.Equal(-1, consumer.Dump().TargetSpatialLayer);
    }
}
