using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>A tuple as the application sees it.</summary>
/// <param name="LocalAddress">Announced address or local IP.</param>
/// <param name="LocalPort">Port of our side.</param>
/// <param name="RemoteIp">IP of the peer; null while it is not known.</param>
/// <param name="RemotePort">Port of the peer; 0 while it is not known.</param>
/// <param name="Protocol">UDP or TCP.</param>
public sealed record TupleInfo(
    string LocalAddress,
    ushort LocalPort,
    string? RemoteIp,
    ushort RemotePort,
    TransportProtocol Protocol)
{
    /// <summary>
    /// A tuple with its peer. <paramref name="announced"/> says whether the announced address stands for the local
    /// IP where there is one: in a PlainTransport it does, in a WebRtcTransport the socket's own IP is shown.
    /// </summary>
    public static TupleInfo From(TransportTuple tuple, bool announced) => new(
        (announced ? tuple.Socket.AnnouncedAddress : null) ?? tuple.LocalAddress.FormatAddress(),
        tuple.LocalAddress.Port,
        tuple.RemoteAddress.FormatAddress(),
        tuple.RemoteAddress.Port,
        tuple.Protocol);

    /// <summary>Our side alone, before there is a peer.</summary>
    public static TupleInfo LocalOnly(IDatagramSocket socket) => new(
        socket.AnnouncedAddress ?? socket.LocalAddress.FormatAddress(),
        socket.LocalAddress.Port,
        null,
        0,
        socket.Protocol);
}
