namespace Rtc.Routing.Forwarding;

/// <summary>
/// Which spatial layers of a stream arrive. An encoder that runs short of bitrate leaves the highest out and takes them
/// up again, without a word.
/// </summary>
internal sealed class LayerActivity(int spatialLayers)
{
    /// <summary>How long a layer may be silent, in microseconds.</summary>
    public const long TimeoutUs = 1_500_000;

    private readonly long[] _seenAtUs = NeverSeen(spatialLayers);
    private int _active;

    /// <summary>Whether a layer arrives.</summary>
    public bool IsActive(int spatialLayer, long nowUs) => nowUs - _seenAtUs[spatialLayer] < TimeoutUs;

    /// <summary>Nothing is known of a layer any more but whether it arrived lately.</summary>
    public void Reset(int spatialLayer, bool arrives, long nowUs) =>
        _seenAtUs[spatialLayer] = arrives ? nowUs : long.MinValue / 2;

    /// <summary>A packet arrived. True when other layers arrive than before.</summary>
    public bool Note(int spatialLayer, long nowUs)
    {
        if (spatialLayer < _seenAtUs.Length)
            _seenAtUs[spatialLayer] = nowUs;

        int active = 0;
        for (int i = 0; i < _seenAtUs.Length; i++)
            active |= IsActive(i, nowUs) ? 1 << i : 0;

        bool isChanged = active != _active;
        _active = active;
        return isChanged;
    }

    private static long[] NeverSeen(int count)
    {
        long[] times = new long[count];
        Array.Fill(times, long.MinValue / 2);
        return times;
    }
}
