namespace Rtc.Congestion;

/// <summary>
/// The slope of the delay over the last packet groups by least squares (the successor of the Kalman filter of
/// draft-ietf-rmcat-gcc-02 section 5.3; Carlucci et al., "Analysis and design of the Google congestion control",
/// 2016, section 4.2, has the model). A slope of 0.1 says that the queue grows by 100 ms a second: 10 % more is sent
/// than carried.
/// </summary>
internal sealed class TrendlineFilter
{
    /// <summary>How many groups count.</summary>
    public const int Length = 20;

    /// <summary>How old they may be, in microseconds.</summary>
    public const long WindowUs = 600_000;

    private const int LeastSamples = 4;

    private readonly long[] _atUs = new long[Length];
    private readonly long[] _delayUs = new long[Length];
    private int _next;
    private int _count;

    /// <summary>The slope, microseconds a microsecond; 0 before there are enough samples.</summary>
    public double Slope { get; private set; }

    /// <summary>Adds the delay of a group that arrived then.</summary>
    /// <param name="arrivedAtUs">Time of arrival by the receiver's clock.</param>
    /// <param name="delayUs">Its one-way delay, from any origin.</param>
    public void Add(long arrivedAtUs, long delayUs)
    {
        _atUs[_next] = arrivedAtUs;
        _delayUs[_next] = delayUs;
        _next = (_next + 1) % Length;
        _count = Math.Min(_count + 1, Length);
        Slope = Fit(arrivedAtUs, delayUs);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _count = 0;
        Slope = 0;
    }

    // Coordinates count from the newest sample: squares of absolute microseconds would lose digits.
    private double Fit(long newestUs, long newestDelayUs)
    {
        int n = 0;
        double sumX = 0, sumY = 0, sumXx = 0, sumXy = 0;
        for (int i = 0; i < _count; i++)
        {
            double x = _atUs[i] - newestUs;
            if (x < -WindowUs || x > WindowUs)
                continue;

            double y = _delayUs[i] - newestDelayUs;
            n++;
            sumX += x;
            sumY += y;
            sumXx += x * x;
            sumXy += x * y;
        }

        double spread = (n * sumXx) - (sumX * sumX);
        return n < LeastSamples || spread <= 0 ? 0 : ((n * sumXy) - (sumX * sumY)) / spread;
    }
}
