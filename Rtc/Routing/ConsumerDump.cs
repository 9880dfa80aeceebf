using Rtc.Rtp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>The inside of a consumer; fields as in <c>consumer.fbs</c>. A layer is -1 where there is none.</summary>
public sealed class ConsumerDump
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>How it forwards layers.</summary>
    public required RtpParametersType Type { get; init; }

    /// <summary>Which producer it forwards.</summary>
    public required string ProducerId { get; init; }

    /// <summary>Audio or video.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>How its packets look when they leave.</summary>
    public required RtpParameters RtpParameters { get; init; }

    /// <summary>The producer's encodings as they are renamed for consumers.</summary>
    public required IReadOnlyList<RtpEncodingParameters> ConsumableRtpEncodings { get; init; }

    /// <summary>Payload types of the media codecs, ascending.</summary>
    public required byte[] SupportedCodecPayloadTypes { get; init; }

    /// <summary>Enabled trace events.</summary>
    public required RtpTraceEventTypes TraceEventTypes { get; init; }

    /// <summary>Whether it is paused.</summary>
    public required bool Paused { get; init; }

    /// <summary>Whether its producer is paused.</summary>
    public required bool ProducerPaused { get; init; }

    /// <summary>Its share when bandwidth is scarce, 1 to 255.</summary>
    public required byte Priority { get; init; }

    /// <summary>What it sends.</summary>
    public required IReadOnlyList<RtpStreamDump> RtpStreams { get; init; }

    /// <summary>What the application wants.</summary>
    public short PreferredSpatialLayer { get; init; } = -1;

    /// <summary>What it is on the way to.</summary>
    public short TargetSpatialLayer { get; init; } = -1;

    /// <summary>What it forwards.</summary>
    public short CurrentSpatialLayer { get; init; } = -1;

    /// <summary>What the application wants.</summary>
    public short PreferredTemporalLayer { get; init; } = -1;

    /// <summary>What it is on the way to.</summary>
    public short TargetTemporalLayer { get; init; } = -1;

    /// <summary>What it forwards.</summary>
    public short CurrentTemporalLayer { get; init; } = -1;
}
