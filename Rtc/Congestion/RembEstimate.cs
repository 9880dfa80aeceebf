using Rtc.Rtcp;

namespace Rtc.Congestion;

/// <summary>
/// The estimate that a receiver tells by REMB (draft-alvestrand-rmcat-remb-03), lowered when receiver reports show
/// congestive loss, which a receiver's delay-based estimate does not see.
/// </summary>
internal sealed class RembEstimate(long startBitrate)
{
    private const double GrowthPerSecond = 1.08;
    private const int PacketsAReport = 50;

    private readonly LossControl _loss = new();
    private long _remb = startBitrate;
    private double _lossLimit = double.MaxValue;
    private long _least = 1;
    private long _most = long.MaxValue;
    private long _lastLossUs;

    /// <summary>Bits a second.</summary>
    public long Bitrate => (long)Math.Clamp(Math.Min(_remb, _lossLimit), _least, _most);

    /// <summary>Sets what it does not go below and above.</summary>
    public void SetLimits(long least, long most)
    {
        _least = least;
        _most = Math.Max(least, most);
    }

    /// <summary>The receiver tells an estimate.</summary>
    public void OnRemb(ulong bitrate, long nowUs)
    {
        _remb = (long)Math.Min(bitrate, long.MaxValue);
        if (_loss.HoldsGrowth || _lossLimit == double.MaxValue)
            return;

        _lossLimit *= Math.Pow(GrowthPerSecond, Math.Clamp((nowUs - _lastLossUs) / 1e6, 0, 1));
        _lastLossUs = nowUs;
        if (_lossLimit > _remb)
            _lossLimit = double.MaxValue;
    }

    /// <summary>The receiver tells how much of a stream was lost since its last report.</summary>
    public void OnReceiverReport(in ReportBlock report, long nowUs)
    {
        int lost = report.FractionLost * PacketsAReport / 256;
        double share = _loss.Add(PacketsAReport - lost, lost, nowUs);
        if (share >= 1)
            return;

        _lossLimit = Math.Min(Bitrate, _lossLimit) * share;
        _lastLossUs = nowUs;
    }
}
