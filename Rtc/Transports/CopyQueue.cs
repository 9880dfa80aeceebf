using Rtc.Routing;

namespace Rtc.Transports;

/// <summary>
/// Packets that are to be sent once more, or more often, before anybody asks. A copy waits a little, so that what takes
/// the packet does not take its copy too, and not for long, for then a retransmission is as fast. The urgent ones go
/// first. Bounded: what finds it full gets no copy.
/// </summary>
/// <param name="counters">Where copies are counted that are dropped.</param>
internal sealed class CopyQueue(TransportCounters counters)
{
    /// <summary>How long a copy waits behind its packet, or behind the copy before, in microseconds.</summary>
    public const long SpacingUs = 10_000;

    /// <summary>How long it waits at most until there is room for it, in microseconds.</summary>
    public const long MostWaitUs = 120_000;

    private readonly Ring[] _rings = [new(counters), new(counters), new(counters)];

    /// <summary>When the next copy is due, in monotonic microseconds; long.MaxValue for never.</summary>
    /// <param name="from">The most urgent that counts.</param>
    /// <param name="to">The least urgent that counts.</param>
    public long GetDueUs(CopyUrgency from, CopyUrgency to)
    {
        long dueUs = long.MaxValue;
        for (CopyUrgency urgency = from; urgency <= to; urgency++)
            dueUs = Math.Min(dueUs, _rings[(int)urgency].DueUs);

        return dueUs;
    }

    /// <summary>Takes in a packet that has just been sent.</summary>
    /// <param name="consumer">Who sent it.</param>
    /// <param name="ssrc">The SSRC that it left with, of media or of retransmissions.</param>
    /// <param name="sequenceNumber">The number of the media packet.</param>
    /// <param name="copies">How many copies to send.</param>
    /// <param name="urgency">Before which others they go.</param>
    /// <param name="nowUs">Now.</param>
    public void Add(
        Consumer consumer, uint ssrc, ushort sequenceNumber, int copies, CopyUrgency urgency, long nowUs) =>
        _rings[(int)urgency].Add(new Entry
        {
            Consumer = consumer,
            Ssrc = ssrc,
            SequenceNumber = sequenceNumber,
            Copies = copies,
            DueUs = nowUs + SpacingUs,
        });

    /// <summary>The next copy that is due.</summary>
    /// <param name="least">The least urgent that may be taken.</param>
    /// <param name="nowUs">Now.</param>
    /// <param name="consumer">Who sends it.</param>
    /// <param name="ssrc">The SSRC that its packet left with.</param>
    /// <param name="sequenceNumber">The number of the media packet.</param>
    public bool TryTake(
        CopyUrgency least, long nowUs, out Consumer consumer, out uint ssrc, out ushort sequenceNumber)
    {
        for (CopyUrgency urgency = CopyUrgency.Asked; urgency <= least; urgency++)
        {
            if (!_rings[(int)urgency].TryTake(nowUs, out Entry entry))
                continue;

            (consumer, ssrc, sequenceNumber) = (entry.Consumer, entry.Ssrc, entry.SequenceNumber);
            return true;
        }

        (consumer, ssrc, sequenceNumber) = (null!, 0, 0);
        return false;
    }

    /// <summary>Forgets what has waited for too long, so that nobody wakes for it.</summary>
    public void DropStale(long nowUs)
    {
        foreach (Ring ring in _rings)
            ring.DropStale(nowUs);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (Ring ring in _rings)
            ring.Clear();
    }

    private struct Entry
    {
        public Consumer Consumer;
        public uint Ssrc;
        public ushort SequenceNumber;
        public int Copies;
        public long DueUs;
    }

    /// <summary>In the order in which they are due: all wait equally long.</summary>
    private sealed class Ring(TransportCounters counters)
    {
        // A power of two.
        private const int Capacity = 256;

        private Entry[] _entries = [];
        private int _head;
        private int _count;

        public long DueUs => _count == 0 ? long.MaxValue : _entries[_head].DueUs;

        public void Add(in Entry entry)
        {
            if (_count == Capacity)
            {
                counters.DroppedCopies += entry.Copies;
                return;
            }

            if (_entries.Length == 0)
                _entries = new Entry[Capacity];

            _entries[(_head + _count) & (Capacity - 1)] = entry;
            _count++;
        }

        public bool TryTake(long nowUs, out Entry entry)
        {
            DropStale(nowUs);
            if (DueUs > nowUs)
            {
                entry = default;
                return false;
            }

            entry = _entries[_head];
            RemoveFirst();
            if (entry.Copies > 1)
                Add(entry with { Copies = entry.Copies - 1, DueUs = nowUs + SpacingUs });
            return true;
        }

        public void DropStale(long nowUs)
        {
            while (_count > 0 && nowUs - DueUs > MostWaitUs)
            {
                counters.DroppedCopies += _entries[_head].Copies;
                RemoveFirst();
            }
        }

        public void Clear()
        {
            while (_count > 0)
                RemoveFirst();
        }

        private void RemoveFirst()
        {
            _entries[_head] = default;
            _head = (_head + 1) & (Capacity - 1);
            _count--;
        }
    }
}
