namespace RtcTests.Simulation;

/// <summary>The time of a simulation, which everybody in it shares.</summary>
internal sealed class VirtualClock(long nowUs)
{
    /// <summary>Monotonic microseconds.</summary>
    public long NowUs { get; set; } = nowUs;
}
