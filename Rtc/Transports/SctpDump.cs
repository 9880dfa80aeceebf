using Rtc.Sctp;

namespace Rtc.Transports;

/// <summary>What the association of a transport dumps.</summary>
public sealed class SctpDump
{
    /// <summary>What it was made with.</summary>
    public required SctpTransportOptions Options { get; init; }

    /// <summary>Port of both ends.</summary>
    public required ushort Port { get; init; }

    /// <summary>How far it is.</summary>
    public required SctpState State { get; init; }

    /// <summary>How many streams we may send on; 0 before that is negotiated.</summary>
    public required ushort OutgoingStreams { get; init; }

    /// <summary>How many streams the peer may send on; 0 before that is negotiated.</summary>
    public required ushort IncomingStreams { get; init; }

    /// <summary>Bytes of all streams that wait to be sent.</summary>
    public required uint BufferedAmount { get; init; }

    /// <summary>Streams, with the data producer of each.</summary>
    public required (ushort StreamId, string ProducerId)[] StreamTable { get; init; }
}
