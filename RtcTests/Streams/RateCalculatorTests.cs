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
