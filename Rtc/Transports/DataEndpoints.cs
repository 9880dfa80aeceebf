using Rtc.Routing;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>The data producers and consumers of one transport.</summary>
public sealed class DataEndpoints
{
    private readonly Transport _transport;
    private readonly TransportOptions _options;
    private readonly DataRouter _router;
    private readonly OrderedDictionary<string, DataProducer> _producers = [];
    private readonly OrderedDictionary<string, DataConsumer> _consumers = [];

    internal DataEndpoints(Transport transport, TransportOptions options, DataRouter router)
    {
        _transport = transport;
        _options = options;
        _router = router;
    }

    /// <summary>Data producers by id, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, DataProducer> Producers => _producers;

    /// <summary>Data consumers by id, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, DataConsumer> Consumers => _consumers;

    /// <summary>Makes a data producer.</summary>
    /// <exception cref="RequestException">
    /// Error: the transport carries no data, or the id is taken. TypeError: it carries the other type.
    /// </exception>
    public DataProducer Produce(DataProducerOptions options)
    {
        _transport.CheckCarries(options.Type);
        DataProducer producer = _router.CreateProducer(options, _options.MaxReceiveMessageSize);
        _producers.Add(producer.Id, producer);
        return producer;
    }

    /// <summary>Makes a data consumer; it is told at once when its data producer is paused.</summary>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such data producer. Error: the transport carries no data, or the id is taken.
    /// TypeError: it carries the other type.
    /// </exception>
    public DataConsumer Consume(DataConsumerOptions options, IDataConsumerListener listener)
    {
        _transport.CheckCarries(options.Type);
        DataConsumer consumer =
            _router.CreateConsumer(_transport, options, _options.MaxSendMessageSize, listener);
        _consumers.Add(consumer.Id, consumer);
        return consumer;
    }

    /// <summary>Closes a data producer and all data consumers of it, wherever they are.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such data producer.</exception>
    public void CloseProducer(string id)
    {
        if (!_producers.Remove(id, out DataProducer? producer))
            throw RequestException.NotFound($"transport {_transport.Id} has no data producer {id}");

        _router.CloseProducer(producer);
    }

    /// <summary>Closes a data consumer.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such data consumer.</exception>
    public void CloseConsumer(string id)
    {
        if (!_consumers.Remove(id, out DataConsumer? consumer))
            throw RequestException.NotFound($"transport {_transport.Id} has no data consumer {id}");

        _router.CloseConsumer(consumer);
    }

    /// <summary>Closes all, data producers first.</summary>
    internal void Close()
    {
        foreach (string id in _producers.Keys.ToArray())
            CloseProducer(id);
        foreach (string id in _consumers.Keys.ToArray())
            CloseConsumer(id);
    }

    internal void Forget(DataConsumer consumer) => _consumers.Remove(consumer.Id);
}
