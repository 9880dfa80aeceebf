using Rtc.Dtls;
using Rtc.Ice;

namespace Rtc.Transports;

/// <summary>What a WebRtcTransport dumps, beside what every transport does.</summary>
public sealed class WebRtcTransportDump
{
    /// <summary>What every transport dumps.</summary>
    public required TransportDump Base { get; init; }

    /// <summary>Our ICE credentials.</summary>
    public required IceParameters IceParameters { get; init; }

    /// <summary>Where we can be reached.</summary>
    public required IReadOnlyList<IceCandidate> IceCandidates { get; init; }

    /// <summary>Where ICE stands.</summary>
    public required IceState IceState { get; init; }

    /// <summary>What is sent by; null in New and Disconnected.</summary>
    public required TupleInfo? IceSelectedTuple { get; init; }

    /// <summary>Our role in DTLS as far as it is known.</summary>
    public required DtlsRole DtlsRole { get; init; }

    /// <summary>Fingerprints of our certificate.</summary>
    public required IReadOnlyList<DtlsFingerprint> DtlsFingerprints { get; init; }

    /// <summary>Where DTLS stands.</summary>
    public required DtlsState DtlsState { get; init; }
}
