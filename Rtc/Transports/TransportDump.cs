using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>What every transport dumps. Lists are in the order in which their members were created.</summary>
public sealed class TransportDump
{
    /// <summary>Id of the transport.</summary>
    public required string Id { get; init; }

    /// <summary>Whether it is a DirectTransport.</summary>
    public required bool Direct { get; init; }

    /// <summary>Producers of the transport.</summary>
    public required IReadOnlyList<string> ProducerIds { get; init; }

    /// <summary>Consumers of the transport.</summary>
    public required IReadOnlyList<string> ConsumerIds { get; init; }

    /// <summary>Data producers of the transport.</summary>
    public required IReadOnlyList<string> DataProducerIds { get; init; }

    /// <summary>Data consumers of the transport.</summary>
    public required IReadOnlyList<string> DataConsumerIds { get; init; }

    /// <summary>Media SSRCs that are sent, with the consumer of each.</summary>
    public required (uint Ssrc, string ConsumerId)[] SsrcConsumerIds { get; init; }

    /// <summary>RTX SSRCs that are sent, with the consumer of each.</summary>
    public required (uint Ssrc, string ConsumerId)[] RtxSsrcConsumerIds { get; init; }

    /// <summary>Ids of the header extensions that the transport reads; 0 where not negotiated.</summary>
    public required RtpHeaderExtensionIds HeaderExtensionIds { get; init; }

    /// <summary>SSRCs known or learned, with the producer of each.</summary>
    public required (uint Ssrc, string ProducerId)[] SsrcTable { get; init; }

    /// <summary>MIDs, with the producer of each.</summary>
    public required (string Mid, string ProducerId)[] MidTable { get; init; }

    /// <summary>RIDs, with the producer of each.</summary>
    public required (string Rid, string ProducerId)[] RidTable { get; init; }

    /// <summary>Largest message sent, in bytes.</summary>
    public required uint MaxSendMessageSize { get; init; }

    /// <summary>Largest message accepted, in bytes.</summary>
    public required uint MaxReceiveMessageSize { get; init; }

    /// <summary>The association that carries data; null where SCTP is off.</summary>
    public SctpDump? Sctp { get; init; }

    /// <summary>Trace events that are on.</summary>
    public required TransportTraceEventTypes TraceEventTypes { get; init; }
}
