using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>
/// The time of day for reports: read once, at start, and moved on by the monotonic clock, so that it never jumps.
/// </summary>
/// <param name="UnixOffsetUs">Microseconds since 1 January 1970 at monotonic time 0.</param>
public readonly record struct WallClock(long UnixOffsetUs)
{
    /// <summary>The time of day at a monotonic time.</summary>
    public NtpTime At(long nowUs) => NtpTime.FromUnixMicroseconds(nowUs + UnixOffsetUs);
}
