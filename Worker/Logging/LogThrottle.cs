namespace Worker.Logging;

/// <summary>
/// Lets one line through in an interval and counts the others: for what hostile or broken input could repeat with
/// every packet. One for each place that logs.
/// </summary>
/// <param name="intervalUs">The interval in microseconds.</param>
public struct LogThrottle(long intervalUs = LogThrottle.DefaultIntervalUs)
{
    /// <summary>One second.</summary>
    public const long DefaultIntervalUs = 1_000_000;

    private long _nextUs = long.MinValue;
    private long _suppressed;

    /// <summary>Whether a line may be written now.</summary>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <param name="suppressed">How many were held back since the last one that was let through.</param>
    public bool TryEnter(long nowUs, out long suppressed)
    {
        suppressed = _suppressed;
        if (nowUs < _nextUs)
        {
            _suppressed++;
            return false;
        }

        _nextUs = nowUs + intervalUs;
        _suppressed = 0;
        return true;
    }
}
