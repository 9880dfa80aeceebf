namespace Rtc.Congestion;

/// <summary>
/// How much of an estimate that never stands still is given out to those whose bitrates do not either, so that layers
/// do. What is taken already stays while it fits more or less; more is given out only with some room to spare. What had
/// to be taken back comes back only when the estimate is clearly above it, or after a while, and each time that it
/// fails again it takes longer.
/// </summary>
internal struct BitrateGrant
{
    /// <summary>How much of the estimate is given out to those who do not have it yet.</summary>
    public const double ShareForMore = 0.93;

    /// <summary>How many times the estimate may be taken for a while: bitrates of layers are noisy.</summary>
    public const double Tolerance = 1.1;

    /// <summary>
    /// How long that may last, in microseconds: a key frame, which only a switch caused, is in the measured bitrate of
    /// a layer for two and a half seconds.
    /// </summary>
    public const long ToleratedForUs = 3_000_000;

    private const double ClearlyMore = 1.15;
    private const double ClearlyLess = 0.9;
    private const long FirstHoldUs = 15_000_000;
    private const long MostHoldUs = 120_000_000;
    private const long ForgetUs = 300_000_000;

    private long _failed;
    private long _failedAtUs;
    private long _holdUs;
    private long _shortSinceUs;

    /// <summary>Bits a second to give out.</summary>
    /// <param name="estimate">What there is.</param>
    /// <param name="taken">What those take who were given some.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public long Update(long estimate, long taken, long nowUs)
    {
        long granted = (long)(estimate * ShareForMore);
        if (estimate < taken)
        {
            if (_shortSinceUs == 0)
                _shortSinceUs = nowUs;
            if (estimate * Tolerance >= taken && nowUs - _shortSinceUs < ToleratedForUs)
                return taken;

            Fail(taken, nowUs);
            return granted;
        }

        _shortSinceUs = 0;
        bool isHeld = _failed > 0 && nowUs - _failedAtUs < _holdUs && estimate < _failed * ClearlyMore;
        if (isHeld)
            granted = Math.Min(granted, (long)(_failed * ClearlyLess));
        return Math.Max(taken, granted);
    }

    private void Fail(long taken, long nowUs)
    {
        // While it is held what fails is still the same fall of the estimate.
        bool isSameFall = _failed > 0 && nowUs - _failedAtUs < _holdUs;
        bool failsAgain = !isSameFall && _failed > 0 && taken > _failed * ClearlyLess && taken < _failed * ClearlyMore
            && nowUs - _failedAtUs < ForgetUs;
        if (failsAgain)
            _holdUs = Math.Min(_holdUs * 2, MostHoldUs);
        else if (!isSameFall)
            _holdUs = FirstHoldUs;
        _failed = taken;
        _failedAtUs = nowUs;
        _shortSinceUs = 0;
    }
}
