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
            _decoded.Add(_waiting[index].Id);
            _waiting.RemoveAt(index);
            DecodedAtUs.Add(nowUs);
        }

        _waiting.RemoveAll(one => one.CapturedAtUs < frame.CapturedAtUs - 5_000_000);
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
