namespace Rtc.Congestion;

/// <summary>How the link is used, by the trend of its delay (draft-ietf-rmcat-gcc-02 section 5.4).</summary>
internal enum LinkUsage : byte
{
    /// <summary>The queue stays as it is.</summary>
    Normal,

    /// <summary>The queue grows.</summary>
    Overuse,

    /// <summary>The queue drains.</summary>
    Underuse,
}

/// <summary>
/// Compares the trend of the delay with a threshold that adapts, so that neither jitter nor a competing flow that
/// fills the queue starves us (draft-ietf-rmcat-gcc-02 section 5.4; gains and limits by Carlucci et al., 2016,
/// section 4.3).
/// </summary>
internal sealed class OveruseDetector
{
    private const double GainUp = 0.0087;
    private const double GainDown = 0.039;
    private const double LeastThresholdMs = 6;
    private const double MostThresholdMs = 600;

    /// <summary>An outlier that far from the threshold does not move it.</summary>
    private const double MostDistanceMs = 15;

    /// <summary>A trend counts by how much the queue grows in that time.</summary>
    private const double HorizonMs = 240;

    private const double LeastOveruseMs = 10;

    private double _thresholdMs = 12.5;
    private double _lastTrendMs;
    private double _overuseMs = -1;
    private int _overuses;
    private long _lastUs;

    /// <summary>What the last sample says.</summary>
    public LinkUsage Usage { get; private set; }

    /// <summary>Takes a slope and when it was measured, by one clock.</summary>
    public LinkUsage Update(double slope, long atUs)
    {
        double trendMs = slope * HorizonMs;
        double elapsedMs = Math.Clamp((atUs - _lastUs) / 1000.0, 0, 100);
        _lastUs = atUs;
        if (trendMs > _thresholdMs)
        {
            _overuseMs = _overuseMs < 0 ? elapsedMs / 2 : _overuseMs + elapsedMs;
            _overuses++;
            if (_overuseMs > LeastOveruseMs && _overuses > 1 && trendMs >= _lastTrendMs)
            {
                _overuseMs = 0;
                _overuses = 0;
                Usage = LinkUsage.Overuse;
            }
        }
        else
        {
            _overuseMs = -1;
            _overuses = 0;
            Usage = trendMs < -_thresholdMs ? LinkUsage.Underuse : LinkUsage.Normal;
        }

        _lastTrendMs = trendMs;
        Adapt(Math.Abs(trendMs), elapsedMs);
        return Usage;
    }

    private void Adapt(double trendMs, double elapsedMs)
    {
        if (trendMs > _thresholdMs + MostDistanceMs)
            return;

        double gain = trendMs < _thresholdMs ? GainDown : GainUp;
        _thresholdMs = Math.Clamp(
            _thresholdMs + (gain * (trendMs - _thresholdMs) * elapsedMs), LeastThresholdMs, MostThresholdMs);
    }
}
