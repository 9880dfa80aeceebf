using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>Remembers when each burst was sent, by its RTP timestamp.</summary>
internal sealed class BurstClock(uint timestampStep)
{
    private const uint FirstTimestamp = 1_000_000;

    private readonly long[] _sentNs = new long[1 << 13];

    private bool _isMarked;

    /// <summary>The RTP timestamp of the first burst that was sent since <see cref="Mark"/>.</summary>
    public uint MarkedTimestamp { get; private set; } = FirstTimestamp;

    /// <summary>Nanoseconds of a clock that only goes forward.</summary>
    public static long NowNs() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public uint TimestampOf(long burst) => FirstTimestamp + (uint)((ulong)burst * timestampStep);

    public void Set(long burst, long nowNs)
    {
        _sentNs[burst & (_sentNs.Length - 1)] = nowNs;
        if (_isMarked)
            return;

        _isMarked = true;
        MarkedTimestamp = TimestampOf(burst);
    }

    /// <summary>The next burst is the one to count from.</summary>
    public void Mark() => _isMarked = false;

    public long SentAtNs(uint timestamp)
    {
        uint burst = (timestamp - FirstTimestamp) / timestampStep;
        return _sentNs[burst & (uint)(_sentNs.Length - 1)];
    }
}
