using Rtc.Routing;
using Rtc.Rtp;
using Xunit;

namespace RtcTests.Simulation;

/// <summary>Many viewers of one publisher at once, over the real router.</summary>
public sealed class CrowdTests
{
    private const int Viewers = 510;
    private const int PicturesOfASecond = 1000 / VideoScene.PictureIntervalMs;
    private const long Second = 1_000_000;

    [Theory]
    [InlineData("VP8")]
    [InlineData("VP9 L3T3_KEY")]
    [InlineData("AV1 L3T3")]
    public void Five_hundred_who_join_within_a_second_cost_two_key_frames_and_get_the_layers_they_want(string encoding)
    {
        string[] parts = encoding.Split(' ');
        VideoScene scene = parts.Length == 1
            ? VideoScene.Vp8Simulcast()
            : VideoScene.Svc(parts[0] == "VP9" ? CodecKind.Vp9 : CodecKind.Av1, parts[1]);
        scene.Run(4 * PicturesOfASecond);
        List<(Consumer Consumer, DecoderModel Decoder, ConsumerLayers Wanted)> viewers = [];
        scene.Requests.Clear();
        long beganUs = scene.Room.NowUs;
        scene.OnPicture = picture =>
        {
            for (int i = 0; i < Viewers / PicturesOfASecond && picture < PicturesOfASecond; i++)
            {
                var wanted = new ConsumerLayers((byte)(viewers.Count % 3), (byte)(viewers.Count / 3 % 3));
                (Consumer consumer, DecoderModel decoder) = scene.Watch($"viewer{viewers.Count}", wanted);
                viewers.Add((consumer, decoder, wanted));
            }
        };
        scene.Run(4 * PicturesOfASecond);

        Assert.Equal(Viewers, viewers.Count);
        foreach (IGrouping<int, (long NowUs, int Stream)> ofStream in scene.Requests.GroupBy(one => one.Stream))
        {
            Assert.InRange(ofStream.Count(one => one.NowUs < beganUs + Second), 1, 2);
            Assert.InRange(ofStream.Count(), 1, 3);
        }

        foreach ((Consumer consumer, DecoderModel decoder, ConsumerLayers wanted) in viewers)
        {
            Assert.Equal(wanted, consumer.CurrentLayers);
            decoder.Check();
            Assert.NotEmpty(decoder.Decoded);
        }
    }
}
