namespace Rtc.Transports;

/// <summary>What a PlainTransport dumps, beside what every transport does.</summary>
public sealed class PlainTransportDump
{
    /// <summary>What every transport dumps.</summary>
    public required TransportDump Base { get; init; }

    /// <summary>Whether RTP and RTCP share a port.</summary>
    public required bool RtcpMux { get; init; }

    /// <summary>Whether the peer's address is learned.</summary>
    public required bool Comedia { get; init; }

    /// <summary>Our side, and the peer where it is known.</summary>
    public required TupleInfo Tuple { get; init; }

    /// <summary>The same for RTCP; null where it shares the port.</summary>
    public required TupleInfo? RtcpTuple { get; init; }

    /// <summary>Our keys; null where SRTP is off.</summary>
    public required SrtpParameters? SrtpParameters { get; init; }
}
