using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

public sealed class WireRoundTripTests
{
    [Fact]
    public void ConsumeRequestSurvives()
    {
        foreach (Release release in Enum.GetValues<Release>())
        {
            var builder = new WireBuilder(WireLayout.For(release));
            byte[] frame = Samples.ConsumeRequest(builder);

            Assert.True(
                Wire.Message.Message.TryRead(frame.AsSpan(4), builder.Layout, out var message, out WireDefect defect),
                defect.ToString());
            Assert.True(message.TryGetData(out Wire.Request.Request request));
            Assert.Equal(7u, request.Id);
            Assert.Equal(Wire.Request.Method.TransportConsume, request.Method);
            Assert.Equal("transport", request.HandlerId);
            Assert.False(request.TryGetBody(out Wire.Transport.ProduceRequest _));
            Assert.True(request.TryGetBody(out Wire.Transport.ConsumeRequest body));
            Assert.Equal("consumer", body.ConsumerId);
            Assert.Equal(2, body.RtpParameters.Codecs.Count);
            Assert.Equal("video/VP8", body.RtpParameters.Codecs[0].MimeType);
            ulong written = release <= Release.V3_23 ? uint.MaxValue : 5_000_000_000ul;
            Assert.Equal(written, body.ConsumableRtpEncodings[0].MaxBitrate);
        }
    }
}
