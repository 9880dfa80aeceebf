namespace Rtc.Transports;

/// <summary>What a WebRtcTransport is created with, beside what every transport is.</summary>
public sealed class WebRtcTransportOptions
{
    /// <summary>What every transport is created with.</summary>
    public required TransportOptions Base { get; init; }

    /// <summary>
    /// How long the peer may be silent before ICE is disconnected, in seconds; 0 for ever, all else is brought into
    /// 10 to 60.
    /// </summary>
    public byte IceConsentTimeoutSeconds { get; init; } = 30;
}
