using Channel.Wire;
using Rtc.Routing;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a router dumps.</summary>
internal static class RouterDumpWriter
{
    /// <summary>Writes the dump.</summary>
    public static Offset<Wire.Router.DumpResponse> Write(WireBuilder b, RouterDump dump) =>
        Wire.Router.DumpResponse.Create(
            b,
            id: b.String(dump.Id),
            transportIds: b.Vector(dump.TransportIds),
            rtpObserverIds: b.Vector(dump.RtpObserverIds),
            mapProducerIdConsumerIds: MapWriter.Write(b, dump.ProducerConsumers),
            mapConsumerIdProducerId: MapWriter.Write(b, dump.ConsumerProducers),
            mapProducerIdObserverIds: MapWriter.Write(b, dump.ProducerObservers),
            mapDataProducerIdDataConsumerIds: MapWriter.Write(b, dump.DataProducerConsumers),
            mapDataConsumerIdDataProducerId: MapWriter.Write(b, dump.DataConsumerProducers));
}
