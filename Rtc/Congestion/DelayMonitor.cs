namespace Rtc.Congestion;

/// <summary>
/// Watches the queue in front of the bottleneck by the one-way delay of the packets that arrived. The first packet of
/// each group stands for it: the others waited behind their own kind, which says nothing of the link. What our own
/// burst explains (<see cref="VirtualLink"/>) is taken off before the trend is taken.
/// </summary>
internal sealed class DelayMonitor
{
    /// <summary>Packets sent within so many microseconds are one group (draft-ietf-rmcat-gcc-02 section 5.2).</summary>
    public const long GroupUs = 5_000;

    /// <summary>A queue that leaves room to send more, in microseconds.</summary>
    public const long ShortQueueUs = 50_000;

    /// <summary>A queue that is too long even when it does not grow, because it is full, in microseconds.</summary>
    public const long LongQueueUs = 200_000;

    // Growth of a queue that short is jitter.
    private const long LeastQueueUs = 20_000;
    private const long LeastPairQueueUs = 12_000;
    private const long NoiseFactor = 2;
    private const long MostNoiseUs = 40_000;
    // Where delays differ by more, few gaps between packets say little.
    private const long MostNoiseForRecentUs = 8_000;
    private const int NoiseMemory = 32;
    private const long SqueezedQueueUs = 40_000;
    private const long SqueezedNoise = 6;
    private const double SqueezedShare = 0.6;
    private const long LongQueueLastsUs = 400_000;
    private const int LongQueuesToForget = 6;
    private const double StillLong = 0.9;
    private const long ImpossibleUs = 10_000_000;

    private readonly TrendlineFilter _trendline = new();
    private readonly OveruseDetector _detector = new();
    private readonly BottleneckRate _bottleneck = new();
    private BaseDelay _base;
    private PathStep _step;
    private long _groupSentAtUs = long.MinValue / 2;
    private long _newest;
    private long _unexplainedUs;
    private long _lastStepUs;
    private long _firstLongQueueUs;
    private long _longSinceUs = long.MaxValue;
    private int _longQueues;

    /// <summary>How the link is used.</summary>
    public LinkUsage Usage { get; private set; }

    /// <summary>How long the newest group waited, in microseconds.</summary>
    public long QueueUs { get; private set; }

    /// <summary>How much delays differ without a reason, in microseconds.</summary>
    public long NoiseUs { get; private set; }

    /// <summary>Whether there is room to send more.</summary>
    public bool IsQueueShort => QueueUs < ShortQueueUs + NoiseUs;

    /// <summary>Bits a second that the link carries of ours; 0 while no queue was seen.</summary>
    public long GetServedBitrate() => _bottleneck.GetServed(prefersRecent: NoiseUs < MostNoiseForRecentUs);

    /// <summary>The same by packets that left closer together than they arrived, so that only the link held them.</summary>
    public long GetDispersedBitrate() => _bottleneck.GetDispersed();

    /// <summary>
    /// What the link carries when that is suddenly far less than so much, by a burst that it took apart while a queue
    /// formed; 0 when it is not. A trend would take longer to tell.
    /// </summary>
    /// <param name="bitrate">Bits a second.</param>
    public long GetSqueezedBitrate(long bitrate)
    {
        if (NoiseUs > MostNoiseForRecentUs || _unexplainedUs < Math.Max(SqueezedQueueUs, NoiseUs * SqueezedNoise))
            return 0;

        long recent = _bottleneck.GetRecentDispersed();
        return recent < bitrate * SqueezedShare ? recent : 0;
    }

    /// <summary>Takes a packet that arrived; packets come in the order in which they were sent.</summary>
    /// <param name="packet">What was sent.</param>
    /// <param name="arrivedAtUs">When it arrived, by the receiver's clock.</param>
    /// <param name="nowUs">Now.</param>
    public void Add(in SentPacket packet, long arrivedAtUs, long nowUs)
    {
        // One that comes late, or was sent twice, says nothing of the queue now.
        if (packet.Number <= _newest || packet.IsResent)
            return;

        _newest = packet.Number;
        long delayUs = arrivedAtUs - packet.SentAtUs - packet.SerializationUs;
        long queueUs = _base.GetQueueUs(delayUs, nowUs);
        if (queueUs > ImpossibleUs)
        {
            // The receiver's clock was set.
            Forget(delayUs, nowUs);
            return;
        }

        _bottleneck.Add(packet, arrivedAtUs, queueUs, Math.Max(LeastPairQueueUs, NoiseUs * NoiseFactor));
        if (packet.SentAtUs - _groupSentAtUs <= GroupUs)
            return;

        _groupSentAtUs = packet.SentAtUs;
        MeasureNoise(queueUs - packet.OwnQueueUs);
        long stepUs = _step.Update(delayUs - packet.OwnQueueUs, NoiseUs);
        if (stepUs > 0)
        {
            _base.Raise(stepUs);
            queueUs = Math.Max(0, queueUs - stepUs);
            _unexplainedUs -= stepUs;
            _trendline.Clear();
            _bottleneck.Clear();
        }

        QueueUs = queueUs;
        _trendline.Add(arrivedAtUs, queueUs - packet.OwnQueueUs);
        Usage = _detector.Update(_trendline.Slope, arrivedAtUs);
        bool isJitter = queueUs - packet.OwnQueueUs < Math.Max(LeastQueueUs, NoiseUs * NoiseFactor);
        if (Usage == LinkUsage.Overuse && (isJitter || _step.IsOpen))
            Usage = LinkUsage.Normal;

        WatchLongQueue(queueUs - packet.OwnQueueUs, delayUs, nowUs);
    }

    // Second differences: a queue that grows or drains steadily is no noise, and neither is one of our own bursts.
    private void MeasureNoise(long queueUs)
    {
        long stepUs = queueUs - _unexplainedUs;
        _unexplainedUs = queueUs;
        long noiseUs = Math.Min(Math.Abs(stepUs - _lastStepUs), MostNoiseUs);
        _lastStepUs = stepUs;
        NoiseUs += (noiseUs - NoiseUs) / NoiseMemory;
    }

    // A queue that is full does not grow. If lowering the rate does not help either, it is no queue: the path is longer.
    private void WatchLongQueue(long queueUs, long delayUs, long nowUs)
    {
        if (queueUs < LongQueueUs || Usage == LinkUsage.Underuse)
        {
            _longSinceUs = long.MaxValue;
            _longQueues = queueUs < LongQueueUs ? 0 : _longQueues;
            return;
        }

        if (_longSinceUs == long.MaxValue)
            _longSinceUs = nowUs;
        if (nowUs - _longSinceUs < LongQueueLastsUs)
            return;

        Usage = LinkUsage.Overuse;
        _longSinceUs = nowUs;
        if (_longQueues++ == 0)
            _firstLongQueueUs = queueUs;
        else if (_longQueues >= LongQueuesToForget && queueUs > _firstLongQueueUs * StillLong)
            Forget(delayUs, nowUs);
    }

    private void Forget(long delayUs, long nowUs)
    {
        _base.Reset(delayUs, nowUs);
        _trendline.Clear();
        _bottleneck.Clear();
        _step.Clear();
        _longQueues = 0;
        _longSinceUs = long.MaxValue;
        QueueUs = 0;
        Usage = LinkUsage.Normal;
    }
}
