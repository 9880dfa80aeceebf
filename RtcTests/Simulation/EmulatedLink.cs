namespace RtcTests.Simulation;

/// <summary>How one direction of a network behaves. All zero is a perfect network.</summary>
public sealed record EmulatedLinkOptions
{
    /// <summary>One-way delay in microseconds.</summary>
    public long DelayUs { get; init; }

    /// <summary>Up to so many microseconds are added to the delay, evenly distributed; order is kept.</summary>
    public long JitterUs { get; init; }

    /// <summary>Probability that a datagram is lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a burst of loss begins with a datagram (Gilbert's model).</summary>
    public double BurstStart { get; init; }

    /// <summary>Probability that a burst ends with a datagram; everything inside a burst is lost.</summary>
    public double BurstEnd { get; init; } = 1;

    /// <summary>Probability that a datagram is overtaken by those behind it.</summary>
    public double Reorder { get; init; }

    /// <summary>How many microseconds later an overtaken datagram arrives.</summary>
    public long ReorderDelayUs { get; init; } = 20_000;

    /// <summary>Probability that a datagram arrives twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Bits per second that the link carries, headers not counted; 0 for any.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>How many bytes wait before a link with a rate drops what comes behind.</summary>
    public int QueueBytes { get; init; } = 256 * 1024;
}

/// <summary>
/// One direction of a network on a virtual clock: datagrams go in at a time, and come out at another, or twice, or
/// never, as its seed has it. Two of them make a path.
/// </summary>
public sealed class EmulatedLink(EmulatedLinkOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<byte[], (long DueUs, long Order)> _underWay = new();
    private readonly Queue<(long LeavesUs, int Length)> _waiting = new();
    private long _order;
    private long _lastDueUs;
    private long _freeUs;
    private int _waitingBytes;
    private bool _isInBurst;

    /// <summary>How it behaves; may be changed while datagrams are under way.</summary>
    public EmulatedLinkOptions Options { get; set; } = options;

    /// <summary>When the next datagram arrives, in microseconds; long.MaxValue when none is under way.</summary>
    public long NextUs =>
        _underWay.TryPeek(out _, out (long DueUs, long Order) first) ? first.DueUs : long.MaxValue;

    /// <summary>How many datagrams went in.</summary>
    public long Sent { get; private set; }

    /// <summary>How many were lost on the way.</summary>
    public long Lost { get; private set; }

    /// <summary>How many found the queue before the link full.</summary>
    public long Overflowed { get; private set; }

    /// <summary>How many were overtaken by those behind them.</summary>
    public long Reordered { get; private set; }

    /// <summary>How many came out, duplicates included.</summary>
    public long Delivered { get; private set; }

    /// <summary>Bytes that wait before the link now.</summary>
    public int QueuedBytes(long nowUs)
    {
        while (_waiting.TryPeek(out (long LeavesUs, int Length) first) && first.LeavesUs <= nowUs)
        {
            _waitingBytes -= _waiting.Dequeue().Length;
        }

        return _waitingBytes;
    }

    /// <summary>Sends a copy of a datagram.</summary>
    public void Send(ReadOnlySpan<byte> datagram, long nowUs)
    {
        Sent++;
        if (!TryLeave(datagram.Length, nowUs, out long leavesUs))
        {
            Overflowed++;
            return;
        }

        if (IsLost())
        {
            Lost++;
            return;
        }

        Deliver(datagram, leavesUs);
        if (Chance(Options.Duplicate))
        {
            Deliver(datagram, leavesUs);
        }
    }

    /// <summary>The next datagram that has arrived at <paramref name="nowUs"/>.</summary>
    public bool TryReceive(long nowUs, out byte[] datagram)
    {
        datagram = [];
        if (NextUs > nowUs)
        {
            return false;
        }

        datagram = _underWay.Dequeue();
        Delivered++;
        return true;
    }

    private bool TryLeave(int length, long nowUs, out long leavesUs)
    {
        leavesUs = nowUs;
        if (Options.BitsPerSecond == 0)
        {
            return true;
        }

        if (QueuedBytes(nowUs) + length > Options.QueueBytes)
        {
            return false;
        }

        _freeUs = Math.Max(_freeUs, nowUs) + (length * 8_000_000L / Options.BitsPerSecond);
        leavesUs = _freeUs;
        _waiting.Enqueue((leavesUs, length));
        _waitingBytes += length;
        return true;
    }

    private void Deliver(ReadOnlySpan<byte> datagram, long leavesUs)
    {
        long dueUs = leavesUs + Options.DelayUs;
        if (Options.JitterUs > 0)
        {
            dueUs += _random.NextInt64(Options.JitterUs);
        }

        if (Chance(Options.Reorder))
        {
            dueUs += Options.ReorderDelayUs;
            Reordered++;
        }
        else
        {
            dueUs = Math.Max(dueUs, _lastDueUs);
            _lastDueUs = dueUs;
        }

        _underWay.Enqueue(datagram.ToArray(), (dueUs, _order++));
    }

    private bool IsLost()
    {
        _isInBurst = _isInBurst ? !Chance(Options.BurstEnd) : Chance(Options.BurstStart);
        return _isInBurst || Chance(Options.Loss);
    }

    // Draws even where nothing can happen: changing one option does not change what the others do.
    private bool Chance(double probability) => _random.NextDouble() < probability;
}
