using Rtc.Routing;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Routing;

public class DataStreamParametersTests
{
    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData(null, 0, 0, true)]
    [InlineData(null, 100, null, false)]
    [InlineData(null, null, 3, false)]
    [InlineData(true, null, null, true)]
    [InlineData(false, null, null, false)]
    [InlineData(false, 100, null, false)]
    public void Order_follows_from_the_limits(bool? ordered, int? lifeTimeMs, int? retransmits, bool isOrdered)
    {
        var stream = new DataStreamParameters(1, ordered, (ushort?)lifeTimeMs, (ushort?)retransmits);
        Assert.Equal(isOrdered, stream.Ordered);
        Assert.Equal(lifeTimeMs is 0 ? null : (ushort?)lifeTimeMs, stream.MaxPacketLifeTimeMs);
        Assert.Equal(retransmits is 0 ? null : (ushort?)retransmits, stream.MaxRetransmits);
    }

    [Theory]
    [InlineData(65_535, null, null, null)]
    [InlineData(1, null, 100, 3)]
    [InlineData(1, true, 100, null)]
    [InlineData(1, true, null, 3)]
    public void Contradictions_are_refused(int streamId, bool? ordered, int? lifeTimeMs, int? retransmits)
    {
        RequestException refusal = Assert.Throws<RequestException>(() =>
            new DataStreamParameters((ushort)streamId, ordered, (ushort?)lifeTimeMs, (ushort?)retransmits));
        Assert.Equal(RequestErrorKind.TypeError, refusal.Kind);
    }
}
