using Rtc.Rtp;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Rtp;

public class MimeTypeTests
{
    [Theory]
    [InlineData("audio/opus", CodecKind.Opus)]
    [InlineData("audio/multiopus", CodecKind.MultiOpus)]
    [InlineData("audio/PCMA", CodecKind.Pcma)]
    [InlineData("audio/PCMU", CodecKind.Pcmu)]
    [InlineData("audio/ISAC", CodecKind.Isac)]
    [InlineData("audio/G722", CodecKind.G722)]
    [InlineData("audio/iLBC", CodecKind.Ilbc)]
    [InlineData("audio/SILK", CodecKind.Silk)]
    [InlineData("video/VP8", CodecKind.Vp8)]
    [InlineData("video/VP9", CodecKind.Vp9)]
    [InlineData("video/H264", CodecKind.H264)]
    [InlineData("video/AV1", CodecKind.Av1)]
    [InlineData("video/H264-SVC", CodecKind.H264Svc)]
    [InlineData("video/H265", CodecKind.H265)]
    [InlineData("audio/CN", CodecKind.ComfortNoise)]
    [InlineData("audio/telephone-event", CodecKind.TelephoneEvent)]
    [InlineData("video/rtx", CodecKind.Rtx)]
    [InlineData("video/ulpfec", CodecKind.UlpFec)]
    [InlineData("video/x-ulpfecuc", CodecKind.XUlpFecUc)]
    [InlineData("video/flexfec", CodecKind.FlexFec)]
    [InlineData("audio/red", CodecKind.Red)]
    public void Takes_any_case_and_gives_the_canonical_one(string canonical, CodecKind codec)
    {
        foreach (string text in (string[])[canonical, canonical.ToLowerInvariant(), canonical.ToUpperInvariant()])
        {
            MimeType mimeType = MimeType.Parse(text);

            Assert.Equal(codec, mimeType.Codec);
            Assert.Equal(canonical, mimeType.ToString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("video")]
    [InlineData("video/")]
    [InlineData("/VP8")]
    [InlineData("text/VP8")]
    [InlineData("video/VP7")]
    [InlineData("video/VP8/x")]
    public void Refuses_what_it_does_not_know(string text)
    {
        var refusal = Assert.Throws<RequestException>(() => MimeType.Parse(text));

        Assert.Equal(RequestErrorKind.TypeError, refusal.Kind);
        Assert.Contains($"'{text}'", refusal.Message);
    }

    [Theory]
    [InlineData("video/VP8", true, true, true, true)]
    [InlineData("video/VP9", true, true, false, true)]
    [InlineData("video/H264", true, true, true, true)]
    [InlineData("video/AV1", true, false, false, true)]
    [InlineData("audio/opus", true, false, false, false)]
    [InlineData("audio/CN", false, false, false, false)]
    [InlineData("video/rtx", false, false, false, false)]
    public void Knows_what_a_codec_can_do(string text, bool isMedia, bool canBeKeyFrame, bool simulcast, bool svc)
    {
        MimeType mimeType = MimeType.Parse(text);

        Assert.Equal(isMedia, mimeType.IsMedia);
        Assert.Equal(canBeKeyFrame, mimeType.CanBeKeyFrame);
        Assert.Equal(simulcast, mimeType.Supports(RtpParametersType.Simulcast));
        Assert.Equal(svc, mimeType.Supports(RtpParametersType.Svc));
        Assert.True(mimeType.Supports(RtpParametersType.Simple));
        Assert.True(mimeType.Supports(RtpParametersType.Pipe));
    }
}

public class ScalabilityModeTests
{
    [Theory]
    [InlineData("L1T3", 1, 3, false)]
    [InlineData("S3T3", 3, 3, false)]
    [InlineData("L3T3_KEY", 3, 3, true)]
    [InlineData("L3T3_KEY_SHIFT", 3, 3, true)]
    [InlineData("L2T1h", 2, 1, false)]
    [InlineData("L12T34", 12, 34, false)]
    [InlineData("L1T123", 1, 12, false)]
    public void Reads_modes(string text, int spatial, int temporal, bool isKeyFrameOnly)
    {
        Assert.True(ScalabilityMode.TryParse(text, out ScalabilityMode mode));
        Assert.Equal(new ScalabilityMode((byte)spatial, (byte)temporal, isKeyFrameOnly), mode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("L")]
    [InlineData("L1")]
    [InlineData("L1T")]
    [InlineData("L0T1")]
    [InlineData("L1T0")]
    [InlineData("L123T1")]
    [InlineData("l1t1")]
    [InlineData(" L1T1")]
    [InlineData("X1T1")]
    public void Takes_anything_else_for_a_single_layer(string? text)
    {
        Assert.False(ScalabilityMode.TryParse(text, out ScalabilityMode mode));
        Assert.Equal(ScalabilityMode.Single, mode);
    }
}
