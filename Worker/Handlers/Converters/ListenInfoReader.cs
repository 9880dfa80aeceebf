using Rtc.Seams;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Takes out of a request where to listen.</summary>
internal static class ListenInfoReader
{
    /// <summary>Reads where to listen.</summary>
    /// <exception cref="RequestException">TypeError: the protocol is unknown.</exception>
    public static ListenInfo Read(Wire.Transport.ListenInfo wire) => new()
    {
        Protocol = ReadProtocol(wire.Protocol),
        Ip = wire.Ip,
        AnnouncedAddress = string.IsNullOrEmpty(wire.AnnouncedAddress) ? null : wire.AnnouncedAddress,
        ExposeInternalIp = wire.ExposeInternalIp,
        Port = wire.Port,
        PortRange = new PortRange(wire.PortRange.Min, wire.PortRange.Max),
        IPv6Only = wire.Flags.Ipv6Only,
        UdpReusePort = wire.Flags.UdpReusePort,
        SendBufferSize = wire.SendBufferSize,
        RecvBufferSize = wire.RecvBufferSize,
    };

    private static TransportProtocol ReadProtocol(Wire.Transport.Protocol wire) => wire switch
    {
        Wire.Transport.Protocol.Udp => TransportProtocol.Udp,
        Wire.Transport.Protocol.Tcp => TransportProtocol.Tcp,
        _ => throw RequestException.TypeError("unknown listen protocol"),
    };
}
