using Rtc.Rtp;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Rtp;

public class RtpParametersTests
{
    private static readonly RtcpParameters Rtcp = new("cname");

    [Fact]
    public void Encodings_get_the_first_codec_that_carries_media()
    {
        RtpParameters parameters = Make(
            [Codec("audio/CN", 13), Codec("video/VP8", 96), Rtx(97, 96), Codec("video/VP9", 98)],
            [new() { Ssrc = 1 }, new() { Ssrc = 2, CodecPayloadType = 98 }]);

        Assert.Equal((byte)96, parameters.Encodings[0].CodecPayloadType);
        Assert.Equal((byte)98, parameters.Encodings[1].CodecPayloadType);
        Assert.Equal(CodecKind.Vp8, parameters.GetCodec(parameters.Encodings[0]).MimeType.Codec);
        Assert.Equal((byte?)97, parameters.GetRtxCodec(parameters.Encodings[0])?.PayloadType);
        Assert.Null(parameters.GetRtxCodec(parameters.Encodings[1]));
        Assert.Equal(("", ""), (parameters.Mid, parameters.Msid));
    }

    [Theory]
    [InlineData(2, null, RtpParametersType.Simulcast)]
    [InlineData(2, "L1T3", RtpParametersType.Simulcast)]
    [InlineData(1, "L1T3", RtpParametersType.Svc)]
    [InlineData(1, "L3T1", RtpParametersType.Svc)]
    [InlineData(1, "L1T1", RtpParametersType.Simple)]
    [InlineData(1, "nonsense", RtpParametersType.Simple)]
    [InlineData(1, null, RtpParametersType.Simple)]
    public void The_type_follows_from_the_encodings(int count, string? mode, RtpParametersType type)
    {
        RtpParameters parameters = Make(
            [Codec("video/VP8", 96)],
            Enumerable.Range(1, count)
                .Select(ssrc => new RtpEncodingParameters { Ssrc = (uint)ssrc, ScalabilityMode = mode })
                .ToArray());

        Assert.Equal(type, parameters.Type);
        Assert.Equal(mode == "nonsense" ? null : mode, parameters.Encodings[0].ScalabilityMode);
    }

    [Fact]
    public void Refuses_parameters_that_contradict_themselves()
    {
        RtpEncodingParameters[] one = [new() { Ssrc = 1 }];
        Refuses("codecs is empty", () => Make([], one));
        Refuses("encodings is empty", () => Make([Codec("video/VP8", 96)], []));
        Refuses("payload type 96", () => Make([Codec("video/VP8", 96), Codec("video/VP9", 96)], one));
        Refuses("'apt'", () => Codec("video/rtx", 97));
        Refuses("'apt'", () => Codec("video/rtx", 97, Parameter("apt", new RtpParameterValue.Integer(-1))));
        Refuses("'apt'", () => Codec("video/rtx", 97, Parameter("apt", new RtpParameterValue.String("96"))));
        Refuses("names payload type 95", () => Make([Codec("video/VP8", 96), Rtx(97, 95)], one));
        Refuses("video/rtx", () => Make([Codec("video/VP8", 96), Rtx(97, 97)], one));
        Refuses("video/ulpfec", () => Make([Codec("video/VP8", 96), Codec("video/ulpfec", 98), Rtx(97, 98)], one));
        Refuses("video/flexfec", () => Make([Codec("video/VP8", 96), Codec("video/flexfec", 98), Rtx(97, 98)], one));
        Refuses("carries media", () => Make([Codec("audio/CN", 13)], one));
        Refuses("is 13", () => Make([Codec("video/VP8", 96)], [new() { CodecPayloadType = 13 }]));
        Refuses(
            "no media", () => Make([Codec("video/VP8", 96), Rtx(97, 96)], [new() { CodecPayloadType = 97 }]));
        Refuses(
            "simulcast",
            () => Make(
                [Codec("video/VP9", 96)], [new() { Ssrc = 1, ScalabilityMode = "L3T3" }, new() { Ssrc = 2 }]));
        Refuses("id 0", () => new RtpHeaderExtensionParameters(RtpHeaderExtensionUri.Mid, 0));
        Refuses("cname", () => new RtcpParameters(null));
        Refuses("cname", () => new RtcpParameters(""));
    }

    [Fact]
    public void Values_that_mean_none_are_none()
    {
        var encoding = new RtpEncodingParameters { Ssrc = 0, Rid = "", RtxSsrc = 0 };

        Assert.Null(encoding.Ssrc);
        Assert.Null(encoding.Rid);
        Assert.True(encoding.HasRtx);
        Assert.Equal(0u, encoding.RtxSsrc);
        Assert.False(new RtpEncodingParameters().HasRtx);
    }

    [Fact]
    public void Of_two_extensions_for_one_meaning_the_first_counts()
    {
        var parameters = new RtpParameters(
            [Codec("video/VP8", 96)],
            [
                new(RtpHeaderExtensionUri.Mid, 3),
                new(RtpHeaderExtensionUri.Mid, 4),
                new(RtpHeaderExtensionUri.TransportWideCcDraft01, 5),
                new(RtpHeaderExtensionUri.MediasoupPacketId, 12),
            ],
            [new()],
            Rtcp,
            mid: "0");

        Assert.Equal(
            new RtpHeaderExtensionIds { Mid = 3, TransportCc = 5, PacketId = 12 }, parameters.HeaderExtensionIds);
    }

    [Fact]
    public void Parameters_keep_their_order_and_types()
    {
        var list = new RtpParameterList(
        [
            new("b", new RtpParameterValue.Integer(1)),
            new("a", new RtpParameterValue.String("x")),
            new("b", new RtpParameterValue.Integer(2)),
            new("c", new RtpParameterValue.Boolean(true)),
        ]);

        Assert.Equal(["b", "a", "c"], list.Select(parameter => parameter.Name));
        Assert.True(list.TryGetInteger("b", out int number));
        Assert.Equal(1, number);
        Assert.True(list.TryGetString("a", out string text));
        Assert.Equal("x", text);
        Assert.False(list.TryGetInteger("a", out _));
        Assert.False(list.TryGetString("none", out _));
    }

    [Fact]
    public void Feedback_is_found_by_type_and_parameter()
    {
        var codec = new RtpCodecParameters(
            MimeType.Parse("video/VP8"), 96, 90_000, rtcpFeedback: [new("nack", ""), new("ccm", "fir")]);

        Assert.True(codec.HasFeedback("nack"));
        Assert.True(codec.HasFeedback("ccm", "fir"));
        Assert.False(codec.HasFeedback("nack", "pli"));
        Assert.Equal(1, codec.Channels);
    }

    [Fact]
    public void A_mapping_renames_payload_types()
    {
        var mapping = new RtpMapping(
            [new(96, 101), new(97, 102), new(96, 103)], [new(null, 1, 11)], Make([Codec("video/VP8", 96)], [new()]));

        Assert.True(mapping.TryMapPayloadType(96, out byte mapped));
        Assert.Equal(103, mapped);
        Assert.False(mapping.TryMapPayloadType(98, out _));
    }

    [Fact]
    public void Refuses_a_mapping_that_does_not_fit()
    {
        RtpParameters one = Make([Codec("video/VP8", 96)], [new()]);
        RtpParameters two = Make([Codec("video/VP8", 96)], [new() { Ssrc = 1 }, new() { Ssrc = 2 }]);
        var named = new RtpParameters([Codec("video/VP8", 96)], [], [new()], Rtcp, mid: "0");

        Refuses("neither ssrc nor rid", () => new RtpMapping([], [new("a", null, 1), new(null, null, 2)], two));
        Refuses("mid is missing", () => new RtpMapping([], [new(null, null, 1)], one));
        Refuses("mappedSsrc", () => new RtpMapping([], [new("a", null, 0)], one));
        Refuses("mappedPayloadType 128", () => new RtpMapping([new(96, 128)], [new("a", null, 1)], one));
        Refuses("payload type 128", () => Codec("video/VP8", 128));
        Refuses("has 1 entries", () => new RtpMapping([], [new("a", null, 1)], two));
        Assert.Single(new RtpMapping([], [new(null, null, 1)], named).Encodings);
    }

    private static void Refuses(string reason, Func<object> make)
    {
        var refusal = Assert.Throws<RequestException>(make);
        Assert.Equal(RequestErrorKind.TypeError, refusal.Kind);
        Assert.Contains(reason, refusal.Message);
    }

    private static RtpParameters Make(RtpCodecParameters[] codecs, RtpEncodingParameters[] encodings) =>
        new(codecs, [], encodings, Rtcp);

    private static RtpCodecParameters Codec(string mimeType, byte payloadType, RtpParameterList? parameters = null) =>
        new(MimeType.Parse(mimeType), payloadType, 90_000, parameters: parameters);

    private static RtpCodecParameters Rtx(byte payloadType, int apt) =>
        Codec("video/rtx", payloadType, Parameter("apt", new RtpParameterValue.Integer(apt)));

    private static RtpParameterList Parameter(string name, RtpParameterValue value) =>
        new([new RtpParameter(name, value)]);
}
