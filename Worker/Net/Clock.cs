using System.Diagnostics;

namespace Worker.Net;

/// <summary>Where the event loop reads the time.</summary>
public interface IClock
{
    /// <summary>Monotonic time in microseconds.</summary>
    long NowUs { get; }
}

/// <summary>The system's monotonic clock (CLOCK_MONOTONIC).</summary>
public sealed class MonotonicClock : IClock
{
    private static readonly long TicksPerUs = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    /// <inheritdoc/>
    public long NowUs => Stopwatch.GetTimestamp() / TicksPerUs;
}
