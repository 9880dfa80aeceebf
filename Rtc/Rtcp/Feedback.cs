using System.Buffers.Binary;
using System.Numerics;

namespace Rtc.Rtcp;

/// <summary>What every feedback packet starts with (RFC 4585 section 6.1).</summary>
/// <param name="SenderSsrc">Who sent it.</param>
/// <param name="MediaSsrc">The stream that it is about; 0 where the kind names streams elsewhere.</param>
public readonly record struct FeedbackHeader(uint SenderSsrc, uint MediaSsrc)
{
    internal static FeedbackHeader Read(ReadOnlySpan<byte> packet) => new(
        BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(packet[8..]));
}

/// <summary>Up to 17 lost packets (RFC 4585 section 6.2.1).</summary>
/// <param name="PacketId">The first sequence number.</param>
/// <param name="Bitmask">Bit i (lowest is 0): number PacketId + 1 + i is lost too.</param>
public readonly record struct NackItem(ushort PacketId, ushort Bitmask)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 4;

    /// <summary>How many packets it names.</summary>
    public int PacketCount => 1 + BitOperations.PopCount(Bitmask);

    /// <summary>
    /// Packs lost sequence numbers, in ascending order (across the wrap), into as few items as can be, and returns how
    /// many it made.
    /// </summary>
    /// <param name="lost">The sequence numbers.</param>
    /// <param name="items">Room for one item a number.</param>
    public static int Pack(ReadOnlySpan<ushort> lost, Span<NackItem> items)
    {
        int count = 0;
        for (int i = 0; i < lost.Length; count++)
        {
            ushort first = lost[i++];
            ushort mask = 0;
            while (i < lost.Length && (ushort)(lost[i] - first) is > 0 and <= 16)
                mask |= (ushort)(1 << ((ushort)(lost[i++] - first) - 1));

            items[count] = new NackItem(first, mask);
        }

        return count;
    }
}

/// <summary>A generic NACK in somebody else's memory.</summary>
public readonly ref struct NackView
{
    private readonly ReadOnlySpan<byte> _packet;

    internal NackView(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>Who sent it, about which stream.</summary>
    public FeedbackHeader Header => FeedbackHeader.Read(_packet);

    /// <summary>How many items there are.</summary>
    public int Count => (_packet.Length - RtcpPacketRules.FeedbackHeaderLength) / NackItem.Length;

    /// <summary>The item at an index.</summary>
    public NackItem this[int index]
    {
        get
        {
            ReadOnlySpan<byte> item = _packet[(RtcpPacketRules.FeedbackHeaderLength + (index * NackItem.Length))..];
            return new NackItem(
                BinaryPrimitives.ReadUInt16BigEndian(item), BinaryPrimitives.ReadUInt16BigEndian(item[2..]));
        }
    }
}

/// <summary>A stream of which a key frame is asked (RFC 5104 section 4.3.1).</summary>
/// <param name="Ssrc">The stream.</param>
/// <param name="SequenceNumber">Counts new requests; a repeated request repeats it.</param>
public readonly record struct FirItem(uint Ssrc, byte SequenceNumber)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 8;
}

/// <summary>A full intra request in somebody else's memory.</summary>
public readonly ref struct FirView
{
    private readonly ReadOnlySpan<byte> _packet;

    internal FirView(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>Who sent it. The streams stand in the items.</summary>
    public FeedbackHeader Header => FeedbackHeader.Read(_packet);

    /// <summary>How many items there are.</summary>
    public int Count => (_packet.Length - RtcpPacketRules.FeedbackHeaderLength) / FirItem.Length;

    /// <summary>The item at an index.</summary>
    public FirItem this[int index]
    {
        get
        {
            ReadOnlySpan<byte> item = _packet[(RtcpPacketRules.FeedbackHeaderLength + (index * FirItem.Length))..];
            return new FirItem(BinaryPrimitives.ReadUInt32BigEndian(item), item[4]);
        }
    }
}

/// <summary>A receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb) in somebody else's memory.</summary>
public readonly ref struct RembView
{
    internal const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> _packet;

    internal RembView(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>Who sent it. The streams stand in <see cref="Ssrcs"/>.</summary>
    public FeedbackHeader Header => FeedbackHeader.Read(_packet);

    /// <summary>Bits a second.</summary>
    public ulong BitrateBps => (ulong)Mantissa(Control) << Exponent(Control);

    /// <summary>The streams that share the bitrate.</summary>
    public SsrcList Ssrcs => new(Control.Slice(FixedLength, Control[4] * 4));

    private ReadOnlySpan<byte> Control => _packet[RtcpPacketRules.FeedbackHeaderLength..];

    /// <summary>The bitrate has to fit 64 bits, and the SSRCs have to be there.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> control)
    {
        if (control.Length < FixedLength || control.Length < FixedLength + (control[4] * 4))
            return false;

        ulong mantissa = Mantissa(control);
        int exponent = Exponent(control);
        return (mantissa << exponent) >> exponent == mantissa;
    }

    private static int Exponent(ReadOnlySpan<byte> control) => control[5] >> 2;

    private static uint Mantissa(ReadOnlySpan<byte> control) =>
        (uint)((control[5] & 0x03) << 16) | BinaryPrimitives.ReadUInt16BigEndian(control[6..]);
}
