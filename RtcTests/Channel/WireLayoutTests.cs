using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

public sealed class WireLayoutTests
{
    [Theory]
    [InlineData("3.27.1", Release.V3_27)]
    [InlineData("3.27.0", Release.V3_27)]
    [InlineData("3.27.99", Release.V3_27)]
    [InlineData("3.26.1-rc.2", Release.V3_23)]
    [InlineData("3.23.0", Release.V3_23)]
    [InlineData("3.22.0", Release.V3_20)]
    [InlineData("3.20.0", Release.V3_20)]
    [InlineData("3.19.22", Release.V3_19_18)]
    [InlineData("3.19.17", Release.V3_19_10)]
    [InlineData("3.19.9", Release.V3_19_7)]
    [InlineData("3.19.5", Release.V3_19_5)]
    [InlineData("3.19.4", Release.V3_17)]
    [InlineData("3.16.8", Release.V3_16_6)]
    [InlineData("3.16.0", Release.V3_16)]
    [InlineData("3.15.8", Release.V3_14_8)]
    [InlineData("3.14.7", Release.V3_14)]
    [InlineData("3.14.0", Release.V3_14)]
    public void AReleaseHasItsDialect(string version, Release expected)
    {
        Assert.True(WireLayout.TryResolve(version, out WireLayout? layout, out string? reason), reason);
        Assert.Equal(expected, layout.Release);
    }

    [Theory]
    [InlineData("3.28.0", "mediasoup 3.28.0 is not supported")]
    [InlineData("4.26.0", "mediasoup 4.26.0 is not supported")]
    [InlineData("3.13.24", "mediasoup 3.13.24 is not supported")]
    [InlineData("3.2.0", "mediasoup 3.2.0 is not supported")]
    [InlineData("3.27", "'3.27' is not a mediasoup version")]
    [InlineData("", "'' is not a mediasoup version")]
    [InlineData(null, "'' is not a mediasoup version")]
    [InlineData("x.y.z", "'x.y.z' is not a mediasoup version")]
    [InlineData("3.27.-1", "'3.27.-1' is not a mediasoup version")]
    [InlineData("3.99999999.1", "'3.99999999.1' is not a mediasoup version")]
    public void AnUnknownReleaseGetsASentence(string? version, string expected)
    {
        Assert.False(WireLayout.TryResolve(version, out _, out string? reason));
        Assert.Equal($"{expected}; this worker speaks 3.14 to 3.27", reason);
    }

    [Fact]
    public void WhatADialectLacksReadsAsAbsentAndIsNotWritten()
    {
        foreach (Release release in Enum.GetValues<Release>())
        {
            WireLayout layout = WireLayout.For(release);
            var b = new WireBuilder(layout);
            byte[] frame = b.FinishSizePrefixed(Wire.RtpParameters.EncodingMapping.Create(
                b, ssrc: 5, scalabilityMode: b.String("L1T2"), mappedSsrc: 6).Value).ToArray();
            Assert.True(Wire.RtpParameters.EncodingMapping.TryRead(frame.AsSpan(4), layout, out var mapping, out _));
            Assert.Equal(5u, mapping.Ssrc);
            Assert.Equal(6u, mapping.MappedSsrc);
            Assert.Equal(release <= Release.V3_23, mapping.HasScalabilityMode);
            Assert.Equal(release <= Release.V3_23 ? "L1T2" : null, mapping.ScalabilityMode);
        }
    }

    [Fact]
    public void TheMemberThatIsZeroOnTheWireIsTheDialects()
    {
        foreach (Release release in Enum.GetValues<Release>())
        {
            WireLayout layout = WireLayout.For(release);
            var b = new WireBuilder(layout);
            byte[] frame = Samples.Frame(b, Wire.Request.Request.Create(
                b, b.String("h"), id: 1, method: Wire.Request.Method.WorkerDump));
            Assert.True(Wire.Message.Message.TryRead(frame.AsSpan(4), layout, out var message, out _));
            Assert.True(message.TryGetData(out Wire.Request.Request request));
            Assert.Equal(Wire.Request.Method.WorkerDump, request.Method);

            bool hasEvent = release >= Release.V3_19_18;
            Assert.Equal(hasEvent, layout.Supports(Wire.Notification.Event.WorkerClose));
            Assert.Equal(!hasEvent, layout.Supports(Wire.Request.Method.WorkerClose));
            byte[] bytes = b.FinishSizePrefixed(Wire.Notification.Notification.Create(
                b, b.String("h"), @event: Wire.Notification.Event.TransportSendRtcp).Value).ToArray();
            Assert.True(Wire.Notification.Notification.TryRead(bytes.AsSpan(4), layout, out var notification, out _));
            Assert.Equal(Wire.Notification.Event.TransportSendRtcp, notification.Event);
        }
    }

    [Fact]
    public void AnAbsentTableReadsAsDefaults()
    {
        Wire.WebRtcTransport.IceParameters none = default;
        Assert.True(none.IsNull);
        Assert.True(none.IceLite);
        Assert.Equal("", none.Password);
        Wire.Transport.Options options = default;
        Assert.Null(options.InitialAvailableOutgoingBitrate);
        Wire.RtpParameters.RtpParameters parameters = default;
        Assert.Equal(0, parameters.Codecs.Count);
        Assert.Equal(0, parameters.Encodings.Count);
    }

    [Fact]
    public void AnUnknownEnumValueIsSeen()
    {
        WireLayout layout = WireLayout.For(Release.V3_27);
        var b = new WireBuilder(layout);
        byte[] frame = Samples.Frame(b, Wire.Request.Request.Create(
            b, b.String("h"), id: 1, method: Wire.Request.Method.RtpObserverRemoveProducer));
        int at = frame.AsSpan().LastIndexOf((byte)67);
        Assert.True(at > 0);
        frame[at] = 200;
        Assert.True(Wire.Message.Message.TryRead(frame.AsSpan(4), layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Request.Request request));
        Assert.Equal(Wire.Request.Method.Unknown, request.Method);
        Assert.Throws<InvalidOperationException>(
            () => Wire.Request.Request.Create(b, b.String("h"), method: Wire.Request.Method.Unknown));
    }
}
