using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>The inside of a stream for the dump of a producer or consumer; fields as in <c>rtpStream.fbs</c>.</summary>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Score">Its score, 0 to 10.</param>
/// <param name="Rtx">Its retransmission stream; null when there is none.</param>
public sealed record RtpStreamDump(RtpStreamParameters Parameters, byte Score, RtxStreamDump? Rtx);

/// <summary>A retransmission stream; fields as in <c>rtxStream.fbs</c>.</summary>
/// <param name="Ssrc">Its SSRC.</param>
/// <param name="PayloadType">Its payload type.</param>
/// <param name="MimeType">audio/rtx or video/rtx.</param>
/// <param name="ClockRate">The RTP clock in Hz.</param>
/// <param name="Rrid">The RID of the stream it repairs; empty when that has none.</param>
/// <param name="Cname">The CNAME of its sender.</param>
public sealed record RtxStreamDump(
    uint Ssrc, byte PayloadType, MimeType MimeType, uint ClockRate, string Rrid, string Cname)
{
    internal static RtxStreamDump? Create(RtpStreamParameters media) =>
        media.RtxSsrc is not { } ssrc || media.RtxPayloadType is not { } payloadType
            ? null
            : new RtxStreamDump(
                ssrc,
                payloadType,
                media.MimeType with { Codec = CodecKind.Rtx },
                media.ClockRate,
                media.Rid,
                media.Cname);
}
