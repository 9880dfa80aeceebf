namespace Rtc.Routing;

/// <summary>What a data producer is made with.</summary>
public sealed class DataProducerOptions
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>How its messages arrive.</summary>
    public required DataChannelType Type { get; init; }

    /// <summary>Its SCTP stream; null where it is direct.</summary>
    public DataStreamParameters? Stream { get; init; }

    /// <summary>Label of the data channel.</summary>
    public string Label { get; init; } = "";

    /// <summary>Sub-protocol of the data channel.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether it begins paused.</summary>
    public bool Paused { get; init; }
}
