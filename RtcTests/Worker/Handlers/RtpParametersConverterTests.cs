using Channel.Wire;
using Rtc.Rtp;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

public sealed class RtpParametersConverterTests
{
    private static readonly WireLayout Layout = WireLayout.For(Release.V3_27);

    [Fact]
    public void WhatIsWrittenReadsTheSame()
    {
        RtpParameters written = Parameters();

        RtpParameters read = RoundTrip(written);

        Assert.Equal("0", read.Mid);
        Assert.Equal("stream", read.Msid);
        Assert.Equal(("cname", false), (read.Rtcp.Cname, read.Rtcp.ReducedSize));
        Assert.Equal(written.HeaderExtensionIds, read.HeaderExtensionIds);
        Assert.Equal(written.Type, read.Type);
        Assert.Equal(written.Codecs.Count, read.Codecs.Count);
        foreach ((RtpCodecParameters expected, RtpCodecParameters actual) in written.Codecs.Zip(read.Codecs))
        {
            Assert.Equal(
                (expected.MimeType, expected.PayloadType, expected.ClockRate, expected.Channels),
                (actual.MimeType, actual.PayloadType, actual.ClockRate, actual.Channels));
            Assert.Equal(expected.RtcpFeedback, actual.RtcpFeedback);
            AssertSame(expected.Parameters, actual.Parameters);
        }

        foreach ((var expected, var actual) in written.HeaderExtensions.Zip(read.HeaderExtensions))
        {
            Assert.Equal((expected.Uri, expected.Id, expected.Encrypt), (actual.Uri, actual.Id, actual.Encrypt));
            AssertSame(expected.Parameters, actual.Parameters);
        }

        // Maximum bitrates are never dumped.
        Assert.Equal(written.Encodings.Select(encoding => encoding with { MaxBitrate = null }), read.Encodings);
    }

    [Fact]
    public void AnEncodingWithoutModeIsDumpedWithOneLayerOfEach()
    {
        WireBuilder b = new(Layout);
        Wire.RtpParameters.RtpParameters wire = Reread(b, RtpParametersWriter.Write(b, new RtpParameters(
            [new RtpCodecParameters(MimeType.Parse("audio/opus"), 111, 48000, 2)],
            [],
            [new RtpEncodingParameters { Ssrc = 1 }],
            new RtcpParameters("cname"))));

        Assert.Equal("S1T1", wire.Encodings[0].ScalabilityMode);
        Assert.Equal((byte)111, wire.Encodings[0].CodecPayloadType);
        Assert.False(wire.Encodings[0].HasRid);
        Assert.False(wire.Encodings[0].HasRtx);
        Assert.True(wire.HasMid);
        Assert.Equal("", wire.Mid);
        Assert.Equal("", wire.Msid);
        Assert.True(wire.Codecs[0].HasParameters);
    }

    [Fact]
    public void AMonoCodecIsDumpedWithoutChannels()
    {
        WireBuilder b = new(Layout);
        Wire.RtpParameters.RtpParameters wire = Reread(b, RtpParametersWriter.Write(b, new RtpParameters(
            [new RtpCodecParameters(MimeType.Parse("audio/PCMU"), 0, 8000, 1)],
            [],
            [new RtpEncodingParameters { Ssrc = 1 }],
            new RtcpParameters("cname"))));

        Assert.Null(wire.Codecs[0].Channels);
    }

    [Fact]
    public void AMappingSurvivesAndWhatIsMissingIsEmpty()
    {
        RtpParameters parameters = Parameters();
        RtpMapping written = new(
            [new CodecMapping(101, 96), new CodecMapping(102, 97)],
            [new EncodingMapping(null, 1111, 9001), new EncodingMapping("hi", null, 9002)],
            parameters);
        WireBuilder b = new(Layout);
        Offset<Wire.RtpParameters.RtpMapping> offset = RtpParametersWriter.WriteMapping(b, written);
        byte[] bytes = b.FinishSizePrefixed(offset.Value).ToArray();
        Assert.True(Wire.RtpParameters.RtpMapping.TryRead(bytes.AsSpan(4), Layout, out var wire, out _));

        RtpMapping read = RtpParametersReader.ReadMapping(wire, parameters);

        Assert.Equal(written.Codecs, read.Codecs);
        Assert.Equal(written.Encodings, read.Encodings);
        Assert.Equal("", wire.Encodings[0].Rid);
        Assert.Null(wire.Encodings[1].Ssrc);
    }

    [Fact]
    public void AnUnknownCodecIsATypeError()
    {
        WireBuilder b = new(Layout);
        var codec = Wire.RtpParameters.RtpCodecParameters.Create(
            b, mimeType: b.String("video/chicken"), payloadType: 101, clockRate: 90000);
        Wire.RtpParameters.RtpParameters wire = Reread(b, Wire.RtpParameters.RtpParameters.Create(
            b,
            codecs: b.Vector<Wire.RtpParameters.RtpCodecParameters>([codec]),
            headerExtensions: b.StartList<Wire.RtpParameters.RtpHeaderExtensionParameters>().End(),
            encodings: b.StartList<Wire.RtpParameters.RtpEncodingParameters>().End(),
            rtcp: Wire.RtpParameters.RtcpParameters.Create(b, cname: b.String("cname"))));

        RequestException? refusal = null;
        try
        {
            RtpParametersReader.Read(wire);
        }
        catch (RequestException exception)
        {
            refusal = exception;
        }

        Assert.Equal(RequestErrorKind.TypeError, refusal?.Kind);
    }

    [Fact]
    public void PartsThatSayTheSameAsThoseOfASiblingAreTaken()
    {
        RtpParameters sibling = RoundTrip(OfConsumer(ssrc: 1));

        RtpParameters read = RoundTrip(OfConsumer(ssrc: 2), sibling);

        Assert.Same(sibling.Codecs, read.Codecs);
        Assert.Same(sibling.HeaderExtensions, read.HeaderExtensions);
        Assert.Same(sibling.Rtcp, read.Rtcp);
        Assert.Equal(2u, read.Encodings[0].Ssrc);
    }

    [Theory]
    [InlineData("profile-level-id", "640c1f", "nack", 4, "cname")]
    [InlineData("profile-level-id", "42e01f", "ccm", 4, "cname")]
    [InlineData("profile-level-id", "42e01f", "nack", 5, "cname")]
    [InlineData("profile-level-id", "42e01f", "nack", 4, "other")]
    [InlineData("profile", "42e01f", "nack", 4, "cname")]
    public void PartsThatSayOtherThanThoseOfASiblingAreNot(
        string name, string value, string feedback, byte extension, string cname)
    {
        RtpParameters sibling = RoundTrip(OfConsumer(ssrc: 1));

        RtpParameters read = RoundTrip(OfConsumer(2, name, value, feedback, extension, cname), sibling);

        Assert.Equal(
            (name, new RtpParameterValue.String(value)), (read.Codecs[0].Parameters[0].Name, read.Codecs[0].Parameters[0].Value));
        Assert.Equal(feedback, read.Codecs[0].RtcpFeedback[0].Type);
        Assert.Equal(extension, read.HeaderExtensions[0].Id);
        Assert.Equal(cname, read.Rtcp.Cname);
    }

    private static RtpParameters OfConsumer(
        uint ssrc,
        string name = "profile-level-id",
        string value = "42e01f",
        string feedback = "nack",
        byte extension = 4,
        string cname = "cname") => new(
        [
            new RtpCodecParameters(
                MimeType.Parse("video/H264"),
                101,
                90000,
                parameters: new RtpParameterList([new RtpParameter(name, new RtpParameterValue.String(value))]),
                rtcpFeedback: [new RtcpFeedback(feedback, "pli"), new RtcpFeedback("goog-remb", "")]),
        ],
        [new RtpHeaderExtensionParameters(RtpHeaderExtensionUri.AbsSendTime, extension)],
        [new RtpEncodingParameters { Ssrc = ssrc }],
        new RtcpParameters(cname));

    private static RtpParameters RoundTrip(RtpParameters parameters, RtpParameters? sibling = null)
    {
        WireBuilder b = new(Layout);
        return RtpParametersReader.Read(Reread(b, RtpParametersWriter.Write(b, parameters)), sibling);
    }

    private static Wire.RtpParameters.RtpParameters Reread(
        WireBuilder b, Offset<Wire.RtpParameters.RtpParameters> offset)
    {
        byte[] bytes = b.FinishSizePrefixed(offset.Value).ToArray();
        Assert.True(
            Wire.RtpParameters.RtpParameters.TryRead(bytes.AsSpan(4), Layout, out var wire, out WireDefect defect),
            defect.ToString());
        return wire;
    }

    private static void AssertSame(RtpParameterList expected, RtpParameterList actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach ((RtpParameter e, RtpParameter a) in expected.Zip(actual))
        {
            Assert.Equal(e.Name, a.Name);
            if (e.Value is RtpParameterValue.IntegerArray array)
                Assert.Equal(array.Value, Assert.IsType<RtpParameterValue.IntegerArray>(a.Value).Value);
            else
                Assert.Equal(e.Value, a.Value);
        }
    }

    private static RtpParameters Parameters() => new(
        [
            new RtpCodecParameters(
                MimeType.Parse("video/vp8"),
                101,
                90000,
                parameters: new RtpParameterList(
                [
                    new RtpParameter("x-google-start-bitrate", new RtpParameterValue.Integer(1500)),
                    new RtpParameter("foo", new RtpParameterValue.Double(222.25)),
                    new RtpParameter("bar", new RtpParameterValue.String("baz")),
                    new RtpParameter("list", new RtpParameterValue.IntegerArray([0, 4, 1])),
                ]),
                rtcpFeedback: [new RtcpFeedback("nack", ""), new RtcpFeedback("nack", "pli")]),
            new RtpCodecParameters(
                MimeType.Parse("video/rtx"),
                102,
                90000,
                parameters: new RtpParameterList([new RtpParameter("apt", new RtpParameterValue.Integer(101))])),
        ],
        [
            new RtpHeaderExtensionParameters(RtpHeaderExtensionUri.Mid, 10),
            new RtpHeaderExtensionParameters(RtpHeaderExtensionUri.AbsSendTime, 4, encrypt: true),
        ],
        [
            new RtpEncodingParameters
            {
                Ssrc = 1111, CodecPayloadType = 101, RtxSsrc = 1112, ScalabilityMode = "L1T3", MaxBitrate = 5_000_000,
            },
            new RtpEncodingParameters { Rid = "hi", CodecPayloadType = 101, Dtx = true, ScalabilityMode = "S1T1" },
        ],
        new RtcpParameters("cname", reducedSize: false),
        mid: "0",
        msid: "stream");
}
