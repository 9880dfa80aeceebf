using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Rtc.Rtp;

/// <summary>
/// What one consumer sends: the shared packet, and what differs from it. Written header first into the room that the
/// transport has for it; the payload is <see cref="PayloadPrefix"/>, then <see cref="PayloadRest"/>.
/// </summary>
public readonly ref struct OutgoingRtp
{
    /// <param name="packet">The shared packet; fields that are not set otherwise are taken from it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutgoingRtp(RtpPacket packet)
    {
        Packet = packet;
        Ssrc = packet.Ssrc;
        SequenceNumber = packet.SequenceNumber;
        Timestamp = packet.Timestamp;
        Marker = packet.Marker;
        PayloadType = packet.PayloadType;
        RepeatedTransportCc = -1;
    }

    /// <summary>The shared packet.</summary>
    public RtpPacket Packet { get; }

    /// <summary>The SSRC to send.</summary>
    public uint Ssrc { get; init; }

    /// <summary>The sequence number to send.</summary>
    public ushort SequenceNumber { get; init; }

    /// <summary>The timestamp to send.</summary>
    public uint Timestamp { get; init; }

    /// <summary>The marker bit to send.</summary>
    public bool Marker { get; init; }

    /// <summary>The payload type to send.</summary>
    public byte PayloadType { get; init; }

    /// <summary>
    /// The receiver's MID. Where it is empty the packet is sent without, and the receiver tells the stream by its SSRC.
    /// </summary>
    public RtpMid Mid { get; init; }

    /// <summary>
    /// What is sent in place of the first <see cref="PrefixReplaces"/> bytes of the payload: a rewritten codec
    /// descriptor, the original sequence number of an RTX packet, both. Usually empty.
    /// </summary>
    public ReadOnlySpan<byte> PayloadPrefix { get; init; }

    /// <summary>How many bytes of the shared payload <see cref="PayloadPrefix"/> takes the place of.</summary>
    public int PrefixReplaces { get; init; }

    /// <summary>The shared payload behind what is replaced.</summary>
    public ReadOnlySpan<byte> PayloadRest => Packet.Payload[PrefixReplaces..];

    /// <summary>Bytes of the header.</summary>
    public int HeaderLength => Packet.HeaderLength;

    /// <summary>Bytes of the payload.</summary>
    public int PayloadLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PayloadPrefix.Length + Packet.PayloadLength - PrefixReplaces;
    }

    /// <summary>Bytes of the packet, without what encryption adds.</summary>
    public int Length => HeaderLength + PayloadLength;

    /// <summary>Whether the header has room for an absolute send time.</summary>
    public bool HasAbsSendTime => Packet.AbsSendTimeOffset >= 0;

    /// <summary>
    /// Whether the header has room for a transport-wide sequence number, so that the packet consumes one.
    /// </summary>
    public bool HasTransportCc => Packet.TransportCcOffset >= 0;

    /// <summary>
    /// The transport-wide sequence number that the packet was sent with before, when it is sent again with the very
    /// same bytes; -1 when it gets one of its own.
    /// </summary>
    public int RepeatedTransportCc { get; init; }

    /// <summary>
    /// Writes the header and returns its length. <paramref name="absSendTime"/> and
    /// <paramref name="transportCc"/> go where the header has room for them.
    /// </summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="absSendTime">24 bits, <see cref="NtpTime.ToAbsSendTime"/>.</param>
    /// <param name="transportCc">The transport-wide sequence number; 0 where the transport does not count.</param>
    public int WriteHeader(Span<byte> destination, uint absSendTime, ushort transportCc)
    {
        RtpPacket packet = Packet;
        ReadOnlySpan<byte> shared = packet.Header;
        shared.CopyTo(destination);
        Span<byte> header = destination[..shared.Length];
        WriteFixedFields(header[..RtpPacketView.FixedHeaderLength]);
        if (packet.MidOffset >= 0)
            WriteMid(header, packet.MidOffset);

        if (packet.AbsSendTimeOffset >= 0)
        {
            Span<byte> time = header.Slice(packet.AbsSendTimeOffset, 3);
            BinaryPrimitives.WriteUInt16BigEndian(time, (ushort)(absSendTime >> 8));
            time[2] = (byte)absSendTime;
        }

        if (packet.TransportCcOffset >= 0)
            BinaryPrimitives.WriteUInt16BigEndian(header.Slice(packet.TransportCcOffset, 2), transportCc);

        return header.Length;
    }

    /// <summary>Writes the payload in plaintext and returns its length.</summary>
    /// <param name="destination">At least <see cref="PayloadLength"/> bytes.</param>
    // Packets whose payload is encrypted out of the shared memory do not come here, and their way stays short.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int WritePayload(Span<byte> destination)
    {
        PayloadPrefix.CopyTo(destination);
        PayloadRest.CopyTo(destination[PayloadPrefix.Length..]);
        return PayloadLength;
    }

    // Whose length the compiler knows, so that it checks it once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteFixedFields(Span<byte> header)
    {
        header[1] = (byte)((Marker ? 0x80 : 0) | PayloadType);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], Ssrc);
    }

    /// <summary>
    /// The element keeps its place: what a shorter MID leaves over, or all of it without a MID, becomes padding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteMid(Span<byte> header, int offset)
    {
        int length = Mid.Length;
        bool isTwoByteForm = Packet.IsTwoByteForm;
        if (isTwoByteForm)
            header[offset - 1] = (byte)length;
        else
            header[offset - 1] = (byte)(length > 0 ? (header[offset - 1] & 0xF0) | (length - 1) : 0);

        if (isTwoByteForm && length == 0)
            header[offset - 2] = 0;

        Mid.Write(header.Slice(offset, RtpExtensionList.MidRoom));
    }
}
