using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

/// <summary>What an application of an earlier release asks for and is shown.</summary>
public sealed class EarlierReleasesTests
{
    [Theory]
    [InlineData(Release.V3_14)]
    [InlineData(Release.V3_19_18)]
    public void StreamsAndMessageSizeOfPlainTransportsAreShownAsAskedFor(Release release)
    {
        using HandlerHarness harness = Start(release);

        HandlerHarness.Exchange created = CreatePlainTransport(harness, b => Wire.Transport.Options.Create(
            b,
            enableSctp: true,
            numSctpStreams: Wire.SctpParameters.NumSctpStreams.Create(b, os: 33, mis: 44),
            maxSctpMessageSize: 5_000_000,
            sctpSendBufferSize: 1_000));

        Wire.Transport.Dump dump = ReadDump(created, harness.Layout);
        Assert.Equal(5_000_000u, dump.MaxMessageSize);
        Assert.Equal(33, dump.SctpParameters.Os);
        Assert.Equal(44, dump.SctpParameters.Mis);
        Assert.Equal(5_000, dump.SctpParameters.Port);
        Assert.Equal(5_000_000u, dump.SctpParameters.MaxMessageSize);
        Assert.Equal(5_000_000u, dump.SctpParameters.SendBufferSize);
        Assert.Equal(0u, dump.SctpParameters.MaxSendMessageSize);
    }

    [Fact]
    public void TheNewestReleaseHasTwoSizesAndNoStreams()
    {
        using HandlerHarness harness = Start(Release.V3_27);

        HandlerHarness.Exchange created = CreatePlainTransport(harness, b => Wire.Transport.Options.Create(
            b,
            enableSctp: true,
            numSctpStreams: Wire.SctpParameters.NumSctpStreams.Create(b, os: 33, mis: 44),
            maxSctpMessageSize: 7,
            maxSendMessageSize: 1_000,
            maxReceiveMessageSize: 2_000));

        Wire.Transport.Dump dump = ReadDump(created, harness.Layout);
        Assert.Equal(1_000u, dump.SctpParameters.MaxSendMessageSize);
        Assert.Equal(2_000u, dump.SctpParameters.MaxReceiveMessageSize);
        Assert.Equal(0, dump.SctpParameters.Mis);
    }

    [Fact]
    public void OneSizeOfADirectTransportIsShownAsAskedFor()
    {
        using HandlerHarness harness = Start(Release.V3_16);
        HandlerHarness.Exchange created = harness.Ask("router", Wire.Request.Method.RouterCreateDirectTransport, b =>
            Wire.Router.CreateDirectTransportRequest.Create(
                b,
                b.String("t"),
                Wire.DirectTransport.DirectTransportOptions.Create(
                    b, Wire.Transport.Options.Create(b, direct: true, maxMessageSize: 10))));
        Assert.True(created.Accepted);

        HandlerHarness.Exchange dumped = harness.Ask("t", Wire.Request.Method.TransportDump);
        Assert.True(Read(dumped, harness.Layout).TryGetBody(out Wire.DirectTransport.DumpResponse dump));
        Assert.Equal(10u, dump.Base.MaxMessageSize);
    }

    [Fact]
    public void HeaderExtensionsThatAreGoneAreStillDumped()
    {
        using HandlerHarness harness = Start(Release.V3_16);
        CreatePlainTransport(harness, b => Wire.Transport.Options.Create(b));

        HandlerHarness.Exchange produced = harness.Ask("t", Wire.Request.Method.TransportProduce, WriteH265);
        Assert.True(produced.Accepted, produced.Reason);

        HandlerHarness.Exchange dumped = harness.Ask("p", Wire.Request.Method.ProducerDump);
        Assert.True(Read(dumped, harness.Layout).TryGetBody(out Wire.Producer.DumpResponse dump));
        Assert.Equal(
            Wire.RtpParameters.RtpHeaderExtensionUri.FrameMarkingDraft07, dump.RtpParameters.HeaderExtensions[0].Uri);
        Assert.Equal("video/H265", dump.RtpParameters.Codecs[0].MimeType);
    }

    private static HandlerHarness Start(Release release)
    {
        HandlerHarness harness = new(release);
        Assert.True(harness.Ask("", Wire.Request.Method.WorkerCreateRouter, b =>
            Wire.Worker.CreateRouterRequest.Create(b, b.String("router"))).Accepted);
        return harness;
    }

    private static HandlerHarness.Exchange CreatePlainTransport(
        HandlerHarness harness, Func<WireBuilder, Offset<Wire.Transport.Options>> options) =>
        harness.Ask("router", Wire.Request.Method.RouterCreatePlainTransport, b =>
            Wire.Router.CreatePlainTransportRequest.Create(
                b,
                b.String("t"),
                Wire.PlainTransport.PlainTransportOptions.Create(
                    b, options(b), HandlerHarness.ListenInfo(b, 0), rtcpMux: true, comedia: true)));

    private static Wire.Request.BodyOffset WriteH265(WireBuilder b)
    {
        ListBuilder<Wire.RtpParameters.RtpCodecParameters> codecs =
            b.StartList<Wire.RtpParameters.RtpCodecParameters>();
        codecs.Add(Wire.RtpParameters.RtpCodecParameters.Create(
            b, b.String("video/H265"), payloadType: 100, clockRate: 90_000));
        VectorOffset<Wire.RtpParameters.RtpCodecParameters> codecVector = codecs.End();
        ListBuilder<Wire.RtpParameters.RtpHeaderExtensionParameters> extensions =
            b.StartList<Wire.RtpParameters.RtpHeaderExtensionParameters>();
        extensions.Add(Wire.RtpParameters.RtpHeaderExtensionParameters.Create(
            b, uri: Wire.RtpParameters.RtpHeaderExtensionUri.FrameMarkingDraft07, id: 6));
        VectorOffset<Wire.RtpParameters.RtpHeaderExtensionParameters> extensionVector = extensions.End();
        ListBuilder<Wire.RtpParameters.RtpEncodingParameters> encodings =
            b.StartList<Wire.RtpParameters.RtpEncodingParameters>();
        encodings.Add(Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: 1_111));
        var parameters = Wire.RtpParameters.RtpParameters.Create(
            b,
            codecVector,
            extensionVector,
            encodings.End(),
            Wire.RtpParameters.RtcpParameters.Create(b, cname: b.String("c")));
        return Wire.Transport.ProduceRequest.Create(
            b,
            b.String("p"),
            parameters,
            WriteMapping(b),
            kind: Wire.RtpParameters.MediaKind.Video);
    }

    private static Offset<Wire.RtpParameters.RtpMapping> WriteMapping(WireBuilder b)
    {
        ListBuilder<Wire.RtpParameters.CodecMapping> codecs = b.StartList<Wire.RtpParameters.CodecMapping>();
        codecs.Add(Wire.RtpParameters.CodecMapping.Create(b, payloadType: 100, mappedPayloadType: 101));
        VectorOffset<Wire.RtpParameters.CodecMapping> codecVector = codecs.End();
        ListBuilder<Wire.RtpParameters.EncodingMapping> encodings = b.StartList<Wire.RtpParameters.EncodingMapping>();
        encodings.Add(Wire.RtpParameters.EncodingMapping.Create(b, ssrc: 1_111, mappedSsrc: 2_222));
        return Wire.RtpParameters.RtpMapping.Create(b, codecVector, encodings.End());
    }

    private static Wire.Transport.Dump ReadDump(HandlerHarness.Exchange exchange, WireLayout layout)
    {
        Assert.True(exchange.Accepted, exchange.Reason);
        Assert.True(Read(exchange, layout).TryGetBody(out Wire.PlainTransport.DumpResponse dump));
        return dump.Base;
    }

    private static Wire.Response.Response Read(HandlerHarness.Exchange exchange, WireLayout layout)
    {
        Assert.True(Wire.Message.Message.TryRead(exchange.Frame, layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Response.Response response));
        return response;
    }
}
