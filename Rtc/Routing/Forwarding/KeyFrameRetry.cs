namespace Rtc.Routing.Forwarding;

/// <summary>When to ask again for a key frame that does not come.</summary>
internal struct KeyFrameRetry
{
    /// <summary>How long to wait for it, in microseconds.</summary>
    public const long IntervalUs = 1_000_000;

    private long _requestedAtUs;

    public readonly bool IsDue(long nowUs) => nowUs - _requestedAtUs >= IntervalUs;

    public void OnRequest(long nowUs) => _requestedAtUs = nowUs;
}
