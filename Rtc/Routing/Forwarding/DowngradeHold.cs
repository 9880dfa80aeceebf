namespace Rtc.Routing.Forwarding;

/// <summary>
/// Keeps a consumer that had to go down for want of bitrate from going up again at once: the estimate rises as soon as
/// less is sent, and layers would flap.
/// </summary>
internal struct DowngradeHold
{
    /// <summary>How long it does not go up, in microseconds.</summary>
    public const long DurationUs = 10_000_000;

    /// <summary>How long the receiver has to be served before a downgrade counts, in microseconds.</summary>
    public const long MinServedUs = 8_000_000;

    private long? _downgradedAtUs;

    /// <summary>Whether a spatial layer above the current one may not be taken.</summary>
    public readonly bool IsHeld(long nowUs) => _downgradedAtUs is { } atUs && nowUs - atUs < DurationUs;

    /// <summary>An allocation was applied.</summary>
    /// <param name="current">The spatial layer that is forwarded.</param>
    /// <param name="target">The spatial layer that was granted.</param>
    /// <param name="preferred">The one that the application wants: going down to it is no want of bitrate.</param>
    /// <param name="servedSinceUs">Since when the receiver gets packets.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnApplied(int current, int target, int preferred, long servedSinceUs, long nowUs)
    {
        if (target < current && current <= preferred && nowUs - servedSinceUs > MinServedUs)
            _downgradedAtUs = nowUs;
    }

    public void Reset() => _downgradedAtUs = null;
}
