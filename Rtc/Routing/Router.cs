using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>
/// A room: transports, the producers and consumers on them, and who follows whom. Belongs to one loop.
/// </summary>
public sealed class Router
{
    private readonly OrderedMap<string, IRouterTransport> _transports = new();
    private readonly OrderedMap<string, IRtpObserver> _observers = new();
    private readonly OrderedMap<string, ProducerFanout> _producers = new();
    private readonly OrderedMap<string, Consumer> _consumers = new();
    private bool _isClosing;

    /// <param name="id">Its id.</param>
    /// <param name="environment">What it shares with the other routers of the loop.</param>
    public Router(string id, RouterEnvironment environment)
    {
        Id = id;
        Environment = environment;
        Data = new DataRouter(id);
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>What it shares with the other routers of the loop.</summary>
    public RouterEnvironment Environment { get; }

    /// <summary>Its data producers and consumers.</summary>
    public DataRouter Data { get; }

    /// <summary>Finds a transport.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none.</exception>
    public IRouterTransport GetTransport(string id) => _transports.Find(id)
        ?? throw RequestException.NotFound($"router {Id} has no transport {id}");

    /// <summary>Finds an observer.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none.</exception>
    public IRtpObserver GetObserver(string id) => _observers.Find(id)
        ?? throw RequestException.NotFound($"router {Id} has no RTP observer {id}");

    /// <summary>Finds a producer.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none.</exception>
    public Producer GetProducer(string id) => GetFanout(id).Producer;

    /// <summary>Throws when a transport of that id exists, before one is made.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void CheckTransportIdIsFree(string id)
    {
        if (_transports.Find(id) is not null)
            throw RequestException.Error($"router {Id} already has a transport {id}");
    }

    /// <summary>Adds a transport.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void AddTransport(IRouterTransport transport)
    {
        CheckTransportIdIsFree(transport.Id);
        _transports.Add(transport.Id, transport);
    }

    /// <summary>Takes a transport out and closes it.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none of that id.</exception>
    public void CloseTransport(string id, long nowUs)
    {
        IRouterTransport transport = GetTransport(id);
        _transports.Remove(id);
        transport.Close(nowUs);
    }

    /// <summary>Throws when an observer of that id exists, before one is made.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void CheckObserverIdIsFree(string id)
    {
        if (_observers.Find(id) is not null)
            throw RequestException.Error($"router {Id} already has an RTP observer {id}");
    }

    /// <summary>Adds an observer.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void AddObserver(IRtpObserver observer)
    {
        CheckObserverIdIsFree(observer.Id);
        _observers.Add(observer.Id, observer);
    }

    /// <summary>Takes an observer out and closes it; it sees nothing any more.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none of that id.</exception>
    public void CloseObserver(string id)
    {
        IRtpObserver observer = GetObserver(id);
        _observers.Remove(id);
        foreach (ProducerFanout fanout in _producers.Values)
            fanout.Observers.Remove(observer);

        observer.Close();
    }

    /// <summary>Lets an observer see a producer; nothing changes when it does already.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such producer.</exception>
    public void Observe(IRtpObserver observer, string producerId)
    {
        List<IRtpObserver> observers = GetFanout(producerId).Observers;
        if (!observers.Contains(observer))
            observers.Add(observer);
    }

    /// <summary>Lets an observer see a producer no more.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such producer.</exception>
    public void Unobserve(IRtpObserver observer, string producerId) =>
        GetFanout(producerId).Observers.Remove(observer);

    /// <summary>
    /// Makes a producer, lets it be found by the transport's packets and by consumers. The transport keeps it in its
    /// own list and hands it packets and RTCP.
    /// </summary>
    /// <exception cref="RequestException">
    /// TypeError: the parameters are wrong. Error: its id, or an SSRC, MID or RID is taken.
    /// </exception>
    public Producer CreateProducer(
        IProducerTransport transport, ProducerOptions options, IProducerListener listener)
    {
        if (_producers.Find(options.Id) is not null)
            throw RequestException.Error($"router {Id} already has a producer {options.Id}");

        var producer = new Producer(Environment, transport, options, listener);
        try
        {
            transport.RtpListener.Add(producer);
        }
        catch (RequestException)
        {
            producer.Close();
            throw;
        }

        var fanout = new ProducerFanout(producer, Environment.Batch);
        _producers.Add(producer.Id, fanout);
        producer.Open(fanout);
        return producer;
    }

    /// <summary>
    /// Closes a producer: tells its consumers in turn, each of which leaves its transport, then its observers. The
    /// transport has taken it out of its own list.
    /// </summary>
    public void CloseProducer(Producer producer, long nowUs)
    {
        ProducerFanout fanout = GetFanout(producer.Id);
        _producers.Remove(producer.Id);
        if (!_isClosing)
            Tell(fanout, nowUs);
        producer.Close();
    }

    /// <summary>
    /// Makes a consumer and lets it follow its producer; a listener of a paused producer's consumer is told so at once.
    /// The transport keeps it in its own list, hands it RTCP and, when it has answered the application, calls
    /// <see cref="Consumer.OnTransportConnected"/> if it is connected.
    /// </summary>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such producer. TypeError: the parameters are wrong. Error: its id is taken.
    /// </exception>
    public Consumer CreateConsumer(
        IConsumerTransport transport, ConsumerOptions options, IConsumerListener listener, long nowUs)
    {
        CheckCanConsume(options);
        var consumer = new Consumer(Environment, transport, options, listener);
        ProducerFanout fanout = GetFanout(options.ProducerId);
        fanout.Consumers.Add(consumer);
        _consumers.Add(consumer.Id, consumer);
        consumer.Open(fanout, fanout.Producer.GetScores(), fanout.Producer.GetStreamInfos(), fanout.Producer.IsPaused, nowUs);
        return consumer;
    }

    /// <summary>Some consumer of a producer; null when there is none.</summary>
    public Consumer? FindConsumerOf(string producerId) =>
        _producers.Find(producerId) is { Consumers: [Consumer consumer, ..] } ? consumer : null;

    /// <summary>Throws when a consumer cannot be made because of its id or its producer.</summary>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such producer. Error: its id is taken.
    /// </exception>
    public void CheckCanConsume(ConsumerOptions options)
    {
        if (_consumers.Find(options.Id) is not null)
            throw RequestException.Error($"router {Id} already has a consumer {options.Id}");

        if (_producers.Find(options.ProducerId) is null)
        {
            throw RequestException.NotFound(
                $"consumer {options.Id} wants producer {options.ProducerId}, which router {Id} does not have");
        }
    }

    /// <summary>Closes a consumer. The transport has taken it out of its own list.</summary>
    public void CloseConsumer(Consumer consumer)
    {
        _consumers.Remove(consumer.Id);
        _producers.Find(consumer.ProducerId)?.Consumers.Remove(consumer);
        consumer.Close();
    }

    /// <summary>
    /// Closes all transports and then all observers, in order. Nobody is told that a producer went: who closes a router
    /// knows that all in it is gone.
    /// </summary>
    public void Close(long nowUs)
    {
        _isClosing = true;
        Data.IsClosing = true;
        foreach (IRouterTransport transport in _transports.Values.ToArray())
            CloseTransport(transport.Id, nowUs);

        foreach (IRtpObserver observer in _observers.Values.ToArray())
            CloseObserver(observer.Id);
    }

    /// <summary>A snapshot for dumps.</summary>
    public RouterDump Dump() => new()
    {
        Id = Id,
        TransportIds = _transports.Values.Map(transport => transport.Id),
        RtpObserverIds = _observers.Values.Map(observer => observer.Id),
        ProducerConsumers = _producers.Values.Map(fanout =>
            (fanout.Producer.Id, (IReadOnlyList<string>)fanout.Consumers.Map(consumer => consumer.Id))),
        ConsumerProducers = _consumers.Values.Map(consumer => (consumer.Id, consumer.ProducerId)),
        ProducerObservers = _producers.Values.Map(fanout =>
            (fanout.Producer.Id, (IReadOnlyList<string>)fanout.Observers.Map(observer => observer.Id))),
        DataProducerConsumers = Data.DumpProducers(),
        DataConsumerProducers = Data.DumpConsumers(),
    };

    private void Tell(ProducerFanout fanout, long nowUs)
    {
        foreach (Consumer consumer in fanout.Consumers)
        {
            _consumers.Remove(consumer.Id);
            consumer.CloseWithProducer(nowUs);
        }

        foreach (IRtpObserver observer in fanout.Observers)
            observer.OnProducerClosed(fanout.Producer, nowUs);
    }

    private ProducerFanout GetFanout(string producerId) => _producers.Find(producerId)
        ?? throw RequestException.NotFound($"router {Id} has no producer {producerId}");
}
