namespace Rtc.Congestion;

/// <summary>
/// How much of an estimate that never stands still is given out, so that layers do. What was claimed and still fits
/// stays. What had to be taken back comes back only when the estimate is clearly above it, or after a while, and each
/// time that it fails again it takes longer.
/// </summary>
internal struct BitrateGrant
{
    private const double Tolerance = 1.06;
    private const double ClearlyMore = 1.2;
    private const long ToleratedForUs = 1_500_000;
    private const long FirstHoldUs = 15_000_000;
    private const long MostHoldUs = 60_000_000;
    private const long ForgetUs = 90_000_000;

    private long _failed;
    private long _failedAtUs;
    private long _holdUs;
    private long _shortSinceUs;

    /// <summary>Bits a second to give out.</summary>
    /// <param name="estimate">What there is.</param>
    /// <param name="claimed">What is claimed so far.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public long Update(long estimate, long claimed, long nowUs)
    {
        if (estimate < claimed)
        {
            if (_shortSinceUs == 0)
                _shortSinceUs = nowUs;
            if (estimate * Tolerance >= claimed && nowUs - _shortSinceUs < ToleratedForUs)
                return claimed;

            bool failsAgain = _failed > 0 && claimed < _failed * ClearlyMore && nowUs - _failedAtUs < ForgetUs;
            _holdUs = failsAgain ? Math.Min(_holdUs * 2, MostHoldUs) : FirstHoldUs;
            _failed = claimed;
            _failedAtUs = nowUs;
            _shortSinceUs = 0;
            return estimate;
        }

        _shortSinceUs = 0;
        bool isHeld = _failed > 0 && nowUs - _failedAtUs < _holdUs && estimate < _failed * ClearlyMore;
        return isHeld ? Math.Max(claimed, Math.Min(estimate, (long)(_failed * 0.9))) : estimate;
    }
}
