using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>What a consumer is made with.</summary>
public sealed class ConsumerOptions
{
    /// <summary>Its id, unique in its router.</summary>
    public required string Id { get; init; }

    /// <summary>Which producer it forwards.</summary>
    public required string ProducerId { get; init; }

    /// <summary>Audio or video.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>How its packets look when they leave.</summary>
    public required RtpParameters RtpParameters { get; init; }

    /// <summary>
    /// <see cref="RtpParametersType.Pipe"/> for all streams of the producer; with anything else the type follows from
    /// <see cref="ConsumableRtpEncodings"/>.
    /// </summary>
    public RtpParametersType Type { get; init; } = RtpParametersType.Simple;

    /// <summary>The producer's encodings as they are renamed for consumers.</summary>
    public required IReadOnlyList<RtpEncodingParameters> ConsumableRtpEncodings { get; init; }

    /// <summary>The layers to forward where there are several; null for the highest.</summary>
    public ConsumerLayers? PreferredLayers { get; init; }

    /// <summary>Whether packets of Opus that hold silence (DTX) are left out.</summary>
    public bool IgnoreDtx { get; init; }

    /// <summary>Whether it begins paused.</summary>
    public bool Paused { get; init; }
}
