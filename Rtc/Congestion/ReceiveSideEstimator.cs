namespace Rtc.Congestion;

/// <summary>
/// How much the link from a peer carries, by the absolute send times in its packets: for peers that take our estimate
/// (REMB, draft-alvestrand-rmcat-remb-03) and do not make their own (the receiver side of draft-ietf-rmcat-gcc-02).
/// Loss is the sender's to weigh in, it learns of it by receiver reports.
/// </summary>
internal sealed class ReceiveSideEstimator
{
    /// <summary>Bits a second before anything is known.</summary>
    public const long StartBitrate = 300_000;

    /// <summary>The estimate is never lower.</summary>
    public const long LeastBitrate = 10_000;

    // The sender decides how much of it to use, so there has to be room to grow.
    private const double Headroom = 1.5;
    private const long RoundTripUs = 200_000;
    private const long UpdateUs = 50_000;

    // Send times wrap every 64 s and tell which packet is older for half of that.
    private const long LongSilenceUs = 20_000_000;

    private readonly DelayMonitor _delay = new();
    private readonly AcknowledgedBitrate _received = new();
    private readonly RateControl _rate = new(StartBitrate, Headroom);
    private bool _hasAny;
    private bool _wasOverused;
    private uint _lastSendTime;
    private long _sentAtUs;
    private long _arrivedAtUs;
    private long _packets;
    private long _updatedAtUs;

    /// <summary>Bits a second.</summary>
    public long Bitrate => _rate.Bitrate;

    /// <summary>A packet arrived.</summary>
    /// <param name="absSendTime">24 bits, seconds in 6.18 fixed point, which wrap every 64 s.</param>
    /// <param name="size">Bytes of the packet.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnPacket(uint absSendTime, int size, long nowUs)
    {
        // After a long silence the clocks are as good as set anew: that much delay is no queue, and all is forgotten.
        bool isComparable = _hasAny && nowUs - _arrivedAtUs < LongSilenceUs;
        int elapsed = isComparable ? (int)((absSendTime - _lastSendTime) << 8) >> 8 : 0;
        _arrivedAtUs = nowUs;
        _received.Add(size, nowUs);
        if (elapsed < 0)
            return;

        _hasAny = true;
        _lastSendTime = absSendTime;
        _sentAtUs += (elapsed * 1_000_000L) >> 18;
        _delay.Add(new SentPacket { Number = ++_packets, SentAtUs = _sentAtUs, Size = size }, nowUs, nowUs);
        if (nowUs - _updatedAtUs >= UpdateUs)
            Update(nowUs);
    }

    private void Update(long nowUs)
    {
        _updatedAtUs = nowUs;
        long received = _received.Get();
        if (_delay.Usage == LinkUsage.Overuse)
            _rate.OnOveruse(received, _delay.QueueUs, RoundTripUs, nowUs);
        else if (_delay.Usage == LinkUsage.Normal)
            _rate.OnNormal(received, _delay.IsQueueShort, isLimited: false, nowUs);

        // Until the link was too slow for the first time it carries at least what comes.
        _wasOverused |= _delay.Usage == LinkUsage.Overuse;
        _rate.Clamp(_wasOverused ? LeastBitrate : Math.Max(LeastBitrate, received), long.MaxValue / 4);
    }
}
