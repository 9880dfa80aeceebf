namespace Rtc.Congestion;

/// <summary>
/// Decides when to probe and how fast: in doubling steps at the beginning and after a drop has ended, and from time to
/// time while more is wanted than the estimate allows. A probe is short, so that it puts few milliseconds of queue on
/// a link that cannot carry it, and nothing is probed for that nobody wants.
/// </summary>
internal sealed class Prober
{
    /// <summary>Between probes while more is wanted, in microseconds.</summary>
    public const long IntervalUs = 5_000_000;

    /// <summary>Between probes after a drop, in microseconds.</summary>
    public const long RecoveryIntervalUs = 2_000_000;

    /// <summary>How long after a drop the link is tried more often, in microseconds.</summary>
    public const long RecoveryUs = 20_000_000;

    private const double StepUp = 2;
    private const double ContinueRatio = 0.7;
    private const double ConfirmRatio = 0.95;
    private const double ConfirmFrom = 1.05;
    private const int MostConfirmations = 3;
    private const double WantedMargin = 1.02;
    private const double DropRatio = 0.75;
    private const long DurationUs = 18_000;
    private const long SlowDurationUs = 25_000;
    private const long NoiseFactor = 3;
    private const long SlowBitrate = 1_500_000;
    private const long MostBitrate = 200_000_000;
    private const int LeastPacketSize = 150;
    private const int MostPacketSize = 1200;
    private const int PacketsAimedAt = 8;
    private const long SettleUs = 400_000;
    private const long ResultTimeoutUs = 1_000_000;
    private const long RetryUs = 300_000;
    private const int TimeoutsToGiveUp = 3;

    private readonly ProbeCluster _cluster = new();
    private long _nextUs = long.MaxValue;
    private long _recoversUntilUs = long.MinValue;
    private long _heldUntilUs = long.MinValue;
    private long _wanted;
    private long _stepBitrate;
    private long _unconfirmed;
    private int _confirmations;
    private int _timeouts;
    private int _idle;

    /// <summary>Whether the link has shown what it carries. Until then a probe is sent even if no more is wanted.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>Which probe packets that are sent now belong to; 0 for none.</summary>
    public int ActiveId => _cluster.IsSending ? _cluster.Id : 0;

    /// <summary>When the next packet of a probe is due, or another probe; long.MaxValue for never.</summary>
    public long DeadlineUs => _cluster.IsSending
        ? NextPacketUs
        : _cluster.IsPending ? _cluster.StartedAtUs + ResultTimeoutUs : _nextUs;

    private long NextPacketUs =>
        _cluster.StartedAtUs + (_cluster.SentBytes * 8_000_000L / Math.Max(1, _cluster.Bitrate));

    private int PacketSize => Math.Clamp(_cluster.WantedBytes / PacketsAimedAt, LeastPacketSize, MostPacketSize);

    /// <summary>Says how much could be used, in bits a second; 0 when nothing is wanted beyond the estimate.</summary>
    public void SetWanted(long wanted, long estimate, long nowUs)
    {
        bool isMore = wanted > _wanted * 1.1;
        _wanted = wanted;
        if (!IsMoreWanted(estimate))
            return;

        if (_nextUs == long.MaxValue || isMore)
            _nextUs = Math.Min(_nextUs, Math.Max(nowUs, _heldUntilUs));
    }

    /// <summary>The estimate has changed: more may be wanted than before.</summary>
    public void OnEstimate(long estimate, long nowUs)
    {
        if (_nextUs == long.MaxValue && !_cluster.IsPending && IsMoreWanted(estimate))
            _nextUs = Math.Max(nowUs + RecoveryIntervalUs, _heldUntilUs);
    }

    /// <summary>The link is there, for the first time or again: the estimate has to be found.</summary>
    public void Start(long nowUs)
    {
        _stepBitrate = 0;
        _unconfirmed = 0;
        _timeouts = 0;
        _nextUs = nowUs;
    }

    /// <summary>The link is gone.</summary>
    public void Stop()
    {
        _cluster.Cancel();
        _nextUs = long.MaxValue;
    }

    /// <summary>Packets cannot be sent: tries later.</summary>
    public void Abort(long nowUs)
    {
        _cluster.Cancel();
        _nextUs = nowUs + IntervalUs;
    }

    /// <summary>The link is used up: a probe now would only make the queue longer.</summary>
    public void OnOveruse(long before, long estimate, long nowUs)
    {
        IsVerified = true;
        _heldUntilUs = nowUs + RecoveryIntervalUs;
        _stepBitrate = 0;
        _unconfirmed = 0;
        if (_cluster.IsPending)
            _cluster.Cancel();
        if (estimate < before * DropRatio)
            _recoversUntilUs = nowUs + RecoveryUs;
        if (_nextUs != long.MaxValue || IsMoreWanted(estimate))
            _nextUs = Math.Max(_heldUntilUs, _nextUs == long.MaxValue ? 0 : Math.Min(_nextUs, nowUs + IntervalUs));
    }

    /// <summary>Something is due: begins a probe if one is to begin.</summary>
    public void HandleDeadline(long estimate, bool isQueueShort, long noiseUs, long nowUs)
    {
        if (_cluster.IsPending && nowUs - _cluster.StartedAtUs >= ResultTimeoutUs)
        {
            _cluster.Cancel();
            _unconfirmed = 0;
            IsVerified |= _timeouts >= TimeoutsToGiveUp;
            _nextUs = nowUs + (_timeouts++ < TimeoutsToGiveUp ? RetryUs : IntervalUs);
            return;
        }

        if (_cluster.IsPending || nowUs < _nextUs)
            return;

        if (!IsMoreWanted(estimate))
        {
            _nextUs = long.MaxValue;
            return;
        }

        if (!isQueueShort)
        {
            _nextUs = nowUs + SettleUs;
            return;
        }

        long bitrate = _unconfirmed > 0
            ? (long)(_unconfirmed * ConfirmRatio)
            : Math.Min(Math.Max(_stepBitrate, (long)(estimate * StepUp)), Math.Max(_wanted, estimate));
        bitrate = Math.Min(bitrate, MostBitrate);
        long durationUs = bitrate < SlowBitrate ? SlowDurationUs : DurationUs;
        // Where delays differ a probe has to last longer to tell anything.
        durationUs = Math.Max(durationUs, noiseUs * NoiseFactor);
        _cluster.Start(bitrate, (int)(bitrate * durationUs / 8_000_000), nowUs);
    }

    /// <summary>Bytes of the padding packet that a probe needs now; 0 when none is due.</summary>
    public int GetPaddingSize(long nowUs) => _cluster.IsSending && nowUs >= NextPacketUs ? PacketSize : 0;

    /// <summary>A packet was sent while a probe is under way; returns the bytes of it that were sent before.</summary>
    public int OnSent(int size, long nowUs) => _cluster.OnSent(size, nowUs);

    /// <summary>A packet that belongs to a probe arrived.</summary>
    public void OnReceived(in SentPacket packet, long arrivedAtUs)
    {
        if (packet.ProbeId == _cluster.Id && _cluster.IsPending)
            _cluster.OnReceived(packet, arrivedAtUs);
    }

    /// <summary>Whether a probe has ended, and what it found; then plans the next.</summary>
    public bool TryTakeResult(long estimate, long nowUs, out ProbeResult result)
    {
        if (!_cluster.TryGetResult(out result))
            return false;

        _cluster.Cancel();
        _timeouts = 0;
        if (IsVerified && NeedsConfirmation(result, estimate))
        {
            _unconfirmed = result.Bitrate;
            _confirmations++;
            _nextUs = nowUs;
            return false;
        }

        // What was confirmed is what the link carries, and no more.
        if (_unconfirmed > 0 && !result.IsSaturated)
            result = new ProbeResult(_unconfirmed, IsSaturated: true);
        _unconfirmed = 0;
        _confirmations = 0;
        IsVerified = true;
        bool goesOn = !result.IsSaturated && result.Bitrate > _cluster.Bitrate * ContinueRatio
            && _wanted > result.Bitrate * WantedMargin;
        _stepBitrate = goesOn ? (long)(result.Bitrate * StepUp) : 0;
        _idle = result.Bitrate > estimate * 1.1 ? 0 : Math.Min(_idle + 1, 2);
        long intervalUs = nowUs < _recoversUntilUs ? RecoveryIntervalUs : IntervalUs << Math.Max(0, _idle - 1);
        _nextUs = goesOn ? nowUs : nowUs + intervalUs;
        return true;
    }

    // Beside somebody else's packets a probe that is faster than the link gets more than its share of it. So what such
    // a probe found is tried once more, by a probe that is no faster than that.
    private bool NeedsConfirmation(in ProbeResult result, long estimate) => result.IsSaturated
        && result.Bitrate > estimate * ConfirmFrom && _confirmations < MostConfirmations;

    private bool IsMoreWanted(long estimate) =>
        _wanted > estimate * WantedMargin || (_wanted > 0 && !IsVerified);
}
