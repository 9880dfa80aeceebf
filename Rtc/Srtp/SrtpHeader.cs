using System.Buffers.Binary;

namespace Rtc.Srtp;

/// <summary>The few fields of RTP and RTCP headers that SRTP works with (RFC 3550, sections 5.1 and 6.4).</summary>
internal static class SrtpHeader
{
    /// <summary>Length in bytes of an RTP header without CSRCs and extension.</summary>
    public const int RtpLength = 12;

    /// <summary>Length in bytes of what stays in the clear of an RTCP packet.</summary>
    public const int RtcpLength = 8;

    private const int ExtensionHeaderLength = 4;

    /// <summary>Length of header, CSRCs and extension; false where they are not all there.</summary>
    public static bool TryReadRtpLength(ReadOnlySpan<byte> packet, out int length)
    {
        length = 0;
        if (packet.Length < RtpLength || packet[0] >> 6 != 2)
        {
            return false;
        }

        length = RtpLength + ((packet[0] & 0x0f) * 4);
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < length + ExtensionHeaderLength)
            {
                return false;
            }

            length += ExtensionHeaderLength + (BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]) * 4);
        }

        return length <= packet.Length;
    }

    public static ushort SequenceNumberOf(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt16BigEndian(rtp.Slice(2, 2));

    public static uint SsrcOfRtp(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt32BigEndian(rtp.Slice(8, 4));

    public static uint SsrcOfRtcp(ReadOnlySpan<byte> rtcp) => BinaryPrimitives.ReadUInt32BigEndian(rtcp[4..]);

    public static bool IsRtcp(ReadOnlySpan<byte> packet) => packet.Length >= RtcpLength && packet[0] >> 6 == 2;
}
