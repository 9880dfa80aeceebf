namespace Rtc.Rtp;

/// <summary>
/// An NTP timestamp (RFC 5905 section 6): seconds since 1 January 1900 in 32.32 fixed point. The core does not know
/// the time of day: who makes one adds the offset that it was given to the monotonic time.
/// </summary>
/// <param name="Value">Seconds in the upper, fraction in the lower 32 bits.</param>
public readonly record struct NtpTime(ulong Value)
{
    private const ulong UnixEpochSeconds = 2_208_988_800;
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Whole seconds.</summary>
    public uint Seconds => (uint)(Value >> 32);

    /// <summary>Fraction of a second in units of 2^-32 s.</summary>
    public uint Fraction => (uint)Value;

    /// <summary>The middle 32 bits: 16.16 fixed point, as LSR and DLRR carry it (RFC 3550 section 6.4.1).</summary>
    public uint Compact => (uint)(Value >> 16);

    /// <summary>From both halves of the wire format.</summary>
    public static NtpTime From(uint seconds, uint fraction) => new(((ulong)seconds << 32) | fraction);

    /// <summary>From microseconds since 1 January 1970; rounds to the nearest unit.</summary>
    public static NtpTime FromUnixMicroseconds(long unixUs)
    {
        (long seconds, long micros) = Math.DivRem(unixUs, MicrosPerSecond);
        if (micros < 0)
        {
            seconds--;
            micros += MicrosPerSecond;
        }

        ulong fraction = (((ulong)micros << 32) + (MicrosPerSecond / 2)) / MicrosPerSecond;
        return new NtpTime(((ulong)seconds + UnixEpochSeconds << 32) + fraction);
    }

    /// <summary>Microseconds since 1 January 1970, for times of the NTP era that began 1900.</summary>
    public long ToUnixMicroseconds() =>
        (((long)Seconds - (long)UnixEpochSeconds) * MicrosPerSecond) + FractionToMicroseconds(Fraction);

    /// <summary>Microseconds of a duration in 16.16 fixed point.</summary>
    public static long CompactToMicroseconds(uint compact) => ((compact * MicrosPerSecond) + 0x8000) >> 16;

    /// <summary>
    /// A duration in 16.16 fixed point; the largest value for 18 hours and more, 0 for negative ones.
    /// </summary>
    public static uint MicrosecondsToCompact(long durationUs)
    {
        const long MaxUs = 65_535L * MicrosPerSecond;
        if (durationUs <= 0)
            return 0;

        return durationUs >= MaxUs
            ? uint.MaxValue
            : (uint)(((durationUs << 16) + (MicrosPerSecond / 2)) / MicrosPerSecond);
    }

    /// <summary>Microseconds of a signed duration in 32.32 fixed point; rounds to the nearest.</summary>
    public static long Q32ToMicroseconds(long q32) => (long)(((Int128)q32 * MicrosPerSecond + 0x8000_0000) >> 32);

    /// <summary>A signed duration in 32.32 fixed point; false when it does not fit (about 68 years).</summary>
    public static bool TryMicrosecondsToQ32(long durationUs, out long q32)
    {
        Int128 value = ((Int128)durationUs << 32) / MicrosPerSecond;
        bool fits = value >= long.MinValue && value <= long.MaxValue;
        q32 = fits ? (long)value : 0;
        return fits;
    }

    /// <summary>
    /// The 24 bits of the abs-send-time header extension: seconds in 6.18 fixed point, wrapping every 64 seconds.
    /// </summary>
    public static uint ToAbsSendTime(long timeUs)
    {
        ulong wrapped = (ulong)timeUs % (64 * (ulong)MicrosPerSecond);
        return (uint)(((wrapped << 18) + (MicrosPerSecond / 2)) / MicrosPerSecond) & 0xFF_FFFF;
    }

    private static long FractionToMicroseconds(uint fraction) =>
        (long)(((ulong)fraction * MicrosPerSecond + 0x8000_0000) >> 32);
}
