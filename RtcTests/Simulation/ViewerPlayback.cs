namespace RtcTests.Simulation;

/// <summary>
/// What a viewer can show, packet by packet as it comes: a frame counts once it is whole and everything that it is
/// built on was shown.
/// </summary>
internal sealed class ViewerPlayback
{
    private readonly Dictionary<uint, int> _arrivedPackets = [];
    private readonly HashSet<uint> _decoded = [];
    private readonly List<SimulatedFrame> _waiting = [];
    private long _newestCapturedUs = long.MinValue;

    /// <summary>When pictures were shown, in microseconds: those that came behind newer ones were not.</summary>
    public List<long> ShownAtUs { get; } = [];

    /// <summary>When frames could be decoded, in microseconds.</summary>
    public List<long> DecodedAtUs { get; } = [];

    /// <summary>When the last one could, in microseconds; 0 before the first.</summary>
    public long LastUs => DecodedAtUs.Count == 0 ? 0 : DecodedAtUs[^1];

    /// <summary>A packet of a frame has arrived, for the first time.</summary>
    public void Receive(SimulatedFrame frame, long nowUs)
    {
        int packets = _arrivedPackets.GetValueOrDefault(frame.Id) + 1;
        _arrivedPackets[frame.Id] = packets;
        if (packets < frame.Packets)
            return;

        _waiting.Add(frame);
        while (_waiting.FindIndex(one => Array.TrueForAll(one.Dependencies, _decoded.Contains)) is >= 0 and int index)
        {
            SimulatedFrame decoded = _waiting[index];
            _decoded.Add(decoded.Id);
            _waiting.RemoveAt(index);
            DecodedAtUs.Add(nowUs);
            if (decoded.CapturedAtUs > _newestCapturedUs)
            {
                _newestCapturedUs = decoded.CapturedAtUs;
                ShownAtUs.Add(nowUs);
            }
        }

        _waiting.RemoveAll(one => one.CapturedAtUs < frame.CapturedAtUs - 5_000_000);
    }

    /// <summary>
    /// How long the picture stood still between two moments, in microseconds, as browsers count it: of the times
    /// between two pictures those of more than three times the average of the last 30, and 150 ms more than it.
    /// </summary>
    public long FrozenUs(long fromUs, long toUs)
    {
        const int Window = 30;
        const long LeastExcessUs = 150_000;

        var recent = new Queue<long>();
        long frozenUs = 0;
        long lastUs = 0;
        foreach (long atUs in ShownAtUs)
        {
            long gapUs = atUs - lastUs;
            if (lastUs > 0 && recent.Count > 0 && atUs > fromUs && atUs <= toUs)
            {
                double average = recent.Average();
                if (gapUs > Math.Max(3 * average, average + LeastExcessUs))
                    frozenUs += gapUs;
            }

            if (lastUs > 0)
                recent.Enqueue(gapUs);
            if (recent.Count > Window)
                recent.Dequeue();
            lastUs = atUs;
        }

        return frozenUs;
    }

    /// <summary>The longest time without a frame between two moments, in microseconds.</summary>
    public long LongestFreezeUs(long fromUs, long toUs)
    {
        long longest = 0;
        long lastUs = fromUs;
        foreach (long atUs in DecodedAtUs)
        {
            if (atUs < fromUs || atUs > toUs)
                continue;

            longest = Math.Max(longest, atUs - lastUs);
            lastUs = atUs;
        }

        return Math.Max(longest, toUs - lastUs);
    }
}
