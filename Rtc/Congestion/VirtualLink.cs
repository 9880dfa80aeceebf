namespace Rtc.Congestion;

/// <summary>
/// The queue that our own packets would form in front of a link that carries exactly the estimate: a leaky bucket.
/// Video comes in bursts, a key frame in one of many packets; a queue that this explains is no sign of congestion.
/// </summary>
internal struct VirtualLink
{
    /// <summary>More than that is not excused, in microseconds.</summary>
    public const int MaxQueueUs = 250_000;

    private double _queueUs;
    private long _atUs;

    /// <summary>Puts a packet in and returns how long it waits before it is served, in microseconds.</summary>
    public int Add(int size, long bitrate, long nowUs)
    {
        int waitUs = GetQueueUs(nowUs);
        _queueUs = Math.Min(MaxQueueUs, Math.Max(0, _queueUs - (nowUs - _atUs)) + (size * 8_000_000.0 / bitrate));
        _atUs = nowUs;
        return waitUs;
    }

    /// <summary>How long a packet would wait that comes now, in microseconds.</summary>
    public readonly int GetQueueUs(long nowUs) => (int)Math.Max(0, _queueUs - (nowUs - _atUs));
}
