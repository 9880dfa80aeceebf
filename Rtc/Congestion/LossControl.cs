namespace Rtc.Congestion;

/// <summary>
/// The part of loss in the estimate (draft-ietf-rmcat-gcc-02 section 6, made robust). Radio links lose packets at any
/// rate, and sending less does not mend that: what is lost all the time is the link's nature. Only loss above 10 %
/// that is clearly more than this counts, and only when it lasts.
/// </summary>
internal sealed class LossControl
{
    /// <summary>Loss that never lowers the estimate.</summary>
    public const double Tolerated = 0.10;

    private const long WindowUs = 500_000;
    private const int LeastPackets = 20;
    private const double Excess = 0.05;
    private const double Deviations = 3;
    private const double UsualWeight = 0.1;
    private const double MostAtFirst = 0.15;
    private const int FirstWindows = 5;
    private const double Share = 0.5;
    private const double LeastShare = 0.7;
    private const int WindowsToLast = 2;
    private const int WindowsToTry = 5;
    private const double Unmoved = 0.7;

    private long _windowStartUs = long.MinValue;
    private int _received;
    private int _lost;
    private double _usual;
    private int _windows;
    private int _lasting;
    private double _before;

    /// <summary>Loss of the last whole window, 0 to 1.</summary>
    public double Last { get; private set; }

    /// <summary>What is lost all the time, 0 to 1.</summary>
    public double Usual => _usual;

    /// <summary>Whether so much is lost that sending more would be wrong.</summary>
    public bool HoldsGrowth => _lasting > 0;

    /// <summary>Counts packets of which the fate is known.</summary>
    /// <returns>What is left of the estimate, 1 when all.</returns>
    public double Add(int received, int lost, long nowUs)
    {
        if (_windowStartUs == long.MinValue)
            _windowStartUs = nowUs;

        _received += received;
        _lost = Math.Max(0, _lost + lost);
        int total = _received + _lost;
        if (nowUs - _windowStartUs < WindowUs || total < LeastPackets)
            return 1;

        Last = (double)_lost / total;
        double deviation = Math.Sqrt(Math.Max(_usual, 0.01) * (1 - _usual) / total);
        bool isTooMuch = Last > Tolerated && Last > _usual + Math.Max(Excess, Deviations * deviation);
        _lasting = isTooMuch ? _lasting + 1 : 0;
        if (_lasting == 1)
            _before = Last;
        if (_lasting >= WindowsToTry && Last > _before * Unmoved)
        {
            // Less was sent, and as much of it is lost: it is nature after all.
            _usual = Last;
            _lasting = 0;
        }

        Learn();
        _windowStartUs = nowUs;
        _received = 0;
        _lost = 0;
        return _lasting >= WindowsToLast ? Math.Max(LeastShare, 1 - (Share * Last)) : 1;
    }

    // A moderate loss that is there from the beginning is nature. Later it is learned slowly upwards and fast
    // downwards, so that congestion is not taken for nature at once.
    private void Learn()
    {
        if (_windows < FirstWindows)
            _usual += (Math.Min(Last, MostAtFirst) - _usual) / ++_windows;
        else
            _usual += (Last < _usual ? 3 : 1) * UsualWeight * (Last - _usual);
    }
}
