namespace Rtc.Congestion;

/// <summary>
/// Tells a path that has become longer from a queue that grows. Where the route changes, one packet group is late by
/// much more than the one before it and those that follow are late by just as much; a queue goes on growing, or drains.
/// </summary>
internal struct PathStep
{
    private const long LeastStepUs = 12_000;
    private const long LeastFlatUs = 5_000;
    private const long StepNoise = 4;
    private const long FlatNoise = 2;
    private const int FlatGroups = 3;

    private long _lastUs;
    private long _beforeUs;
    private long _levelUs;
    private int _flatGroups;

    /// <summary>Whether there may have been a step, and the groups that tell have not come.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes the delay of the next group.</summary>
    /// <param name="delayUs">Its one-way delay from any origin, without what our own burst explains.</param>
    /// <param name="noiseUs">How much delays differ without a reason.</param>
    /// <returns>How much longer the path has become, in microseconds; 0 when it has not.</returns>
    public long Update(long delayUs, long noiseUs)
    {
        long flatUs = LeastFlatUs + (FlatNoise * noiseUs);
        long riseUs = delayUs - _lastUs;
        _lastUs = delayUs;
        if (IsOpen)
            return Follow(delayUs, flatUs);

        if (riseUs > LeastStepUs + (StepNoise * noiseUs) && _flatGroups >= FlatGroups)
        {
            IsOpen = true;
            _beforeUs = delayUs - riseUs;
            _levelUs = delayUs;
            _flatGroups = 0;
        }
        else
        {
            _flatGroups = Math.Abs(riseUs) <= flatUs ? _flatGroups + 1 : 0;
        }

        return 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => this = default;

    private long Follow(long delayUs, long flatUs)
    {
        bool isFlat = Math.Abs(delayUs - _levelUs) <= flatUs;
        _flatGroups = isFlat ? _flatGroups + 1 : 0;
        IsOpen = isFlat && _flatGroups < FlatGroups;
        return _flatGroups < FlatGroups ? 0 : _levelUs - _beforeUs;
    }
}
