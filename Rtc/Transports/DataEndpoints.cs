using Rtc.Routing;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>The data producers and consumers of one transport.</summary>
public sealed class DataEndpoints
{
    private readonly Transport _transport;
    private readonly TransportOptions _options;
    private readonly DataRouter _router;
    private readonly OrderedMap<string, DataProducer> _producers = new();
    private readonly OrderedMap<string, DataConsumer> _consumers = new();

    private readonly OrderedMap<ushort, DataProducer> _streamProducers = new();
    private readonly OrderedMap<ushort, DataConsumer> _streamConsumers = new();

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
        if (options.Stream is { } wanted && _streamProducers.ContainsKey(wanted.StreamId))
        {
            throw RequestException.Error(
                $"transport {_transport.Id} already has a data producer on stream {wanted.StreamId}");
        }

        DataProducer producer = _router.CreateProducer(options, _options.MaxReceiveMessageSize);
        _producers.Add(producer.Id, producer);
        if (producer.Stream is { } stream)
            _streamProducers.Add(stream.StreamId, producer);

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
        if (options.Stream is { } wanted && _streamConsumers.ContainsKey(wanted.StreamId))
        {
            throw RequestException.Error(
                $"transport {_transport.Id} already has a data consumer on stream {wanted.StreamId}");
        }

        DataConsumer consumer =
            _router.CreateConsumer(_transport, options, _options.MaxSendMessageSize, listener);
        _consumers.Add(consumer.Id, consumer);
        if (consumer.Stream is { } stream)
        {
            _streamConsumers.Add(stream.StreamId, consumer);
            consumer.SetBufferedAmountLowThreshold(_options.Sctp!.DefaultStreamBufferedAmountLowThreshold);
        }

        return consumer;
    }

    /// <summary>Closes a data producer and all data consumers of it, wherever they are.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such data producer.</exception>
    public void CloseProducer(string id)
    {
        if (!_producers.Remove(id, out DataProducer? producer))
            throw RequestException.NotFound($"transport {_transport.Id} has no data producer {id}");

        if (producer.Stream is { } stream)
        {
            _streamProducers.Remove(stream.StreamId);
            if (_options.Sctp!.IsDataChannel)
                _transport.Sctp!.ResetStream(stream.StreamId);
        }

        _router.CloseProducer(producer);
    }

    /// <summary>Closes a data consumer.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such data consumer.</exception>
    public void CloseConsumer(string id)
    {
        if (!_consumers.TryGetValue(id, out DataConsumer? consumer))
            throw RequestException.NotFound($"transport {_transport.Id} has no data consumer {id}");

        Forget(consumer);
        _router.CloseConsumer(consumer);
    }

    /// <summary>Closes all, data producers first.</summary>
    internal void Close()
    {
        foreach (string id in _producers.Map((id, _) => id))
            CloseProducer(id);
        foreach (string id in _consumers.Map((id, _) => id))
            CloseConsumer(id);
    }

    internal DataProducer? FindProducer(ushort streamId) => _streamProducers.Find(streamId);

    internal DataConsumer? FindConsumer(ushort streamId) => _streamConsumers.Find(streamId);

    internal void Forget(DataConsumer consumer)
    {
        _consumers.Remove(consumer.Id);
        if (consumer.Stream is not { } stream)
            return;

        _streamConsumers.Remove(stream.StreamId);
        _transport.Sctp!.ResetStream(stream.StreamId);
    }

    internal (ushort StreamId, string ProducerId)[] DumpStreams() =>
        _streamProducers.Map((streamId, producer) => (streamId, producer.Id));

    internal IReadOnlyList<string> ProducerIds => _producers.Map((id, _) => id);

    internal IReadOnlyList<string> ConsumerIds => _consumers.Map((id, _) => id);

    internal ushort[] ConsumerStreams() => _streamConsumers.Map((streamId, _) => streamId);
}
