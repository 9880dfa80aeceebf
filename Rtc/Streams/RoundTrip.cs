using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>The round trip that an echoed timestamp tells (RFC 3550 section 6.4.1, figure 2).</summary>
internal static class RoundTrip
{
    /// <summary>In microseconds; 0 when the report echoes nothing or lies.</summary>
    /// <param name="arrival">When the echo arrived.</param>
    /// <param name="echoed">The middle 32 bits of the time that was sent.</param>
    /// <param name="delay">How long the peer kept it, in units of 2^-16 s.</param>
    public static long Measure(NtpTime arrival, uint echoed, uint delay)
    {
        if (echoed == 0 || delay == 0)
            return 0;

        int roundTrip = (int)(arrival.Compact - echoed - delay);
        return roundTrip > 0 ? NtpTime.CompactToMicroseconds((uint)roundTrip) : 0;
    }
}
