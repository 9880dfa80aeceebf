using Rtc.Seams;

namespace Worker.Net;

/// <summary>Where and how the application wants a socket to be bound: mediasoup's TransportListenInfo.</summary>
public sealed record ListenInfo
{
    /// <summary>UDP or TCP.</summary>
    public TransportProtocol Protocol { get; init; } = TransportProtocol.Udp;

    /// <summary>A numeric IPv4 or IPv6 address of this host.</summary>
    public required string Ip { get; init; }

    /// <summary>What peers are told instead of <see cref="Ip"/>, a name or a numeric IP; null for nothing.</summary>
    public string? AnnouncedAddress { get; init; }

    /// <summary>Whether peers are told <see cref="Ip"/> as well when there is an announced address.</summary>
    public bool ExposeInternalIp { get; init; }

    /// <summary>The port; 0 takes one out of <see cref="PortRange"/> or, when that is empty, the worker's range.</summary>
    public ushort Port { get; init; }

    /// <summary>Where to take the port from; it goes before <see cref="Port"/> unless one of its ends is 0.</summary>
    public PortRange PortRange { get; init; }

    /// <summary>Whether an IPv6 socket refuses IPv4. Means nothing on IPv4.</summary>
    public bool IPv6Only { get; init; }

    /// <summary>Whether other UDP sockets may be bound to the same port (SO_REUSEADDR). Means nothing on TCP.</summary>
    public bool UdpReusePort { get; init; }

    /// <summary>The kernel's send buffer in bytes; 0 leaves the system's default.</summary>
    public uint SendBufferSize { get; init; }

    /// <summary>The kernel's receive buffer in bytes; 0 leaves the system's default.</summary>
    public uint RecvBufferSize { get; init; }
}

/// <summary>Ports from <paramref name="Min"/> to <paramref name="Max"/>, both included.</summary>
public readonly record struct PortRange(ushort Min, ushort Max)
{
    /// <summary>Whether it names a range: both ends are set.</summary>
    public bool IsSet => Min != 0 && Max != 0;
}
