namespace Rtc.Routing;

/// <summary>The inside of a router; fields as in <c>router.fbs</c>.</summary>
public sealed class RouterDump
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its transports.</summary>
    public required IReadOnlyList<string> TransportIds { get; init; }

    /// <summary>Its observers.</summary>
    public required IReadOnlyList<string> RtpObserverIds { get; init; }

    /// <summary>Every producer with its consumers.</summary>
    public required (string ProducerId, IReadOnlyList<string> ConsumerIds)[] ProducerConsumers
    {
        get;
        init;
    }

    /// <summary>Every consumer with its producer.</summary>
    public required (string ConsumerId, string ProducerId)[] ConsumerProducers { get; init; }

    /// <summary>Every producer with its observers.</summary>
    public required (string ProducerId, IReadOnlyList<string> ObserverIds)[] ProducerObservers
    {
        get;
        init;
    }

    /// <summary>Every data producer with its data consumers.</summary>
    public required (string DataProducerId, IReadOnlyList<string> DataConsumerIds)[]
        DataProducerConsumers
    {
        get;
        init;
    }

    /// <summary>Every data consumer with its data producer.</summary>
    public required (string DataConsumerId, string DataProducerId)[] DataConsumerProducers
    {
        get;
        init;
    }
}
