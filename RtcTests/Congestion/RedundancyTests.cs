using Rtc.Congestion;
using Xunit;

namespace RtcTests.Congestion;

public sealed class RedundancyTests
{
    private const long Long = 200_000;

    [Theory]
    [InlineData(0, 200_000, 0, 0)]
    [InlineData(0.01, 200_000, 0, 0)]
    [InlineData(0.1, 60_000, 0, 0)]
    [InlineData(0.1, 0, 0, 0)]
    [InlineData(0.02, 200_000, 1, 1)]
    [InlineData(0.05, 200_000, 2, 1)]
    [InlineData(0.1, 200_000, 2, 1)]
    [InlineData(0.3, 200_000, 2, 2)]
    public void The_more_is_lost_the_more_copies_and_none_where_retransmissions_are_soon_there(
        double loss, long roundTripUs, int ofBase, int ofOthers)
    {
        Redundancy redundancy = default;
        redundancy.Update(loss, roundTripUs);
        Assert.Equal((ofBase, ofOthers), (redundancy.CopiesOf(isBase: true), redundancy.CopiesOf(isBase: false)));
        Assert.Equal(ofBase > 0, redundancy.IsUseful);
        Assert.Equal(1 + ((ofBase + ofOthers) / 2.0), redundancy.Factor);
    }

    [Fact]
    public void It_does_not_come_and_go_with_a_loss_that_swings()
    {
        Redundancy redundancy = default;
        redundancy.Update(0.012, Long);
        Assert.False(redundancy.IsUseful);
        redundancy.Update(0.018, Long);
        Assert.True(redundancy.IsUseful);
        redundancy.Update(0.012, Long);
        Assert.True(redundancy.IsUseful);
        redundancy.Update(0.005, Long);
        Assert.False(redundancy.IsUseful);
    }
}
