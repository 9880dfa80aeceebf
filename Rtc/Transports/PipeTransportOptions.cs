namespace Rtc.Transports;

/// <summary>What a PipeTransport is created with, beside what every transport is.</summary>
public sealed class PipeTransportOptions
{
    /// <summary>What every transport is created with.</summary>
    public required TransportOptions Base { get; init; }

    /// <summary>Whether packets are retransmitted by RTX; the application's parameters say the rest.</summary>
    public bool EnableRtx { get; init; }

    /// <summary>Whether media is encrypted.</summary>
    public bool EnableSrtp { get; init; }
}
