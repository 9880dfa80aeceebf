namespace Rtc.Seams;

/// <summary>What carries a datagram: UDP itself, or TCP with the framing of RFC 4571.</summary>
public enum TransportProtocol : byte
{
    /// <summary>One datagram a UDP packet.</summary>
    Udp,

    /// <summary>One datagram an RFC 4571 frame of a TCP connection.</summary>
    Tcp,
}
