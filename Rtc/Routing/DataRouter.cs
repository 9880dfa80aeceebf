using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>The data producers and consumers of a router, and who follows whom.</summary>
/// <param name="routerId">Id of the router, for reasons of refusals.</param>
public sealed class DataRouter(string routerId)
{
    private readonly OrderedMap<string, DataFanout> _producers = new();
    private readonly OrderedMap<string, DataConsumer> _consumers = new();

    /// <summary>Whether all of it is going, so that nobody has to be told of a data producer that goes.</summary>
    internal bool IsClosing { get; set; }

    /// <summary>Makes a data producer. The transport keeps it in its own list and hands it messages.</summary>
    /// <param name="options">What it is made with.</param>
    /// <param name="maxMessageSize">Longest message that is taken, in bytes.</param>
    /// <exception cref="RequestException">Error: its id is taken.</exception>
    public DataProducer CreateProducer(DataProducerOptions options, uint maxMessageSize)
    {
        if (_producers.Find(options.Id) is not null)
            throw RequestException.Error($"router {routerId} already has a data producer {options.Id}");

        var producer = new DataProducer(options, maxMessageSize);
        var fanout = new DataFanout(producer);
        _producers.Add(producer.Id, fanout);
        producer.Open(fanout);
        return producer;
    }

    /// <summary>
    /// Closes a data producer: tells its data consumers in turn, each of which leaves its transport. The transport has
    /// taken it out of its own list.
    /// </summary>
    public void CloseProducer(DataProducer producer)
    {
        DataFanout? fanout = _producers.Find(producer.Id);
        _producers.Remove(producer.Id);
        producer.Close();
        if (IsClosing)
            return;

        foreach (DataConsumer consumer in fanout?.Consumers ?? [])
        {
            _consumers.Remove(consumer.Id);
            consumer.CloseWithDataProducer();
        }
    }

    /// <summary>
    /// Makes a data consumer and lets it follow its data producer; a listener of a paused one's is told so at once. The
    /// transport keeps it in its own list.
    /// </summary>
    /// <param name="transport">What its messages leave by.</param>
    /// <param name="options">What it is made with.</param>
    /// <param name="maxMessageSize">Longest message that is sent, in bytes.</param>
    /// <param name="listener">Who is told of it.</param>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such data producer. Error: its id is taken.
    /// </exception>
    public DataConsumer CreateConsumer(
        IDataTransport transport, DataConsumerOptions options, uint maxMessageSize, IDataConsumerListener listener)
    {
        if (_consumers.Find(options.Id) is not null)
            throw RequestException.Error($"router {routerId} already has a data consumer {options.Id}");

        DataFanout fanout = _producers.Find(options.DataProducerId) ?? throw RequestException.NotFound(
            $"data consumer {options.Id} wants data producer {options.DataProducerId}, "
            + $"which router {routerId} does not have");
        var consumer = new DataConsumer(transport, options, maxMessageSize, listener);
        fanout.Consumers.Add(consumer);
        _consumers.Add(consumer.Id, consumer);
        if (fanout.Producer.IsPaused)
            consumer.OnDataProducerPaused();

        return consumer;
    }

    /// <summary>Closes a data consumer. The transport has taken it out of its own list.</summary>
    public void CloseConsumer(DataConsumer consumer)
    {
        _consumers.Remove(consumer.Id);
        _producers.Find(consumer.DataProducerId)?.Consumers.Remove(consumer);
        consumer.Close();
    }

    internal (string ProducerId, IReadOnlyList<string> ConsumerIds)[] DumpProducers() =>
        _producers.Values.Map(fanout =>
            (fanout.Producer.Id, (IReadOnlyList<string>)fanout.Consumers.Map(consumer => consumer.Id)));

    internal (string ConsumerId, string ProducerId)[] DumpConsumers() =>
        _consumers.Values.Map(consumer => (consumer.Id, consumer.DataProducerId));
}
