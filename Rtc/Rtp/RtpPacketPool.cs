using System.Diagnostics.CodeAnalysis;
using Rtc.Buffers;

namespace Rtc.Rtp;

/// <summary>
/// Makes the shared packets of one loop out of its packet memory, and keeps their objects for reuse: that of a small slot
/// stays with it, those of long slots, which may be freed, are handed round.
/// </summary>
/// <param name="memory">Where their bytes come from.</param>
public sealed class RtpPacketPool(PacketPool memory)
{
    private readonly Stack<RtpPacket> _free = new();

    // By number; there is no number 0.
    private readonly List<RtpPacket?> _all = [null];

    /// <summary>Where the bytes come from.</summary>
    public PacketPool Memory { get; } = memory;

    internal RtpPacket this[int number] => _all[number]!;

    /// <summary>
    /// Writes the packet that consumers see: the source's marker, sequence number, timestamp, contributing sources and
    /// payload without padding, the payload type and SSRC given, and exactly the header extensions given. The one copy
    /// of a packet's bytes. It has one reference, for <see cref="BufferPurpose.Forwarding"/>.
    /// </summary>
    /// <param name="source">The packet as it arrived, decrypted.</param>
    /// <param name="payloadType">The payload type that consumers see.</param>
    /// <param name="ssrc">The SSRC that consumers see.</param>
    /// <param name="extensions">
    /// Elements in order: in the one-byte form when all have ids up to 14 and 1 to 16 bytes, else in the two-byte form.
    /// </param>
    /// <param name="nowUs">When it arrived.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>False when there is no memory for it, which <see cref="Memory"/> counts.</returns>
    public bool TryWrite(
        in RtpPacketView source,
        byte payloadType,
        uint ssrc,
        in RtpExtensionList extensions,
        long nowUs,
        [NotNullWhen(true)] out RtpPacket? packet)
    {
        packet = null;
        int length = RtpHeaderLayout.GetLength(source, extensions) + source.PayloadLength;
        if (!Memory.TryRent(length, BufferPurpose.Forwarding, out PacketBuffer? buffer))
            return false;

        Span<byte> bytes = buffer.Span;
        RtpHeaderLayout header = RtpHeaderLayout.Write(bytes, source, payloadType, ssrc, extensions);
        source.Payload.CopyTo(bytes[header.Length..]);

        packet = buffer.Companion as RtpPacket;
        if (packet is null || !ReferenceEquals(packet.Pool, this))
            packet = Join(buffer);
        packet.Fill(source, payloadType, ssrc, header);
        packet.ReceivedAtUs = nowUs;
        return true;
    }

    private RtpPacket Join(PacketBuffer buffer)
    {
        RtpPacket packet = _free.TryPop(out RtpPacket? free) ? free : Make();
        packet.Attach(buffer);
        if (buffer.Capacity == PacketPool.SmallCapacity)
            buffer.Companion ??= packet;
        return packet;
    }

    private RtpPacket Make()
    {
        var packet = new RtpPacket(this, _all.Count);
        _all.Add(packet);
        return packet;
    }

    internal void Return(RtpPacket packet) => _free.Push(packet);
}
