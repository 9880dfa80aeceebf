using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>
/// Steps through the packets of an RTCP compound (RFC 3550 section 6.1) in place. Each packet is checked whole before
/// it is shown; the first that is malformed ends the walk, and those in front of it still count.
/// </summary>
/// <param name="compound">The bytes, decrypted.</param>
public ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    private ReadOnlySpan<byte> _rest = compound;

    /// <summary>The packet that the last <see cref="MoveNext"/> went to.</summary>
    public RtcpPacketView Current { get; private set; }

    /// <summary>Whether the walk ended at bytes that are no packet.</summary>
    public bool IsMalformed { readonly get; private set; }

    /// <summary>
    /// Whether bytes look like RTCP among what shares a port (RFC 5761 section 4): 4 bytes or more, version 2, packet
    /// type 192 to 223.
    /// </summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= 4 && datagram[0] is >= 128 and <= 191 && datagram[1] is >= 192 and <= 223;

    /// <summary>This object, for foreach.</summary>
    public readonly RtcpReader GetEnumerator() => this;

    /// <summary>Goes to the next packet; false at the end or at the first malformed one.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty || IsMalformed)
            return false;

        IsMalformed = true;
        if (!IsRtcp(_rest))
            return false;

        int length = (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) + 1) * 4;
        if (length > _rest.Length)
            return false;

        ReadOnlySpan<byte> packet = _rest[..length];
        // RFC 3550 wants a multiple of 4 here, but transport-wide feedback is padded by 1 to 3 bytes in the field.
        bool hasPadding = (packet[0] & 0x20) != 0;
        int padding = hasPadding ? packet[^1] : 0;
        if ((hasPadding && padding == 0) || padding > length - RtcpPacketRules.HeaderLength)
            return false;

        packet = packet[..^padding];
        if (!RtcpPacketRules.TryClassify(packet, out RtcpPacketKind kind))
            return false;

        IsMalformed = false;
        Current = new RtcpPacketView(packet, kind);
        _rest = _rest[length..];
        return true;
    }
}
