using Channel.Wire;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a PlainTransport dumps and counts.</summary>
internal static class PlainTransportWriter
{
    /// <summary>Writes the dump, which is also the answer to a request to make one.</summary>
    public static Offset<Wire.PlainTransport.DumpResponse> WriteDump(WireBuilder b, PlainTransportDump dump) =>
        Wire.PlainTransport.DumpResponse.Create(
            b,
            @base: TransportWriter.WriteDump(b, dump.Base),
            rtcpMux: dump.RtcpMux,
            comedia: dump.Comedia,
            tuple: TupleWriter.Write(b, dump.Tuple),
            rtcpTuple: TupleWriter.Write(b, dump.RtcpTuple),
            srtpParameters: SrtpParametersConverter.Write(b, dump.SrtpParameters));

    /// <summary>Writes what it counts. Unlike the dump it shows the RTCP tuple only once the peer's is known.</summary>
    public static Offset<Wire.PlainTransport.GetStatsResponse> WriteStats(
        WireBuilder b, TransportStats stats, PlainTransport transport) =>
        Wire.PlainTransport.GetStatsResponse.Create(
            b,
            @base: TransportWriter.WriteStats(b, stats),
            rtcpMux: transport.RtcpMux,
            comedia: transport.Comedia,
            tuple: TupleWriter.Write(b, transport.TupleInfo),
            rtcpTuple: WriteKnownRtcpTuple(b, transport));

    /// <summary>Writes the answer to a request to connect: what is known of the peer by now.</summary>
    public static Offset<Wire.PlainTransport.ConnectResponse> WriteConnected(
        WireBuilder b, PlainTransport transport) =>
        Wire.PlainTransport.ConnectResponse.Create(
            b,
            tuple: transport.HasTuple ? TupleWriter.Write(b, transport.TupleInfo) : default,
            rtcpTuple: WriteKnownRtcpTuple(b, transport),
            srtpParameters: SrtpParametersConverter.Write(b, transport.LocalSrtpParameters));

    private static Offset<Wire.Transport.Tuple> WriteKnownRtcpTuple(WireBuilder b, PlainTransport transport) =>
        transport.HasRtcpTuple ? TupleWriter.Write(b, transport.RtcpTupleInfo) : default;
}
