using Rtc.Crypto;

namespace Rtc.Transports;

/// <summary>What a PlainTransport is created with, beside what every transport is.</summary>
public sealed class PlainTransportOptions
{
    /// <summary>What every transport is created with.</summary>
    public required TransportOptions Base { get; init; }

    /// <summary>Whether RTP and RTCP share a port (RFC 5761).</summary>
    public bool RtcpMux { get; init; }

    /// <summary>Whether the peer's address is learned from its first packet.</summary>
    public bool Comedia { get; init; }

    /// <summary>Suite of our keys; null where SRTP is off.</summary>
    public SrtpSuite? SrtpSuite { get; init; }
}
