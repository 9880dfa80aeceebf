namespace Rtc.Congestion;

/// <summary>
/// Tells when the application sends clearly less than the estimate ("application-limited region"): then what arrives
/// says nothing about what the link could carry, and the estimate may only grow by probing. A budget that fills with
/// two thirds of the estimate and that packets use up.
/// </summary>
internal struct AlrDetector
{
    private const double Share = 0.65;
    private const double WindowSeconds = 0.5;
    private const double StartRatio = 0.8;
    private const double StopRatio = 0.5;

    private double _budgetBytes;
    private long _atUs;

    /// <summary>Whether the application limits what is sent.</summary>
    public bool IsLimited { get; private set; }

    /// <summary>A packet was sent, or time passed (0 bytes).</summary>
    public void Update(int size, long bitrate, long nowUs)
    {
        double fullBytes = bitrate * Share / 8 * WindowSeconds;
        double filled = bitrate * Share / 8 * Math.Clamp((nowUs - _atUs) / 1e6, 0, WindowSeconds);
        _atUs = nowUs;
        _budgetBytes = Math.Clamp(_budgetBytes + filled - size, -fullBytes, fullBytes);
        double ratio = _budgetBytes / fullBytes;
        if (ratio > StartRatio)
            IsLimited = true;
        else if (ratio < StopRatio)
            IsLimited = false;
    }
}
