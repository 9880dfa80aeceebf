using Channel.Wire;
using Rtc.Streams;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what streams dump and count.</summary>
internal static class RtpStreamWriter
{
    /// <summary>Writes the insides of streams.</summary>
    public static VectorOffset<Wire.RtpStream.Dump> WriteDumps(WireBuilder b, IReadOnlyList<RtpStreamDump> dumps)
    {
        ListBuilder<Wire.RtpStream.Dump> list = b.StartList<Wire.RtpStream.Dump>();
        foreach (RtpStreamDump dump in dumps)
        {
            list.Add(Wire.RtpStream.Dump.Create(
                b,
                @params: WriteParameters(b, dump.Parameters),
                score: dump.Score,
                rtxStream: dump.Rtx is { } rtx ? WriteRtx(b, rtx) : default));
        }

        return list.End();
    }

    /// <summary>Writes what streams counted.</summary>
    public static VectorOffset<Wire.RtpStream.Stats> WriteStats(WireBuilder b, IReadOnlyList<RtpStreamStats> stats)
    {
        ListBuilder<Wire.RtpStream.Stats> list = b.StartList<Wire.RtpStream.Stats>();
        foreach (RtpStreamStats item in stats)
            list.Add(WriteStats(b, item));

        return list.End();
    }

    private static Offset<Wire.RtpStream.Stats> WriteStats(WireBuilder b, RtpStreamStats stats)
    {
        Offset<Wire.RtpStream.Stats> common = Wire.RtpStream.Stats.Create(b, data: WriteCommonStats(b, stats));
        if (stats.Direction == RtpStreamDirection.Send)
        {
            return Wire.RtpStream.Stats.Create(b, data: Wire.RtpStream.SendStats.Create(
                b,
                @base: common,
                packetCount: (ulong)stats.PacketCount,
                byteCount: (ulong)stats.ByteCount,
                bitrate: (ulong)stats.Bitrate));
        }

        return Wire.RtpStream.Stats.Create(b, data: Wire.RtpStream.RecvStats.Create(
            b,
            @base: common,
            jitter: stats.Jitter,
            packetCount: (ulong)stats.PacketCount,
            byteCount: (ulong)stats.ByteCount,
            bitrate: (ulong)stats.Bitrate,
            bitrateByLayer: WriteLayers(b, stats.BitrateByLayer)));
    }

    private static Offset<Wire.RtpStream.BaseStats> WriteCommonStats(WireBuilder b, RtpStreamStats stats)
    {
        RtpStreamParameters parameters = stats.Parameters;
        return Wire.RtpStream.BaseStats.Create(
            b,
            timestamp: (ulong)stats.TimestampMs,
            ssrc: parameters.Ssrc,
            kind: RtpParametersWriter.ToWire(parameters.MimeType.Kind),
            mimeType: b.String(parameters.MimeType.ToString()),
            packetsLostUnsigned: EarlierReleases.PacketsLost(stats),
            packetsLost: stats.PacketsLost,
            fractionLost: stats.FractionLost,
            jitter: stats.Jitter,
            packetsDiscarded: (ulong)stats.PacketsDiscarded,
            packetsRetransmitted: (ulong)stats.PacketsRetransmitted,
            packetsRepaired: (ulong)stats.PacketsRepaired,
            nackCount: (ulong)stats.NackCount,
            nackPacketCount: (ulong)stats.NackPacketCount,
            pliCount: (ulong)stats.PliCount,
            firCount: (ulong)stats.FirCount,
            rid: parameters.Rid.Length == 0 ? default : b.String(parameters.Rid),
            rtxSsrc: parameters.RtxSsrc,
            rtxPacketsDiscarded: (ulong)stats.RtxPacketsDiscarded,
            roundTripTime: stats.RoundTripTimeMs,
            score: stats.Score);
    }

    private static VectorOffset<Wire.RtpStream.BitrateByLayer> WriteLayers(
        WireBuilder b, IReadOnlyList<LayerBitrate> layers)
    {
        ListBuilder<Wire.RtpStream.BitrateByLayer> list = b.StartList<Wire.RtpStream.BitrateByLayer>();
        foreach (LayerBitrate layer in layers)
        {
            list.Add(Wire.RtpStream.BitrateByLayer.Create(
                b,
                layer: b.String($"{layer.SpatialLayer}.{layer.TemporalLayer}"),
                bitrate: (ulong)layer.BitsPerSecond));
        }

        return list.End();
    }

    private static Offset<Wire.RtpStream.Params> WriteParameters(WireBuilder b, RtpStreamParameters parameters) =>
        Wire.RtpStream.Params.Create(
            b,
            encodingIdx: (uint)parameters.EncodingIndex,
            ssrc: parameters.Ssrc,
            payloadType: parameters.PayloadType,
            mimeType: b.String(parameters.MimeType.ToString()),
            clockRate: parameters.ClockRate,
            rid: b.String(parameters.Rid),
            cname: b.String(parameters.Cname),
            rtxSsrc: parameters.RtxSsrc,
            rtxPayloadType: parameters.RtxPayloadType,
            useNack: parameters.UseNack,
            usePli: parameters.UsePli,
            useFir: parameters.UseFir,
            useInBandFec: parameters.UseInBandFec,
            useDtx: parameters.UseDtx,
            spatialLayers: (byte)parameters.SpatialLayers,
            temporalLayers: (byte)parameters.TemporalLayers);

    private static Offset<Wire.RtxStream.RtxDump> WriteRtx(WireBuilder b, RtxStreamDump rtx) =>
        Wire.RtxStream.RtxDump.Create(b, @params: Wire.RtxStream.Params.Create(
            b,
            ssrc: rtx.Ssrc,
            payloadType: rtx.PayloadType,
            mimeType: b.String(rtx.MimeType.ToString()),
            clockRate: rtx.ClockRate,
            rrid: b.String(rtx.Rrid),
            cname: b.String(rtx.Cname)));
}
