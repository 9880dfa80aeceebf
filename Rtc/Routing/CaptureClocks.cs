using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// The capture clocks of the senders behind one transport, by CNAME, for as long as one has producers.
/// </summary>
public sealed class CaptureClocks
{
    private readonly Dictionary<string, Entry> _entries = [];

    internal CaptureClock Acquire(string cname, bool hasCaptureTime)
    {
        if (!_entries.TryGetValue(cname, out Entry? entry))
            _entries.Add(cname, entry = new Entry());

        entry.Producers++;
        entry.Clock.AddProducer(hasCaptureTime);
        return entry.Clock;
    }

    internal void Release(string cname)
    {
        if (--_entries[cname].Producers == 0)
            _entries.Remove(cname);
    }

    private sealed class Entry
    {
        public CaptureClock Clock { get; } = new();

        public int Producers { get; set; }
    }
}
