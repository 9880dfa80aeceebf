namespace Rtc.Congestion;

/// <summary>
/// How fast the bottleneck serves us while packets of ours wait in front of it: the dispersion of packets that were
/// queued back to back (packet pairs and trains: Dovrolis, Ramanathan, Moore, "What do packet dispersion techniques
/// measure?", 2001). Unlike the rate of what arrived it does not depend on how much was sent, so a pause before the
/// queue formed, or a key frame, does not make it lower than the link is.
/// </summary>
internal sealed class BottleneckRate
{
    private const int Length = 256;
    private const long WindowUs = 400_000;
    private const long RecentUs = 150_000;
    private const long NewestUs = 90_000;
    private const int LeastPairs = 6;
    private const int FewPairs = 4;
    private const long LeastSpanUs = 20_000;

    private readonly long[] _arrivedAtUs = new long[Length];
    private readonly int[] _gapUs = new int[Length];
    private readonly int[] _bytes = new int[Length];
    private readonly bool[] _isDispersed = new bool[Length];
    private int _next;

    private long _lastNumber;
    private long _lastSentAtUs;
    private long _lastArrivedAtUs;
    private long _lastQueueUs;
    private bool _lastWasPair;

    /// <summary>Takes the next packet that arrived.</summary>
    /// <param name="packet">What was sent.</param>
    /// <param name="arrivedAtUs">When it arrived, by the receiver's clock.</param>
    /// <param name="queueUs">How long it waited on its way.</param>
    /// <param name="leastQueueUs">What counts as waiting: more than jitter does.</param>
    public void Add(in SentPacket packet, long arrivedAtUs, long queueUs, long leastQueueUs)
    {
        // It waited behind the last one, if it was sent before that one had left, and the queue was one before it.
        long gapUs = arrivedAtUs - _lastArrivedAtUs;
        bool isPair = packet.Number == _lastNumber + 1 && gapUs is >= 0 and < 500_000
            && _lastQueueUs > leastQueueUs && queueUs >= gapUs;
        if (gapUs < 0 && _lastWasPair)
        {
            // The one before was overtaken: it did not wait in the queue.
            _next = (_next + Length - 1) % Length;
            _bytes[_next] = 0;
        }

        _lastWasPair = isPair;
        if (isPair)
        {
            _arrivedAtUs[_next] = arrivedAtUs;
            _gapUs[_next] = (int)gapUs;
            _bytes[_next] = packet.Size;
            _isDispersed[_next] = packet.SentAtUs - _lastSentAtUs < gapUs / 2;
            _next = (_next + 1) % Length;
        }

        _lastNumber = packet.Number;
        _lastSentAtUs = packet.SentAtUs;
        _lastArrivedAtUs = arrivedAtUs;
        _lastQueueUs = queueUs;
    }

    /// <summary>What the link serves now, bits a second; 0 while no queue was seen.</summary>
    /// <param name="prefersRecent">Whether the newest pairs alone tell, where there are enough.</param>
    public long GetServed(bool prefersRecent = true)
    {
        long recent = prefersRecent ? Get(RecentUs, onlyDispersed: false) : 0;
        return recent > 0 ? recent : Get(WindowUs, onlyDispersed: false);
    }

    /// <summary>
    /// The same by packets that left closer together than they arrived, so that nothing but the link held them.
    /// </summary>
    public long GetDispersed() => Get(WindowUs, onlyDispersed: true);

    /// <summary>The same by the newest of them.</summary>
    public long GetRecentDispersed() => Get(NewestUs, onlyDispersed: true, FewPairs);

    /// <summary>Forgets all: what was seen is of another time.</summary>
    public void Clear()
    {
        Array.Clear(_bytes);
        Array.Clear(_gapUs);
    }

    private long Get(long windowUs, bool onlyDispersed, int leastPairs = LeastPairs)
    {
        long bytes = 0, spanUs = 0;
        int pairs = 0;
        for (int i = 0; i < Length; i++)
        {
            if (_bytes[i] == 0 || _lastArrivedAtUs - _arrivedAtUs[i] > windowUs || (onlyDispersed && !_isDispersed[i]))
                continue;

            bytes += _bytes[i];
            spanUs += _gapUs[i];
            pairs++;
        }

        return pairs < leastPairs || spanUs < LeastSpanUs ? 0 : bytes * 8_000_000 / spanUs;
    }
}
