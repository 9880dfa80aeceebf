namespace Rtc.Congestion;

/// <summary>
/// How much is wanted, slow to fall: by 5 % of the last peak a second, so that a layer that pauses does not make the
/// limits of the estimate swing.
/// </summary>
internal struct DesiredBitrateTrend
{
    private const double FallPerSecond = 0.05;

    private long _peak;
    private long _peakAtUs;

    /// <summary>Bits a second.</summary>
    public long Value { get; private set; }

    /// <summary>Takes what is wanted now.</summary>
    /// <param name="desired">Bits a second.</param>
    /// <param name="force">Whether it falls at once.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Update(long desired, bool force, long nowUs)
    {
        if (force || desired >= Value)
        {
            Value = desired;
            _peak = desired;
            _peakAtUs = nowUs;
            return;
        }

        double fallen = _peak * (1 - (FallPerSecond * (nowUs - _peakAtUs) / 1e6));
        Value = Math.Max(desired, (long)fallen);
    }
}
