using Channel.Wire;
using Rtc.Seams;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes addresses.</summary>
internal static class TupleWriter
{
    /// <summary>Writes both ends of a flow; nothing where there is none.</summary>
    public static Offset<Wire.Transport.Tuple> Write(WireBuilder b, TupleInfo? tuple) =>
        tuple is not { } known
            ? default
            : Wire.Transport.Tuple.Create(
                b,
                localAddress: b.String(known.LocalAddress),
                localPort: known.LocalPort,
                remoteIp: b.String(known.RemoteIp),
                remotePort: known.RemotePort,
                protocol: ToWire(known.Protocol));

    /// <summary>The contract's word for a protocol.</summary>
    public static Wire.Transport.Protocol ToWire(TransportProtocol protocol) =>
        protocol == TransportProtocol.Udp ? Wire.Transport.Protocol.Udp : Wire.Transport.Protocol.Tcp;
}
