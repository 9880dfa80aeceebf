using Channel.Wire;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a PipeTransport dumps and counts.</summary>
internal static class PipeTransportWriter
{
    /// <summary>Writes the dump, which is also the answer to a request to make one.</summary>
    public static Offset<Wire.PipeTransport.DumpResponse> WriteDump(WireBuilder b, PipeTransportDump dump) =>
        Wire.PipeTransport.DumpResponse.Create(
            b,
            @base: TransportWriter.WriteDump(b, dump.Base),
            tuple: TupleWriter.Write(b, dump.Tuple),
            rtx: dump.Rtx,
            srtpParameters: SrtpParametersConverter.Write(b, dump.SrtpParameters));

    /// <summary>Writes what it counts.</summary>
    public static Offset<Wire.PipeTransport.GetStatsResponse> WriteStats(
        WireBuilder b, TransportStats stats, TupleInfo tuple) =>
        Wire.PipeTransport.GetStatsResponse.Create(
            b, @base: TransportWriter.WriteStats(b, stats), tuple: TupleWriter.Write(b, tuple));
}
