using System.Runtime.CompilerServices;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>
/// Puts media into the room that a tuple lends: the header is written there, the payload is encrypted from the shared
/// plaintext behind it. The one place where an RTP packet becomes a datagram.
/// </summary>
internal static class DatagramWriter
{
    /// <summary>Queues an RTP packet.</summary>
    /// <param name="tuple">The way to the peer.</param>
    /// <param name="srtp">What encrypts it; null for plaintext.</param>
    /// <param name="packet">A shared packet and what differs from it.</param>
    /// <param name="absSendTime">24 bits; written where the header has room for it.</param>
    /// <param name="transportCc">Transport-wide sequence number; written where the header has room for it.</param>
    /// <returns>Bytes of the datagram; 0 when it was dropped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SendRtp(
        TransportTuple tuple, SrtpSender? srtp, in OutgoingRtp packet, uint absSendTime, ushort transportCc)
    {
        int length = packet.Length;
        int needed = length + (srtp is null ? 0 : SrtpSender.MaxRtpOverhead);
        Span<byte> room = tuple.Reserve(needed);
        if (room.Length < needed)
            return 0;

        int headerLength = packet.WriteHeader(room, absSendTime, transportCc);
        Span<byte> body = room[headerLength..];
        if (srtp is null)
        {
            packet.WritePayload(body);
        }
        else
        {
            // What is sent again under its own number says with which transport-wide number it left.
            bool isRepeated = packet.RepeatedTransportCc >= 0;
            srtp.TryProtectRtp(room, headerLength, PlaintextOf(packet, body), out length, isRepeated);
        }

        tuple.Commit(length);
        return length;
    }

    /// <summary>Queues an RTCP packet and returns the bytes of the datagram; 0 when it was dropped.</summary>
    public static int SendRtcp(TransportTuple tuple, SrtpSender? srtp, ReadOnlySpan<byte> rtcp)
    {
        if (srtp is null)
            return tuple.TrySend(rtcp) ? rtcp.Length : 0;

        int needed = rtcp.Length + SrtpSender.MaxRtcpOverhead;
        Span<byte> room = tuple.Reserve(needed);
        if (room.Length < needed)
            return 0;

        srtp.TryProtectRtcp(rtcp, room, out int length);
        tuple.Commit(length);
        return length;
    }

    /// <summary>
    /// The shared payload; where its beginning is rewritten, a copy that stands where it is encrypted: that takes less than
    /// to hand the cipher two parts.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> PlaintextOf(in OutgoingRtp packet, Span<byte> body)
    {
        if (packet.PayloadPrefix.IsEmpty)
            return packet.PayloadRest;

        return body[..packet.WritePayload(body)];
    }
}
