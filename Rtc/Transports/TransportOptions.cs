namespace Rtc.Transports;

/// <summary>What every transport is created with, as the application's library hands it over.</summary>
public sealed class TransportOptions
{
    /// <summary>Whether this is a DirectTransport: no network, packets over the channel.</summary>
    public bool Direct { get; init; }

    /// <summary>Where bandwidth estimation towards the peer starts, in bits a second; null for the default.</summary>
    public ulong? InitialAvailableOutgoingBitrate { get; init; }

    /// <summary>Largest data channel message that is sent, in bytes.</summary>
    public uint MaxSendMessageSize { get; init; }

    /// <summary>Largest data channel message that is accepted, in bytes.</summary>
    public uint MaxReceiveMessageSize { get; init; }

    /// <summary>How data is carried; null where SCTP is off.</summary>
    public SctpTransportOptions? Sctp { get; init; }
}
