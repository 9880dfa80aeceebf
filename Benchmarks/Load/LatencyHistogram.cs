namespace Benchmarks.Load;

/// <summary>Counts latencies in buckets of 10 microseconds up to two seconds; what is longer counts as that.</summary>
internal sealed class LatencyHistogram
{
    private const int BucketUs = 10;
    private readonly long[] _buckets = new long[200_000];

    public long Count { get; private set; }

    public void Add(long latencyUs)
    {
        _buckets[Math.Clamp(latencyUs / BucketUs, 0, _buckets.Length - 1)]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Count = 0;
    }

    /// <summary>The latency in microseconds that this share (0 to 1) of all stays below; 0 when nothing was counted.</summary>
    public long Quantile(double share)
    {
        long wanted = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= wanted && seen > 0)
                return (i + 1) * BucketUs;
        }

        return 0;
    }
}
