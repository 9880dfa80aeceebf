using Rtc.Buffers;
using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Packets that came before the key frame that they may belong to, ascending by sequence number. At most 30: the oldest
/// make room.
/// </summary>
internal sealed class HeldPackets
{
    public const int Capacity = 30;

    // Made when something has to wait, which is when a stream begins, and given away when nothing does any more.
    private RtpPacket[] _packets = [];

    public int Count { get; private set; }

    public RtpPacket this[int index] => _packets[index];

    /// <summary>Keeps a packet and takes a reference to it; one of a number that is held already is not kept.</summary>
    public void Add(RtpPacket packet)
    {
        if (_packets.Length == 0)
            _packets = new RtpPacket[Capacity + 1];

        int index = Count;
        while (index > 0 && SequenceNumbers.IsNewer(_packets[index - 1].SequenceNumber, packet.SequenceNumber))
            index--;

        if (index > 0 && _packets[index - 1].SequenceNumber == packet.SequenceNumber)
            return;

        Array.Copy(_packets, index, _packets, index + 1, Count - index);
        _packets[index] = packet;
        packet.AddReference(BufferPurpose.KeyFrameWait);
        if (++Count > Capacity)
            RemoveOldest();
    }

    /// <summary>Gives all references back.</summary>
    public void Clear()
    {
        while (Count > 0)
            _packets[--Count].Release(BufferPurpose.KeyFrameWait);

        _packets = [];
    }

    private void RemoveOldest()
    {
        _packets[0].Release(BufferPurpose.KeyFrameWait);
        Array.Copy(_packets, 1, _packets, 0, --Count);
        _packets[Count] = null!;
    }
}
