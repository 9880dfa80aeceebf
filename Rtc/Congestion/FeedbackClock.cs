namespace Rtc.Congestion;

/// <summary>
/// The receiver's clock as transport-wide feedback tells it: 24 bits of 64 ms, which wrap every 12 days
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1). Becomes one continuous timeline.
/// </summary>
internal struct FeedbackClock
{
    private const int UnitUs = 64_000;

    private bool _hasLast;
    private int _last;
    private long _lastUs;

    /// <summary>Microseconds on the receiver's timeline, from about 0 at the first reference time.</summary>
    /// <param name="referenceTime">24 bits with sign.</param>
    public long ToMicroseconds(int referenceTime)
    {
        if (_hasLast)
            _lastUs += (long)(((referenceTime - _last) << 8) >> 8) * UnitUs;

        _hasLast = true;
        _last = referenceTime;
        return _lastUs;
    }
}
