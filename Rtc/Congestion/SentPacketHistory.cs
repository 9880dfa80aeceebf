namespace Rtc.Congestion;

/// <summary>What is known of a packet that was sent under a transport-wide number.</summary>
internal struct SentPacket
{
    /// <summary>The number, unwrapped; 0 is nobody's.</summary>
    public long Number;

    /// <summary>When it was sent, in our monotonic microseconds.</summary>
    public long SentAtUs;

    /// <summary>How long it would have waited in front of a link of the estimated bitrate, in microseconds.</summary>
    public int OwnQueueUs;

    /// <summary>How long its bytes take on a link of the estimated bitrate, in microseconds.</summary>
    public int SerializationUs;

    /// <summary>Bytes of the datagram.</summary>
    public int Size;

    /// <summary>Which probe it belongs to; 0 for none.</summary>
    public int ProbeId;

    /// <summary>Bytes of that probe that were sent before it.</summary>
    public int ProbeOffset;

    /// <summary>Whether feedback said that it arrived.</summary>
    public bool IsAcknowledged;

    /// <summary>Whether it was sent again under the same number, so that its arrival tells nothing of the path.</summary>
    public bool IsResent;
}

/// <summary>
/// The packets that were sent, by transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01
/// section 2). Numbers begin with 1 and wrap at 16 bits. Bounded: a ring of the newest, as large as the bitrate needs.
/// </summary>
internal sealed class SentPacketHistory
{
    /// <summary>How many packets are remembered: more than four seconds of 20 Mbit/s.</summary>
    public const int Capacity = 8192;

    /// <summary>How long a packet is remembered at least, up to <see cref="Capacity"/>, in microseconds.</summary>
    public const long RememberedUs = 4_000_000;

    private const int InitialCapacity = 256;

    // A power of two long.
    private SentPacket[] _ring = new SentPacket[InitialCapacity];

    /// <summary>The newest number, unwrapped; 0 before the first.</summary>
    public long Newest { get; private set; }

    /// <summary>The number that the next packet gets.</summary>
    public ushort NextNumber => (ushort)(Newest + 1);

    /// <summary>Remembers the packet that got <see cref="NextNumber"/>.</summary>
    public void Add(in SentPacket packet)
    {
        Newest++;
        ref SentPacket slot = ref SlotOf(Newest);
        if (slot.Number > 0 && packet.SentAtUs - slot.SentAtUs < RememberedUs && _ring.Length < Capacity)
        {
            Grow();
            slot = ref SlotOf(Newest);
        }

        slot = packet;
        slot.Number = Newest;
    }

    /// <summary>The number that feedback means by its lower 16 bits: the newest one that was sent.</summary>
    /// <returns>0 when no such number was sent.</returns>
    public long Unwrap(ushort number)
    {
        long unwrapped = Newest - (ushort)(Newest - number);
        return Math.Max(0, unwrapped);
    }

    /// <summary>Finds a packet by its unwrapped number; its slot counts while <paramref name="isKnown"/>.</summary>
    public ref SentPacket Find(long number, out bool isKnown)
    {
        ref SentPacket packet = ref SlotOf(number);
        isKnown = number > 0 && packet.Number == number;
        return ref packet;
    }

    /// <summary>A packet went out once more under its number.</summary>
    public void MarkResent(ushort number)
    {
        ref SentPacket packet = ref Find(Unwrap(number), out bool isKnown);
        if (isKnown)
            packet.IsResent = true;
    }

    private ref SentPacket SlotOf(long number) => ref _ring[number & (_ring.Length - 1)];

    private void Grow()
    {
        SentPacket[] smaller = _ring;
        _ring = new SentPacket[smaller.Length * 2];
        foreach (ref SentPacket packet in smaller.AsSpan())
            SlotOf(packet.Number) = packet;
    }
}
