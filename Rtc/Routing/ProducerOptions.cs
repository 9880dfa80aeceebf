using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>What a producer is made with.</summary>
public sealed class ProducerOptions
{
    /// <summary>Its id, unique in its router.</summary>
    public required string Id { get; init; }

    /// <summary>Audio or video.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>How its packets look when they arrive.</summary>
    public required RtpParameters RtpParameters { get; init; }

    /// <summary>How they are renamed for consumers.</summary>
    public required RtpMapping RtpMapping { get; init; }

    /// <summary>Least time between key frame requests, in milliseconds; 0 for none.</summary>
    public uint KeyFrameRequestDelayMs { get; init; }

    /// <summary>Whether packets get the packet-id header extension where they have none.</summary>
    public bool EnablePacketId { get; init; }

    /// <summary>Whether it begins paused.</summary>
    public bool Paused { get; init; }
}
