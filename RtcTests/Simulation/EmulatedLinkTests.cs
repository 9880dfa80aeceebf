using Xunit;

namespace RtcTests.Simulation;

public sealed class EmulatedLinkTests
{
    [Fact]
    public void A_perfect_link_delivers_everything_in_order_after_its_delay()
    {
        var link = new EmulatedLink(new EmulatedLinkOptions { DelayUs = 500 }, seed: 1);
        for (int i = 0; i < 10; i++)
        {
            link.Send([(byte)i], nowUs: i);
        }

        Assert.Equal(500, link.NextUs);
        Assert.False(link.TryReceive(499, out _));
        for (int i = 0; i < 10; i++)
        {
            Assert.True(link.TryReceive(509, out byte[] datagram));
            Assert.Equal([(byte)i], datagram);
        }

        Assert.Equal(long.MaxValue, link.NextUs);
    }

    [Fact]
    public void Loss_is_near_its_probability_and_the_same_for_a_seed()
    {
        var options = new EmulatedLinkOptions { Loss = 0.1 };
        long[] lost = [.. new[] { 1, 1, 2 }.Select(seed => SendMany(new EmulatedLink(options, seed), 10_000).Lost)];
        Assert.Equal(lost[0], lost[1]);
        Assert.NotEqual(lost[0], lost[2]);
        Assert.All(lost, count => Assert.InRange(count, 800, 1_200));
    }

    [Fact]
    public void Bursts_are_as_long_as_their_end_says()
    {
        var options = new EmulatedLinkOptions { BurstStart = 0.01, BurstEnd = 0.1 };
        EmulatedLink link = SendMany(new EmulatedLink(options, 5), 100_000);
        Assert.InRange(link.Lost, 7_000, 11_500);
    }

    [Fact]
    public void Reorders_and_duplicates()
    {
        var options = new EmulatedLinkOptions { Reorder = 0.2, ReorderDelayUs = 50, Duplicate = 0.2 };
        EmulatedLink link = SendMany(new EmulatedLink(options, 5), 1_000);
        List<int> order = [];
        while (link.TryReceive(long.MaxValue - 1, out byte[] datagram))
        {
            order.Add(BitConverter.ToInt32(datagram));
        }

        Assert.InRange(order.Count, 1_100, 1_300);
        Assert.Equal(1_000, order.Distinct().Count());
        Assert.True(order.Zip(order.Skip(1)).Count(pair => pair.First > pair.Second) > 50);
    }

    [Fact]
    public void Jitter_keeps_the_order()
    {
        EmulatedLink link = SendMany(new EmulatedLink(new EmulatedLinkOptions { JitterUs = 500 }, 6), 1_000);
        int expected = 0;
        while (link.TryReceive(long.MaxValue - 1, out byte[] datagram))
        {
            Assert.Equal(expected++, BitConverter.ToInt32(datagram));
        }

        Assert.Equal(1_000, expected);
    }

    [Fact]
    public void A_rate_spreads_datagrams_and_a_full_queue_drops_them()
    {
        var options = new EmulatedLinkOptions { BitsPerSecond = 8_000_000, QueueBytes = 5_000 };
        var link = new EmulatedLink(options, seed: 1);
        for (int i = 0; i < 10; i++)
        {
            link.Send(new byte[1_000], nowUs: 0);
        }

        Assert.Equal(5, link.Overflowed);
        Assert.Equal(5_000, link.QueuedBytes(0));
        Assert.Equal(2_000, link.QueuedBytes(3_000));
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal(i * 1_000, link.NextUs);
            Assert.True(link.TryReceive(i * 1_000, out _));
        }
    }

    private static EmulatedLink SendMany(EmulatedLink link, int count)
    {
        for (int i = 0; i < count; i++)
        {
            link.Send(BitConverter.GetBytes(i), nowUs: i);
        }

        return link;
    }
}
