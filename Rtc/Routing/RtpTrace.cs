using System.Text;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Routing;

/// <summary>Which trace events a producer or consumer emits; a set.</summary>
[Flags]
public enum RtpTraceEventTypes : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>RTP packets.</summary>
    Rtp = 1 << 0,

    /// <summary>RTP packets in which a key frame starts.</summary>
    KeyFrame = 1 << 1,

    /// <summary>NACKs.</summary>
    Nack = 1 << 2,

    /// <summary>Picture loss indications.</summary>
    Pli = 1 << 3,

    /// <summary>Full intra requests.</summary>
    Fir = 1 << 4,

    /// <summary>Sender reports; of producers only.</summary>
    SenderReport = 1 << 5,
}

/// <summary>Which way what is traced went.</summary>
public enum TraceDirection : byte
{
    /// <summary>It came from the endpoint.</summary>
    In,

    /// <summary>It went to the endpoint.</summary>
    Out,
}

/// <summary>A packet as a trace shows it; fields as in <c>rtpPacket.fbs</c>.</summary>
public sealed record RtpPacketDump
{
    /// <summary>Payload type.</summary>
    public required byte PayloadType { get; init; }

    /// <summary>Sequence number.</summary>
    public required ushort SequenceNumber { get; init; }

    /// <summary>RTP timestamp.</summary>
    public required uint Timestamp { get; init; }

    /// <summary>Marker bit.</summary>
    public required bool Marker { get; init; }

    /// <summary>SSRC.</summary>
    public required uint Ssrc { get; init; }

    /// <summary>Whether a key frame starts in it.</summary>
    public required bool IsKeyFrame { get; init; }

    /// <summary>Bytes of the whole packet.</summary>
    public required int Size { get; init; }

    /// <summary>Bytes of the payload without padding.</summary>
    public required int PayloadSize { get; init; }

    /// <summary>Spatial layer.</summary>
    public byte SpatialLayer { get; init; }

    /// <summary>Temporal layer.</summary>
    public byte TemporalLayer { get; init; }

    /// <summary>MID; null when the packet has none.</summary>
    public string? Mid { get; init; }

    /// <summary>RTP stream id; null when the packet has none.</summary>
    public string? Rid { get; init; }

    /// <summary>Repaired RTP stream id; null when the packet has none.</summary>
    public string? Rrid { get; init; }

    /// <summary>
    /// Transport-wide sequence number; null when the packet has none, 0 when it has room for one that nobody counts.
    /// </summary>
    public ushort? WideSequenceNumber { get; init; }

    internal static RtpPacketDump Create(
        in RtpPacketView packet, in PayloadDescriptor descriptor, in RtpHeaderExtensionIds ids) => new()
        {
            PayloadType = packet.PayloadType,
            SequenceNumber = packet.SequenceNumber,
            Timestamp = packet.Timestamp,
            Marker = packet.Marker,
            Ssrc = packet.Ssrc,
            IsKeyFrame = descriptor.IsKeyFrame,
            Size = packet.Length,
            PayloadSize = packet.PayloadLength,
            SpatialLayer = descriptor.SpatialLayer,
            TemporalLayer = descriptor.TemporalLayer,
            Mid = packet.TryGetMid(ids.Mid, out ReadOnlySpan<byte> mid) ? Encoding.UTF8.GetString(mid) : null,
            Rid = packet.TryGetRid(ids.Rid, 0, out ReadOnlySpan<byte> rid) ? Encoding.UTF8.GetString(rid) : null,
            Rrid = packet.TryGetRid(0, ids.RepairedRid, out rid) ? Encoding.UTF8.GetString(rid) : null,
            WideSequenceNumber = packet.TryGetTransportCc(ids.TransportCc, out ushort number) ? number : null,
        };

    internal static RtpPacketDump Create(in OutgoingRtp packet, ushort transportCc) => new()
    {
        PayloadType = packet.PayloadType,
        SequenceNumber = packet.SequenceNumber,
        Timestamp = packet.Timestamp,
        Marker = packet.Marker,
        Ssrc = packet.Ssrc,
        IsKeyFrame = packet.Packet.IsKeyFrame,
        Size = packet.Length,
        PayloadSize = packet.PayloadLength,
        SpatialLayer = packet.Packet.SpatialLayer,
        TemporalLayer = packet.Packet.TemporalLayer,
        Mid = packet.Mid.Length == 0 ? null : packet.Mid.ToString(),
        WideSequenceNumber = packet.HasTransportCc ? transportCc : null,
    };
}

/// <summary>A sender report as a trace shows it.</summary>
/// <param name="Ntp">The sender's NTP timestamp: seconds in the upper half, 2^-32 s in the lower.</param>
/// <param name="RtpTimestamp">The RTP timestamp of the same instant.</param>
/// <param name="PacketCount">Packets sent.</param>
/// <param name="OctetCount">Bytes sent.</param>
public sealed record SenderReportTrace(ulong Ntp, uint RtpTimestamp, uint PacketCount, uint OctetCount);

/// <summary>One trace event. Made only while its kind is enabled.</summary>
/// <param name="Type">Exactly one kind.</param>
/// <param name="TimestampMs">Monotonic milliseconds.</param>
/// <param name="Direction">Which way.</param>
public sealed record RtpTrace(RtpTraceEventTypes Type, long TimestampMs, TraceDirection Direction)
{
    /// <summary>
    /// The packet, for <see cref="RtpTraceEventTypes.Rtp"/> and <see cref="RtpTraceEventTypes.KeyFrame"/>.
    /// </summary>
    public RtpPacketDump? Packet { get; init; }

    /// <summary>Whether the packet came, or went, by RTX.</summary>
    public bool IsRtx { get; init; }

    /// <summary>The SSRC, for picture loss indications, full intra requests and sender reports.</summary>
    public uint Ssrc { get; init; }

    /// <summary>The report, for <see cref="RtpTraceEventTypes.SenderReport"/>.</summary>
    public SenderReportTrace? SenderReport { get; init; }
}
