using Rtc.Rtp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>The inside of a producer; fields as in <c>producer.fbs</c>.</summary>
public sealed class ProducerDump
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Audio or video.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>How its layers arrive.</summary>
    public required RtpParametersType Type { get; init; }

    /// <summary>How its packets look when they arrive.</summary>
    public required RtpParameters RtpParameters { get; init; }

    /// <summary>How they are renamed.</summary>
    public required RtpMapping RtpMapping { get; init; }

    /// <summary>The streams that have begun, in the order of their encodings.</summary>
    public required IReadOnlyList<RtpStreamDump> RtpStreams { get; init; }

    /// <summary>Enabled trace events.</summary>
    public required RtpTraceEventTypes TraceEventTypes { get; init; }

    /// <summary>Whether it is paused.</summary>
    public required bool Paused { get; init; }
}
