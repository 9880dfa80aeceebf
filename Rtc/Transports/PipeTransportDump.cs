namespace Rtc.Transports;

/// <summary>What a PipeTransport dumps, beside what every transport does.</summary>
public sealed class PipeTransportDump
{
    /// <summary>What every transport dumps.</summary>
    public required TransportDump Base { get; init; }

    /// <summary>Our side, and the peer where it is known.</summary>
    public required TupleInfo Tuple { get; init; }

    /// <summary>Whether packets are retransmitted by RTX.</summary>
    public required bool Rtx { get; init; }

    /// <summary>Our keys; null where SRTP is off.</summary>
    public required SrtpParameters? SrtpParameters { get; init; }
}
