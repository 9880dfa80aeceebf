using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class RateCalculatorTests
{
    [Fact]
    public void A_steady_stream_has_its_bitrate()
    {
        var rate = new RateCalculator(2500);
        for (long nowMs = 10_000; nowMs < 15_000; nowMs += 10)
            rate.Add(1250, nowMs * 1000);

        Assert.Equal(1_000_000, rate.GetBitsPerSecond(14_999_000));
        Assert.Equal(500 * 1250, rate.TotalBytes);
    }

    [Fact]
    public void What_left_the_window_does_not_count()
    {
        var rate = new RateCalculator(1000);
        rate.Add(1000, 5_000_000);
        Assert.Equal(8000, rate.GetBitsPerSecond(5_000_000));
        Assert.Equal(8000, rate.GetBitsPerSecond(5_999_000));
        Assert.Equal(0, rate.GetBitsPerSecond(6_000_000));
        Assert.Equal(1000, rate.TotalBytes);
    }

    [Fact]
    public void Items_advance_whole()
    {
        // 2,500 ms in items of 25 ms: what was added at 0 leaves when the item of 2,500 ms begins.
        var rate = new RateCalculator(2500);
        rate.Add(25, 1_000_000_000);
        rate.Add(25, 1_000_024_000);
        rate.Add(25, 1_000_025_000);
        Assert.Equal(240, rate.GetBitsPerSecond(1_002_499_000));
        Assert.Equal(80, rate.GetBitsPerSecond(1_002_500_000));
        Assert.Equal(0, rate.GetBitsPerSecond(1_002_525_000));
    }

    [Fact]
    public void A_long_silence_empties_the_window()
    {
        var rate = new RateCalculator(100);
        rate.Add(1000, 0);
        Assert.Equal(0, rate.GetBitsPerSecond(3_600_000_000));
        rate.Add(10, 3_600_000_000);
        Assert.Equal(800, rate.GetBitsPerSecond(3_600_000_000));
    }

    [Theory]
    [InlineData(2500, 25, 40_000)]
    [InlineData(1000, 10, 3000)]
    [InlineData(100, 1, 30_000)]
    [InlineData(7, 1, 4000)]
    public void It_counts_what_a_list_of_items_holds(int windowMs, int itemMs, int stepUs)
    {
        var random = new Random(windowMs);
        var rate = new RateCalculator(windowMs);
        List<(long StartMs, int Bytes)> items = [];
        long startMs = 0, nowUs = 0, total = 0;
        for (int i = 0; i < 20_000; i++)
        {
            nowUs += random.Next(200) == 0 ? random.Next(windowMs * 3000) : random.Next(stepUs);
            long steps = ((nowUs / 1000) - startMs) / itemMs;
            startMs = steps < windowMs / itemMs ? startMs + (steps * itemMs) : nowUs / 1000;
            items.RemoveAll(item => item.StartMs <= startMs - windowMs);
            if (random.Next(4) != 0)
            {
                int bytes = random.Next(1500);
                rate.Add(bytes, nowUs);
                items.Add((startMs, bytes));
                total += bytes;
            }

            double bitsPerSecond = items.Sum(item => item.Bytes) * 8000.0 / windowMs;
            Assert.Equal(bitsPerSecond, rate.GetBitsPerSecond(nowUs), tolerance: 0.5);
            Assert.Equal(total, rate.TotalBytes);
        }
    }

    [Fact]
    public void Packets_of_nothing_but_padding_count_without_bytes()
    {
        var counter = new RtpDataCounter(countPaddingOnly: false);
        counter.Add(255, 0, 0);
        counter.Add(100, 80, 0);
        Assert.Equal(2, counter.Packets);
        Assert.Equal(100, counter.Bytes);
    }
}
