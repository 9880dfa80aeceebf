using Rtc.Rtcp;

namespace Rtc.Congestion;

/// <summary>
/// How many bits a second the link to one peer carries, by its transport-wide feedback (GCC,
/// draft-ietf-rmcat-gcc-02; docs/congestion.md says what is different here and why). The parts are a class each; this
/// one hands them what was sent and what arrived. A pure machine.
/// </summary>
public sealed class BandwidthEstimator
{
    private const long FeedbackTimeoutUs = 2_000_000;
    private const long FeedbackTimeoutStepUs = 1_000_000;
    private const double FeedbackTimeoutShare = 0.8;
    private const long DefaultRoundTripUs = 200_000;

    // Where delays differ by more, the gaps between packets show that and not the link.
    private const long MostNoiseUs = 3_500;
    private const double RoundTripWeight = 0.125;

    private readonly SentPacketHistory _history = new();
    private readonly DelayMonitor _delay = new();
    private readonly AcknowledgedBitrate _acknowledged = new();
    private readonly LossControl _loss = new();
    private readonly LossAverage _lossAverage = new();
    private readonly Prober _prober = new();
    private readonly RateControl _rate;
    private FeedbackClock _clock;
    private VirtualLink _ownQueue;
    private AlrDetector _alr;

    private bool _isConnected;
    private long _minBitrate = 30_000;
    private long _maxBitrate = long.MaxValue / 4;
    private long _newestReported;
    private long _overdueUs = long.MaxValue;

    /// <summary>Makes one that begins with <paramref name="startBitrate"/> bits a second.</summary>
    public BandwidthEstimator(long startBitrate) => _rate = new RateControl(startBitrate);

    /// <summary>Bits a second that the link carries.</summary>
    public long Bitrate => _rate.Bitrate;

    /// <summary>Whether the link has shown anything of what it carries.</summary>
    public bool IsVerified => _prober.IsVerified;

    /// <summary>Packets that the peer did not get, 0 to 1, averaged over the last feedbacks.</summary>
    public double Loss => _lossAverage.Average;

    /// <summary>Packets that the peer does not get at any rate, 0 to 1: they have to be sent again.</summary>
    public double UsualLoss => _loss.Usual;

    /// <summary>Round trip as feedback shows it, with the time that it waits at the peer.</summary>
    public long RoundTripUs { get; private set; } = DefaultRoundTripUs;

    /// <summary>How long the newest packets waited in a queue on their way, in microseconds.</summary>
    public long QueueUs => _delay.QueueUs;

    /// <summary>Whether nothing speaks against using all of the estimate: no queue, no loss beyond the usual.</summary>
    public bool IsFree => _delay.Usage != LinkUsage.Overuse && _delay.IsQueueShort && !_loss.HoldsGrowth;

    /// <summary>Feedback that tells nothing of packets that were sent.</summary>
    public long UselessFeedback { get; private set; }

    /// <summary>When <see cref="HandleDeadline"/> is due; long.MaxValue for never.</summary>
    public long DeadlineUs => _isConnected ? Math.Min(_prober.DeadlineUs, _overdueUs) : long.MaxValue;

    /// <summary>The peer can be reached.</summary>
    public void OnConnected(long nowUs)
    {
        _isConnected = true;
        _prober.Start(nowUs);
    }

    /// <summary>The peer cannot be reached for now.</summary>
    public void OnDisconnected()
    {
        _isConnected = false;
        _overdueUs = long.MaxValue;
        _prober.Stop();
    }

    /// <summary>Sets limits, and how much could be used: what is probed for.</summary>
    /// <param name="min">Bits a second that the estimate does not fall below.</param>
    /// <param name="max">Bits a second that it does not rise above.</param>
    /// <param name="wanted">Bits a second to probe for at most; 0 for no probing.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void SetLimits(long min, long max, long wanted, long nowUs)
    {
        _minBitrate = Math.Max(1, min);
        _maxBitrate = Math.Max(_minBitrate, max);
        _rate.Clamp(_minBitrate, _maxBitrate);
        _prober.SetWanted(Math.Min(wanted, _maxBitrate), Bitrate, nowUs);
    }

    /// <summary>The transport-wide number that the next packet carries; from 1 on.</summary>
    public ushort NextNumber => _history.NextNumber;

    /// <summary>A packet left with <see cref="NextNumber"/>.</summary>
    /// <param name="size">Bytes of the datagram.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnPacketSent(int size, long nowUs)
    {
        int probeId = _prober.ActiveId;
        int probeOffset = probeId == 0 ? 0 : _prober.OnSent(size, nowUs);

        _alr.Update(size, Bitrate, nowUs);
        if (_overdueUs == long.MaxValue)
            _overdueUs = nowUs + FeedbackTimeoutUs;

        _history.Add(new SentPacket
        {
            SentAtUs = nowUs,
            OwnQueueUs = _ownQueue.Add(size, Bitrate, nowUs),
            SerializationUs = IsVerified ? (int)(size * 8_000_000.0 / Bitrate) : 0,
            Size = size,
            ProbeId = probeId,
            ProbeOffset = probeOffset,
        });
    }

    /// <summary>A packet leaves once more under its number, because RTX is not negotiated.</summary>
    public void OnPacketResent(ushort number) => _history.MarkResent(number);

    /// <summary>Bytes of the padding packet that is to be sent now; 0 when none is.</summary>
    public int GetPaddingSize(long nowUs) => _isConnected ? _prober.GetPaddingSize(nowUs) : 0;

    /// <summary>Padding cannot be sent now.</summary>
    public void CancelProbe(long nowUs) => _prober.Abort(nowUs);

    /// <summary>Something is due.</summary>
    public void HandleDeadline(long nowUs)
    {
        if (!_isConnected)
            return;

        if (nowUs >= _overdueUs)
        {
            // Nothing comes back: either way may be broken (draft-ietf-rmcat-gcc-02 section 3 leaves this open).
            _overdueUs = nowUs + FeedbackTimeoutStepUs;
            _rate.OnCongestiveLoss(FeedbackTimeoutShare, nowUs);
            _rate.Clamp(_minBitrate, _maxBitrate);
        }

        _prober.HandleDeadline(Bitrate, _delay.IsQueueShort, _delay.NoiseUs, nowUs);
    }

    /// <summary>Takes feedback of the peer.</summary>
    public void OnFeedback(TransportCcView feedback, long nowUs)
    {
        long before = Bitrate;
        if (!TryRead(feedback, nowUs, out int received, out int lost))
        {
            UselessFeedback++;
            return;
        }

        _overdueUs = long.MaxValue;
        _lossAverage.Add(Math.Max(0, (double)lost / (received + Math.Max(0, lost))));
        _alr.Update(0, Bitrate, nowUs);
        UpdateByDelay(before, nowUs);
        UpdateByLoss(received, lost, nowUs);
        // The first probe finds out whether the bitrate to start with was too high.
        bool wasVerified = IsVerified;
        if (_prober.TryTakeResult(Bitrate, nowUs, out ProbeResult probe))
            _rate.OnProbe(probe, mayFall: !wasVerified, nowUs);

        _rate.Clamp(_minBitrate, _maxBitrate);
        _prober.OnEstimate(Bitrate, nowUs);
    }

    private bool TryRead(TransportCcView feedback, long nowUs, out int received, out int lost)
    {
        received = 0;
        lost = 0;
        if (feedback.StatusCount > SentPacketHistory.Capacity)
            return false;

        long arrivedAtUs = _clock.ToMicroseconds(feedback.ReferenceTime);
        long newest = _newestReported;
        while (feedback.MoveNext())
        {
            if (feedback.IsReceived)
                arrivedAtUs += feedback.Delta * TransportCcView.DeltaUnitUs;

            long number = _history.Unwrap(feedback.SequenceNumber);
            ref SentPacket packet = ref _history.Find(number, out bool isKnown);
            if (!isKnown || packet.IsAcknowledged)
                continue;

            bool wasReported = number <= _newestReported;
            newest = Math.Max(newest, number);
            if (!feedback.IsReceived)
            {
                lost += wasReported ? 0 : 1;
                continue;
            }

            received++;
            lost -= wasReported ? 1 : 0;
            OnArrival(ref packet, arrivedAtUs, nowUs);
        }

        _newestReported = newest;
        return received > 0 || lost > 0;
    }

    private void OnArrival(ref SentPacket packet, long arrivedAtUs, long nowUs)
    {
        packet.IsAcknowledged = true;
        _acknowledged.Add(packet.Size, arrivedAtUs);
        _delay.Add(packet, arrivedAtUs, nowUs);
        if (packet.IsResent)
            return;

        RoundTripUs += (long)(RoundTripWeight * (nowUs - packet.SentAtUs - RoundTripUs));
        if (packet.ProbeId != 0)
            _prober.OnReceived(packet, arrivedAtUs);
    }

    private void UpdateByDelay(long before, long nowUs)
    {
        long acknowledged = _acknowledged.Get();
        long squeezed = _delay.GetSqueezedBitrate(Bitrate);
        if (_delay.Usage == LinkUsage.Overuse || squeezed > 0)
        {
            long served = squeezed > 0 ? squeezed : _delay.GetServedBitrate();
            if (!_rate.OnOveruse(served > 0 ? served : acknowledged, QueueUs, RoundTripUs, nowUs))
                return;

            _prober.OnOveruse(before, Bitrate, nowUs);
        }
        else if (_delay.Usage == LinkUsage.Normal && !_loss.HoldsGrowth)
        {
            if (_delay.NoiseUs < MostNoiseUs)
                _rate.OnQueueSeen(_delay.GetDispersedBitrate(), nowUs);
            _rate.OnNormal(acknowledged, _delay.IsQueueShort, _alr.IsLimited, nowUs);
        }
    }

    private void UpdateByLoss(int received, int lost, long nowUs)
    {
        double share = _loss.Add(received, lost, nowUs);
        if (share < 1)
            _rate.OnCongestiveLoss(share, nowUs);
    }
}
