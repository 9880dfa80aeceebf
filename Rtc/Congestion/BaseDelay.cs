namespace Rtc.Congestion;

/// <summary>
/// The least one-way delay of the last ten to twenty seconds, which is taken for that of the path without a queue
/// (LEDBAT, RFC 6817 section 3.1.1). Clocks of both ends differ, so only differences to it mean something.
/// </summary>
internal struct BaseDelay
{
    private const long WindowUs = 10_000_000;

    private bool _hasAny;
    private long _currentUs;
    private long _previousUs;
    private long _windowStartUs;

    /// <summary>Takes a delay and returns how much more it is than the least, in microseconds.</summary>
    public long GetQueueUs(long delayUs, long nowUs)
    {
        if (!_hasAny)
            Reset(delayUs, nowUs);

        if (nowUs - _windowStartUs > WindowUs)
        {
            _previousUs = _currentUs;
            _currentUs = delayUs;
            _windowStartUs = nowUs;
        }

        _currentUs = Math.Min(_currentUs, delayUs);
        return delayUs - Math.Min(_currentUs, _previousUs);
    }

    /// <summary>The path has become longer.</summary>
    public void Raise(long stepUs)
    {
        _currentUs += stepUs;
        _previousUs += stepUs;
    }

    /// <summary>Takes a delay for the least: the path has changed.</summary>
    public void Reset(long delayUs, long nowUs)
    {
        _hasAny = true;
        _currentUs = delayUs;
        _previousUs = delayUs;
        _windowStartUs = nowUs;
    }
}
