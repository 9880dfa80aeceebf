using Rtc.Congestion;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// Ties the estimate of the link to a peer to those who send over it (docs/decisions/0005): numbers what leaves, hears
/// the feedback, gives bitrate out, sends the probes. There from the first video consumer on that negotiates feedback.
/// </summary>
internal sealed class OutgoingBandwidth : IDeadlineOwner
{
    /// <summary>An estimate begins with that at least, and does not fall below it.</summary>
    public const long LeastBitrate = 30_000;

    /// <summary>Bits a second of a transport of which the application does not say where to begin.</summary>
    public const long DefaultInitialBitrate = 600_000;

    private const double MaxFactor = 1.35;
    private const double MaxMargin = 0.1;
    private const double PaddingFactor = 0.85;
    private const double ProbeFactor = 1.2;
    private const double UnverifiedShare = 0.5;
    private const double FastFall = 0.75;
    private const double FastRise = 1.5;
    private const long EventIntervalUs = 1_000_000;

    private readonly IOutgoingBandwidthHost _host;
    private readonly Deadline _deadline;
    private readonly BandwidthEstimator? _estimator;
    private readonly RembEstimate? _remb;
    private readonly BitrateAllocator _allocator = new();
    private readonly List<IBitrateClaimant> _claimants = [];
    private readonly BitrateLimits _limits;
    private readonly long _initialBitrate;
    private readonly CopySender _copies;
    private BitrateGrant _grant;
    private DesiredBitrateTrend _trend;
    private long _desired;
    private long _maxBitrate;
    private long _maxPaddingBitrate;
    private long _claimed;
    private long _lastEventUs = long.MinValue;
    private long _lastEventBitrate;
    private bool _wasVerified;
    private bool _isConnected;
    private bool _isAllocating;

    /// <summary>Makes one that waits for <see cref="OnConnected"/>.</summary>
    /// <param name="host">The transport.</param>
    /// <param name="deadlines">Who is told when something is due.</param>
    /// <param name="type">What was negotiated.</param>
    /// <param name="initialBitrate">What to begin with, bits a second; null for the default.</param>
    /// <param name="limits">What the application allows.</param>
    public OutgoingBandwidth(
        IOutgoingBandwidthHost host, DeadlineQueue deadlines, BweType type, ulong? initialBitrate, BitrateLimits limits)
    {
        _host = host;
        _copies = new CopySender(host.Counters);
        _limits = limits;
        _deadline = deadlines.Create(this, "bandwidth");
        _initialBitrate = Math.Max((long)(initialBitrate ?? DefaultInitialBitrate), LeastBitrate);
        Type = type;
        if (type == BweType.TransportCc)
            _estimator = new BandwidthEstimator(_initialBitrate);
        else
            _remb = new RembEstimate(_initialBitrate);

        _lastEventBitrate = _initialBitrate;
    }

    /// <summary>Where the estimate comes from.</summary>
    public BweType Type { get; }

    /// <summary>The estimate, bits a second.</summary>
    public long AvailableBitrate => _estimator?.Bitrate ?? _remb!.Bitrate;

    /// <summary>What the peer loses, 0 to 1.</summary>
    public double Loss => _estimator?.Loss ?? 0;

    /// <summary>Whether packets are numbered.</summary>
    public bool CountsPackets => _estimator is not null;

    /// <summary>The number that the next packet carries, where packets are numbered.</summary>
    public ushort NextNumber => _estimator?.NextNumber ?? 0;

    /// <summary>Whether what is sent is to be told to <see cref="OnRepairableSent"/>.</summary>
    public bool WantsCopies => _copies.IsUseful;

    // Until the link has shown what it carries, the bitrate to begin with is somebody's guess: layers that do not fit
    // would fill the queue before the first feedback. Afterwards what is lost on the way has to be sent again.
    private long GrantableBitrate => _estimator is null ? AvailableBitrate
        : (long)(AvailableBitrate * (_estimator.IsVerified ? 1 - _estimator.UsualLoss : UnverifiedShare));

    private bool IsFree => _estimator is { IsFree: true };

    private long MinBitrate => Math.Max((long)_limits.MinOutgoing, LeastBitrate);

    /// <summary>
    /// Whether a consumer makes its transport estimate, and by what: it is video, and header extension and a codec's
    /// feedback are negotiated. Transport-wide feedback goes before REMB.
    /// </summary>
    public static bool TryChoose(ConsumerOptions options, out BweType type)
    {
        RtpHeaderExtensionIds ids = options.RtpParameters.HeaderExtensionIds;
        type = BweType.TransportCc;
        if (options.Kind != MediaKind.Video)
            return false;

        if (ids.TransportCc != 0 && FeedbackRules.Has(options.RtpParameters, FeedbackRules.TransportCc))
            return true;

        type = BweType.Remb;
        return ids.AbsSendTime != 0 && FeedbackRules.Has(options.RtpParameters, FeedbackRules.Remb);
    }

    /// <summary>The peer can be reached.</summary>
    public void OnConnected(long nowUs)
    {
        if (_isConnected)
            return;

        _isConnected = true;
        _estimator?.OnConnected(nowUs);
        Allocate(force: true, nowUs);
    }

    /// <summary>The peer cannot be reached for now: nothing is wanted.</summary>
    public void OnDisconnected(long nowUs)
    {
        _isConnected = false;
        _copies.Clear();
        _estimator?.OnDisconnected();
        SetDesired(0, force: true, nowUs);
        _deadline.Clear();
    }

    /// <summary>The transport closes.</summary>
    public void Close()
    {
        _isConnected = false;
        _copies.Clear();
        _deadline.Clear();
    }

    /// <summary>A packet left with <see cref="NextNumber"/>.</summary>
    public void OnPacketSent(int size, long nowUs)
    {
        _estimator!.OnPacketSent(size, nowUs);
        if (WantsCopies)
            _copies.OnPacketSent(size, _estimator.Bitrate, nowUs);
        if (_estimator.DeadlineUs < _deadline.DueUs)
            SetDeadline(nowUs);
    }

    /// <summary>A packet of video left, for the first time or because it was asked for, and may leave again.</summary>
    /// <param name="consumer">Who sent it.</param>
    /// <param name="ssrc">The SSRC that it left with, of media or of retransmissions.</param>
    /// <param name="sequenceNumber">The number of the media packet.</param>
    /// <param name="isAsked">Whether it was asked for: it is missed, whichever layer it is of.</param>
    /// <param name="isBase">Whether later pictures need it.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnRepairableSent(
        Consumer consumer, uint ssrc, ushort sequenceNumber, bool isAsked, bool isBase, long nowUs)
    {
        _copies.Add(consumer, ssrc, sequenceNumber, isAsked, isBase, nowUs);
        if (nowUs + CopyQueue.SpacingUs < _deadline.DueUs)
            SetDeadline(nowUs);
    }

    /// <summary>A packet left once more under its number.</summary>
    public void OnPacketResent(ushort number) => _estimator?.OnPacketResent(number);

    /// <summary>Takes transport-wide feedback.</summary>
    public void OnFeedback(in TransportCcView feedback, long nowUs)
    {
        if (_estimator is null || !_isConnected)
            return;

        _estimator.OnFeedback(feedback, nowUs);
        OnEstimate(nowUs);
    }

    /// <summary>Takes an estimate of the peer's.</summary>
    public void OnRemb(ulong bitrate, long nowUs)
    {
        if (_remb is null || !_isConnected)
            return;

        _remb.OnRemb(bitrate, nowUs);
        OnEstimate(nowUs);
    }

    /// <summary>Takes what a receiver report says of one stream.</summary>
    public void OnReceiverReport(in ReportBlock report, long nowUs)
    {
        if (_remb is null || !_isConnected)
            return;

        _remb.OnReceiverReport(report, nowUs);
        OnEstimate(nowUs);
    }

    /// <summary>The application changed its limits.</summary>
    public void OnLimitsChanged(long nowUs)
    {
        ApplyLimits(nowUs);
        OnEstimate(nowUs);
    }

    /// <summary>Somebody wants more or less, came or went: gives out anew.</summary>
    /// <param name="force">Whether what is wanted falls at once: somebody paused or left.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnNeedChanged(bool force, long nowUs)
    {
        if (_isConnected)
            Allocate(force, nowUs);
    }

    /// <inheritdoc/>
    public void OnDeadline(Deadline deadline, long nowUs)
    {
        if (!_isConnected)
            return;

        if (_estimator is not null && nowUs >= _estimator.DeadlineUs)
        {
            _estimator.HandleDeadline(nowUs);
            SendProbation(_estimator, nowUs);
        }

        _copies.Send(IsFree, nowUs);
        OnEstimate(nowUs);
        SetDeadline(nowUs);
    }

    // One probe at most is due, so this ends: each packet moves the next one on.
    private void SendProbation(BandwidthEstimator estimator, long nowUs)
    {
        int size;
        while ((size = estimator.GetPaddingSize(nowUs)) > 0)
        {
            int sent = _host.SendProbation(size, estimator.NextNumber, nowUs);
            if (sent == 0)
            {
                estimator.CancelProbe(nowUs);
                return;
            }

            estimator.OnPacketSent(sent, nowUs);
        }
    }

    // Claimants are told about once a second, sooner when much has changed, and at once when what they claimed does
    // not fit any more.
    private void OnEstimate(long nowUs)
    {
        long bitrate = AvailableBitrate;
        bool isDue = _lastEventUs == long.MinValue
            || nowUs - _lastEventUs >= EventIntervalUs
            || bitrate < _lastEventBitrate * FastFall
            || bitrate > _lastEventBitrate * FastRise
            || (bitrate < _claimed && bitrate < _lastEventBitrate)
            || (!_wasVerified && _estimator is { IsVerified: true });
        if (isDue)
            Allocate(force: false, nowUs);
    }

    private void Allocate(bool force, long nowUs)
    {
        // Claimants may say that they want something else while they are asked.
        if (_isAllocating)
            return;

        _isAllocating = true;
        _claimants.Clear();
        _host.CollectClaimants(_claimants);
        long taken = 0;
        foreach (IBitrateClaimant claimant in _claimants)
            taken += claimant.GetGrantedBitrate(nowUs);

        long granted = _grant.Update(GrantableBitrate, taken, nowUs);
        _claimed = _allocator.Allocate(_claimants, granted, Type == BweType.Remb, nowUs);
        long desired = 0;
        foreach (IBitrateClaimant claimant in _claimants)
            desired += claimant.GetDesiredBitrate(nowUs);
        _claimants.Clear();
        _isAllocating = false;

        SetDesired(desired, force, nowUs);
        _wasVerified = _estimator?.IsVerified ?? true;
        _lastEventUs = nowUs;
        _lastEventBitrate = AvailableBitrate;
        _host.OnBitrates(GetBitrates(), nowUs);
        SetDeadline(nowUs);
    }

    private void SetDesired(long desired, bool force, long nowUs)
    {
        _desired = desired;
        _trend.Update(desired, force, nowUs);
        _copies.Update(_estimator?.UsualLoss ?? 0, _host.GetRtxRoundTripUs());
        ApplyLimits(nowUs);
    }

    private void ApplyLimits(long nowUs)
    {
        double wanted = _trend.Value * _copies.Factor;
        long max = Math.Max(_initialBitrate, (long)(wanted * MaxFactor));
        if (_trend.Value > 0 && Math.Abs(_maxBitrate - max) < max * MaxMargin)
            max = _maxBitrate;
        if (_limits.MaxOutgoing > 0)
            max = Math.Min(max, (long)_limits.MaxOutgoing);
        if (max != _maxBitrate)
        {
            _maxBitrate = max;
            _maxPaddingBitrate = (long)(max * PaddingFactor);
        }

        _remb?.SetLimits(MinBitrate, max);
        _estimator?.SetLimits(MinBitrate, max, Math.Min(max, (long)(wanted * ProbeFactor)), nowUs);
    }

    private void SetDeadline(long nowUs)
    {
        if (!_isConnected)
            return;

        long eventUs = _lastEventUs == long.MinValue ? nowUs : _lastEventUs + EventIntervalUs;
        long copyUs = _copies.GetDueUs(IsFree, nowUs);
        _deadline.Set(Math.Min(Math.Min(eventUs, copyUs), _estimator?.DeadlineUs ?? long.MaxValue));
    }

    private BweTrace GetBitrates() => new()
    {
        Type = Type,
        DesiredBitrate = _desired,
        EffectiveDesiredBitrate = _trend.Value,
        MinBitrate = MinBitrate,
        MaxBitrate = _maxBitrate,
        StartBitrate = Math.Max(LeastBitrate, AvailableBitrate),
        MaxPaddingBitrate = _maxPaddingBitrate,
        AvailableBitrate = AvailableBitrate,
    };
}
