using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>The SCTP stream of a data channel and how its messages travel (RFC 8831 section 6.1).</summary>
public sealed class DataStreamParameters
{
    /// <summary>The highest stream id; 65,535 is reserved (RFC 8832 section 6).</summary>
    public const ushort MaxStreamId = 65_534;

    /// <summary>Checks and completes what the application asks for; limits of 0 are none.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="ordered">Whether messages keep their order; null for what follows from the limits.</param>
    /// <param name="maxPacketLifeTimeMs">After how many milliseconds a message is given up; null for never.</param>
    /// <param name="maxRetransmits">How often a part of a message may be repeated; null for any.</param>
    /// <exception cref="RequestException">
    /// TypeError: no such stream, both limits, or a limit on ordered messages.
    /// </exception>
    public DataStreamParameters(ushort streamId, bool? ordered, ushort? maxPacketLifeTimeMs, ushort? maxRetransmits)
    {
        if (streamId > MaxStreamId)
            throw RequestException.TypeError($"streamId {streamId} is above {MaxStreamId}");

        StreamId = streamId;
        MaxPacketLifeTimeMs = maxPacketLifeTimeMs is 0 ? null : maxPacketLifeTimeMs;
        MaxRetransmits = maxRetransmits is 0 ? null : maxRetransmits;
        if (MaxPacketLifeTimeMs is not null && MaxRetransmits is not null)
            throw RequestException.TypeError("maxPacketLifeTime and maxRetransmits exclude each other");

        bool isLimited = MaxPacketLifeTimeMs is not null || MaxRetransmits is not null;
        if (ordered is true && isLimited)
            throw RequestException.TypeError("ordered excludes maxPacketLifeTime and maxRetransmits");

        Ordered = ordered ?? !isLimited;
    }

    /// <summary>The stream.</summary>
    public ushort StreamId { get; }

    /// <summary>Whether messages keep their order.</summary>
    public bool Ordered { get; }

    /// <summary>After how many milliseconds a message is given up; null for never.</summary>
    public ushort? MaxPacketLifeTimeMs { get; }

    /// <summary>How often a part of a message may be repeated before it is given up; null for any.</summary>
    public ushort? MaxRetransmits { get; }
}
