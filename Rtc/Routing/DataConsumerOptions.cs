namespace Rtc.Routing;

/// <summary>What a data consumer is made with.</summary>
public sealed class DataConsumerOptions
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Which data producer it forwards.</summary>
    public required string DataProducerId { get; init; }

    /// <summary>How its messages leave.</summary>
    public required DataChannelType Type { get; init; }

    /// <summary>Its SCTP stream; null where it is direct.</summary>
    public DataStreamParameters? Stream { get; init; }

    /// <summary>Label of the data channel.</summary>
    public string Label { get; init; } = "";

    /// <summary>Sub-protocol of the data channel.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether it begins paused.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether it feeds another router.</summary>
    public bool IsPipe { get; init; }

    /// <summary>The subchannels that it is in from the beginning.</summary>
    public IReadOnlyList<ushort> Subchannels { get; init; } = [];
}
