using Rtc.Routing;
using Rtc.Seams;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Worker.Handlers.Notifiers;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a transport about the data producers and consumers on it.</summary>
internal sealed class DataRequests(WorkerServices services, Transport transport)
{
    /// <summary>Makes a data producer.</summary>
    public void Produce(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.ProduceDataRequest body));
        string id = body.DataProducerId;
        services.Registry.CheckIsFree(id);
        if (body.Type == Wire.DataProducer.Type.Sctp && !body.HasSctpStreamParameters)
            throw RequestException.TypeError($"data producer {id}: sctpStreamParameters are missing");

        DataProducer producer = transport.Data.Produce(new DataProducerOptions
        {
            Id = id,
            Type = body.Type == Wire.DataProducer.Type.Direct ? DataChannelType.Direct : DataChannelType.Sctp,
            Stream = body.Type == Wire.DataProducer.Type.Sctp ? SctpWriter.ReadStream(body.SctpStreamParameters) : null,
            Label = body.Label ?? "",
            Protocol = body.Protocol ?? "",
            Paused = body.Paused,
        });
        services.Registry.Add(id, new DataProducerHandler(services, producer, transport));
        request.Accept(DataWriter.WriteDump(request.Builder, producer));

        // What the association says must not overtake the answer.
        transport.StartData(services.NowUs);
    }

    /// <summary>Makes a data consumer.</summary>
    public void Consume(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.ConsumeDataRequest body));
        string id = body.DataConsumerId;
        services.Registry.CheckIsFree(id);
        if (body.Type == Wire.DataConsumer.Type.Sctp && !body.HasSctpStreamParameters)
            throw RequestException.TypeError($"data consumer {id}: sctpStreamParameters are missing");

        var options = new DataConsumerOptions
        {
            Id = id,
            DataProducerId = body.DataProducerId,
            Type = body.Type == Wire.DataConsumer.Type.Direct ? DataChannelType.Direct : DataChannelType.Sctp,
            Stream = body.Type == Wire.DataConsumer.Type.Sctp ? SctpWriter.ReadStream(body.SctpStreamParameters) : null,
            Label = body.Label ?? "",
            Protocol = body.Protocol ?? "",
            Paused = body.Paused,
            IsPipe = transport is PipeTransport,
            Subchannels = body.Subchannels.ToArray(),
        };
        DataConsumer consumer = transport.Data.Consume(options, new DataConsumerNotifier(services, id));
        services.Registry.Add(id, new DataConsumerHandler(services, consumer));
        request.Accept(DataWriter.WriteDump(request.Builder, consumer));

        // What the association says must not overtake the answer.
        transport.StartData(services.NowUs);
    }

    /// <summary>Closes a data producer.</summary>
    public void CloseProducer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.CloseDataProducerRequest body));
        transport.Data.CloseProducer(body.DataProducerId);
        services.Registry.Remove(body.DataProducerId);
        request.Accept();
    }

    /// <summary>Closes a data consumer.</summary>
    public void CloseConsumer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.CloseDataConsumerRequest body));
        transport.Data.CloseConsumer(body.DataConsumerId);
        services.Registry.Remove(body.DataConsumerId);
        request.Accept();
    }

    /// <summary>No request reaches any of them any more.</summary>
    public void Unregister()
    {
        foreach (string id in transport.Data.Producers.Keys)
            services.Registry.Remove(id);
        foreach (string id in transport.Data.Consumers.Keys)
            services.Registry.Remove(id);
    }
}
