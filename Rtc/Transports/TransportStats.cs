using Rtc.Sctp;

namespace Rtc.Transports;

/// <summary>Numbers of a transport at one moment. Bytes count whole datagrams, rates are in bits a second.</summary>
public sealed class TransportStats
{
    /// <summary>Id of the transport.</summary>
    public required string TransportId { get; init; }

    /// <summary>Monotonic milliseconds, not an epoch.</summary>
    public required ulong TimestampMs { get; init; }

    /// <summary>How far the association is; null where SCTP is off.</summary>
    public SctpState? SctpState { get; init; }

    /// <summary>All that arrived, in whatever protocol, garbage included.</summary>
    public required TrafficStats Received { get; init; }

    /// <summary>All that was sent.</summary>
    public required TrafficStats Sent { get; init; }

    /// <summary>RTP that arrived and belonged to a producer, RTX included.</summary>
    public required TrafficStats RtpReceived { get; init; }

    /// <summary>RTP that was sent, RTX not included.</summary>
    public required TrafficStats RtpSent { get; init; }

    /// <summary>RTX that arrived.</summary>
    public required TrafficStats RtxReceived { get; init; }

    /// <summary>RTX that was sent.</summary>
    public required TrafficStats RtxSent { get; init; }

    /// <summary>Probation packets that were sent.</summary>
    public required TrafficStats ProbationSent { get; init; }

    /// <summary>Estimate towards the peer; null without an estimator.</summary>
    public ulong? AvailableOutgoingBitrate { get; init; }

    /// <summary>Estimate from the peer; null without an estimator.</summary>
    public ulong? AvailableIncomingBitrate { get; init; }

    /// <summary>Limit set by the application; null without one.</summary>
    public ulong? MaxIncomingBitrate { get; init; }

    /// <summary>Limit set by the application; null without one.</summary>
    public ulong? MaxOutgoingBitrate { get; init; }

    /// <summary>Limit set by the application; null without one.</summary>
    public ulong? MinOutgoingBitrate { get; init; }

    /// <summary>Loss from the peer, 0 to 1; null without an estimator.</summary>
    public double? RtpPacketLossReceived { get; init; }

    /// <summary>Loss towards the peer, 0 to 1; null without an estimator.</summary>
    public double? RtpPacketLossSent { get; init; }
}

/// <summary>Total and present rate of one kind of traffic.</summary>
/// <param name="Bytes">Bytes since the transport was created.</param>
/// <param name="Bitrate">Bits a second.</param>
public readonly record struct TrafficStats(ulong Bytes, ulong Bitrate);
