namespace Rtc.Rtp;

/// <summary>Converts between ticks of a codec's RTP clock and microseconds, rounding to the nearest.</summary>
/// <param name="Rate">Ticks a second, such as 90,000 for video and 48,000 for Opus; 0 converts to 0.</param>
public readonly record struct RtpClock(uint Rate)
{
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Microseconds that ticks take.</summary>
    public long ToMicroseconds(long ticks) => Rate == 0 ? 0 : Divide((Int128)ticks * MicrosPerSecond, Rate);

    /// <summary>Ticks within a duration.</summary>
    public long ToTicks(long durationUs) => Divide((Int128)durationUs * Rate, MicrosPerSecond);

    private static long Divide(Int128 dividend, long divisor)
    {
        Int128 half = divisor / 2;
        return (long)((dividend + (dividend < 0 ? -half : half)) / divisor);
    }
}
