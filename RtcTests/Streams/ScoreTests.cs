using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class ScoreTests
{
    [Fact]
    public void Newer_values_weigh_more()
    {
        var score = new ScoreHistory();
        Assert.True(score.Add(1));
        Assert.True(score.Add(2));

        // (1*1 + 2*2 + 3*3) / 6 = 2.33, then (… + 4*4) / 10 = 3
        Assert.False(score.Add(3));
        Assert.Equal(2, score.Score);
        Assert.True(score.Add(4));
        Assert.Equal(3, score.Score);
    }

    [Fact]
    public void Halves_are_rounded_up()
    {
        var score = new ScoreHistory();
        score.Add(8);
        score.Add(5);
        Assert.Equal(6, score.Score);

        // (8 + 2*5 + 3*9) / 6 = 7.5
        score.Add(9);
        Assert.Equal(8, score.Score);
    }

    [Fact]
    public void Only_the_last_24_count()
    {
        var score = new ScoreHistory();
        for (int i = 0; i < 100; i++)
            score.Add(0);

        Assert.Equal(0, score.Score);
        for (int i = 0; i < 24; i++)
            score.Add(10);

        Assert.Equal(10, score.Score);
        Assert.False(score.Add(10));
    }

    [Fact]
    public void A_reset_forgets()
    {
        var score = new ScoreHistory();
        score.Add(3);
        Assert.True(score.Reset(10));
        Assert.False(score.Add(10));
        Assert.True(score.Reset(0));
        Assert.Equal(0, score.Score);
    }

    [Theory]
    [InlineData(100, 0, 0, 0, 10)]
    [InlineData(100, 5, 0, 0, 8)]
    [InlineData(100, 20, 0, 0, 4)]
    [InlineData(100, 100, 0, 0, 0)]
    [InlineData(100, 5, 5, 5, 10)]
    [InlineData(100, 20, 20, 20, 7)]
    [InlineData(100, 20, 20, 40, 5)]
    public void Delivery_scores_by_the_fourth_power_of_what_arrived(
        uint total, uint lost, long repaired, long retransmitted, byte expected)
    {
        DeliveryScore delivery = default;
        Assert.Equal(expected, delivery.Close(total, lost, repaired, retransmitted, trustRepairs: true));
    }

    [Fact]
    public void Repairs_count_in_the_interval_in_which_they_happened()
    {
        DeliveryScore delivery = default;
        delivery.Close(100, 20, 20, 20, trustRepairs: true);
        Assert.Equal(4, delivery.Close(100, 20, 20, 20, trustRepairs: true));
        delivery.Skip(40, 40);
        Assert.Equal(4, delivery.Close(100, 20, 40, 40, trustRepairs: true));
    }

    [Fact]
    public void Hostile_totals_stay_in_range()
    {
        var random = new Random(7);
        DeliveryScore delivery = default;
        for (int i = 0; i < 10_000; i++)
        {
            byte score = delivery.Close(
                (uint)random.NextInt64(1, uint.MaxValue),
                (uint)random.NextInt64(uint.MaxValue),
                random.NextInt64(),
                random.NextInt64(),
                trustRepairs: random.Next(2) == 0);
            Assert.InRange(score, 0, 10);
        }
    }
}
