namespace Rtc.Routing.Observers;

/// <summary>What an <see cref="AudioLevelObserver"/> is made with.</summary>
public sealed class AudioLevelObserverOptions
{
    /// <summary>How many producers are reported at most.</summary>
    public required int MaxEntries { get; init; }

    /// <summary>From which average level on a producer is reported, in dBov, -127 to 0.</summary>
    public required sbyte Threshold { get; init; }

    /// <summary>How often, in milliseconds; brought into 250 to 5000.</summary>
    public required int IntervalMs { get; init; }
}
