using Channel.Wire;
using Rtc.Routing;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what data producers and data consumers dump and count.</summary>
internal static class DataWriter
{
    /// <summary>Writes a data producer's dump, which is also the answer to a request to make one.</summary>
    public static Offset<Wire.DataProducer.DumpResponse> WriteDump(WireBuilder b, DataProducer producer) =>
        Wire.DataProducer.DumpResponse.Create(
            b,
            id: b.String(producer.Id),
            type: producer.Type == DataChannelType.Sctp ? Wire.DataProducer.Type.Sctp : Wire.DataProducer.Type.Direct,
            sctpStreamParameters: SctpWriter.WriteStream(b, producer.Stream),
            label: b.String(producer.Label),
            protocol: b.String(producer.Protocol),
            paused: producer.IsPaused);

    /// <summary>Writes what a data producer counted.</summary>
    public static Offset<Wire.DataProducer.GetStatsResponse> WriteStats(
        WireBuilder b, DataProducer producer, long nowUs) =>
        Wire.DataProducer.GetStatsResponse.Create(
            b,
            timestamp: (ulong)(nowUs / 1_000),
            label: b.String(producer.Label),
            protocol: b.String(producer.Protocol),
            messagesReceived: (ulong)producer.MessagesReceived,
            bytesReceived: (ulong)producer.BytesReceived);

    /// <summary>Writes a data consumer's dump, which is also the answer to a request to make one.</summary>
    public static Offset<Wire.DataConsumer.DumpResponse> WriteDump(WireBuilder b, DataConsumer consumer) =>
        Wire.DataConsumer.DumpResponse.Create(
            b,
            id: b.String(consumer.Id),
            dataProducerId: b.String(consumer.DataProducerId),
            type: consumer.Type == DataChannelType.Sctp ? Wire.DataConsumer.Type.Sctp : Wire.DataConsumer.Type.Direct,
            sctpStreamParameters: SctpWriter.WriteStream(b, consumer.Stream),
            label: b.String(consumer.Label),
            protocol: b.String(consumer.Protocol),
            bufferedAmount: consumer.BufferedAmount,
            bufferedAmountLowThreshold: consumer.BufferedAmountLowThreshold,
            paused: consumer.IsPaused,
            dataProducerPaused: consumer.IsDataProducerPaused,
            subchannels: b.Vector(consumer.Subchannels.ToArray()));

    /// <summary>Writes what a data consumer counted.</summary>
    public static Offset<Wire.DataConsumer.GetStatsResponse> WriteStats(
        WireBuilder b, DataConsumer consumer, long nowUs) =>
        Wire.DataConsumer.GetStatsResponse.Create(
            b,
            timestamp: (ulong)(nowUs / 1_000),
            label: b.String(consumer.Label),
            protocol: b.String(consumer.Protocol),
            messagesSent: (ulong)consumer.MessagesSent,
            bytesSent: (ulong)consumer.BytesSent,
            bufferedAmount: consumer.BufferedAmount);
}
