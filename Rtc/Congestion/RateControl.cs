namespace Rtc.Congestion;

/// <summary>
/// The estimate: grows while the queue is short and all of it is used, multiplicatively far from what the link was last
/// seen to carry and additively near it; falls below what the link carries when the queue grows
/// (AIMD, draft-ietf-rmcat-gcc-02 section 5.5).
/// </summary>
/// <param name="startBitrate">Bits a second to begin with.</param>
/// <param name="headroom">How many times what arrives it may grow to by itself.</param>
internal sealed class RateControl(long startBitrate, double headroom = 1.05)
{
    /// <summary>What is left of what the link carries when it is overused.</summary>
    public const double Beta = 0.88;

    private const long DrainFromUs = 120_000;
    private const double DrainPerSecond = 0.4;
    private const double MostDrain = 0.35;
    private const double GrowthPerSecond = 1.08;
    private const double ReturnPerSecond = 0.3;
    private const double SlowGrowthPerSecond = 1.015;
    private const double NearCapacity = 0.9;
    private const double MostOfCapacity = 0.93;
    private const double CapacityWeight = 0.15;
    private const long CapacityMemoryUs = 30_000_000;
    private const long ResponseUs = 200_000;

    private double _bitrate = startBitrate;
    private double _capacity;
    private long _capacityAtUs;
    private long _lastDecreaseUs = long.MinValue / 2;
    private long _lastUpdateUs = long.MinValue;
    private bool _isHeld;
    private bool _isDraining;

    /// <summary>Bits a second.</summary>
    public long Bitrate => (long)_bitrate;

    /// <summary>What the link was last seen to carry; 0 when that is not known or long ago.</summary>
    public long GetCapacity(long nowUs) => nowUs - _capacityAtUs < CapacityMemoryUs ? (long)_capacity : 0;

    /// <summary>A probe has shown what the link carries, at least or at most.</summary>
    /// <param name="probe">What it found.</param>
    /// <param name="mayFall">
    /// Whether the estimate follows it down at once. Usually it does not: a probe is short, and a short disturbance
    /// must not cost bitrate that is in use.
    /// </param>
    /// <param name="nowUs">Now.</param>
    public void OnProbe(in ProbeResult probe, bool mayFall, long nowUs)
    {
        _lastUpdateUs = nowUs;
        if (probe.IsSaturated)
        {
            LearnCapacity(probe.Bitrate, nowUs);
            double most = _capacity * MostOfCapacity;
            if (most > _bitrate || mayFall)
                _bitrate = most;
            return;
        }

        if (_capacity < probe.Bitrate)
            _capacity = 0;
        _bitrate = Math.Max(_bitrate, probe.Bitrate);
    }

    /// <summary>Keeps it between limits.</summary>
    public void Clamp(long least, long most) => _bitrate = Math.Clamp(_bitrate, least, Math.Max(least, most));

    /// <summary>The queue grows.</summary>
    /// <param name="served">What the link carries of ours, bits a second; 0 when that is not known.</param>
    /// <param name="queueUs">How long packets wait: a long queue has to drain as well.</param>
    /// <param name="roundTripUs">Round trip.</param>
    /// <param name="nowUs">Now.</param>
    /// <returns>Whether it fell.</returns>
    public bool OnOveruse(long served, long queueUs, long roundTripUs, long nowUs)
    {
        double share = Beta - Math.Clamp((queueUs - DrainFromUs) * DrainPerSecond / 1e6, 0, MostDrain);
        bool isAgain = nowUs - _lastDecreaseUs < roundTripUs + ResponseUs;
        _isHeld = true;
        _lastUpdateUs = nowUs;
        if (isAgain && (served == 0 || served * share > _bitrate * 0.95))
            return false;

        double target = (served > 0 ? served : _bitrate) * share;
        if (target >= _bitrate)
        {
            // The queue grows though less is claimed than the link carried: somebody else came.
            target = _bitrate * 0.95;
        }

        if (served > 0)
            LearnCapacity(served, nowUs);
        _isDraining = served > 0 && share < Beta;
        _bitrate = target;
        _lastDecreaseUs = nowUs;
        return true;
    }

    /// <summary>A queue of our own showed what the link carries, while nothing was too much.</summary>
    /// <param name="carried">Bits a second; 0 when it did not.</param>
    /// <param name="nowUs">Now.</param>
    public void OnQueueSeen(long carried, long nowUs)
    {
        if (carried > 0)
            LearnCapacity(carried, nowUs);
    }

    /// <summary>Packets are lost because too much is sent: falls to a share of what it is.</summary>
    public void OnCongestiveLoss(double share, long nowUs)
    {
        _bitrate *= share;
        _lastDecreaseUs = nowUs;
        _lastUpdateUs = nowUs;
    }

    /// <summary>The queue does not grow.</summary>
    /// <param name="acknowledged">What arrives, bits a second; 0 when that is not known.</param>
    /// <param name="isQueueShort">Whether the queue is short enough to send more.</param>
    /// <param name="isLimited">Whether the application sends less than it may.</param>
    /// <param name="nowUs">Now.</param>
    public void OnNormal(long acknowledged, bool isQueueShort, bool isLimited, long nowUs)
    {
        double seconds = _lastUpdateUs == long.MinValue ? 0 : Math.Clamp((nowUs - _lastUpdateUs) / 1e6, 0, 1);
        _lastUpdateUs = nowUs;
        if (isQueueShort)
            _isHeld = false;
        long capacity = GetCapacity(nowUs);
        if (capacity > 0 && _bitrate > capacity)
            _bitrate = capacity * MostOfCapacity;
        if (_isHeld)
            return;

        if (_isDraining)
        {
            // The estimate went below what the link carries only to drain the queue.
            _isDraining = false;
            _bitrate = Math.Max(_bitrate, capacity * Beta);
        }

        if (isLimited || acknowledged == 0)
            return;

        double grown;
        if (capacity == 0 || _bitrate > capacity * 1.2)
            grown = _bitrate * Math.Pow(GrowthPerSecond, seconds);
        else if (_bitrate > capacity * NearCapacity)
            grown = _bitrate * Math.Pow(SlowGrowthPerSecond, seconds);
        else
            grown = Math.Min(_bitrate + (capacity * ReturnPerSecond * seconds), capacity * NearCapacity);

        double limit = (acknowledged * headroom) + 10_000;
        if (capacity > 0)
            limit = Math.Min(limit, Math.Max(capacity * MostOfCapacity, acknowledged));
        _bitrate = Math.Max(_bitrate, Math.Min(grown, limit));
    }

    private void LearnCapacity(long served, long nowUs)
    {
        bool isFresh = GetCapacity(nowUs) > 0 && Math.Abs(served - _capacity) < _capacity * 0.3;
        _capacity = isFresh ? _capacity + (CapacityWeight * (served - _capacity)) : served;
        _capacityAtUs = nowUs;
    }
}
