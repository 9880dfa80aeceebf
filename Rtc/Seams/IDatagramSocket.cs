namespace Rtc.Seams;

/// <summary>
/// The core's view of something that datagrams arrive on and leave by: a bound UDP socket, or one TCP connection.
/// The rim implements it over a real socket, a simulation over an emulated link.
/// </summary>
public interface IDatagramSocket
{
    /// <summary>What carries the datagrams.</summary>
    TransportProtocol Protocol { get; }

    /// <summary>The address that the socket is bound to.</summary>
    TransportAddress LocalAddress { get; }

    /// <summary>
    /// The address that peers and the application are told instead of the local IP, a name or a numeric IP; null
    /// when there is none.
    /// </summary>
    string? AnnouncedAddress { get; }

    /// <summary>
    /// Copies one datagram into the send queue, for a peer that is not known yet (the answer to a STUN request). A
    /// full queue drops it and counts.
    /// </summary>
    void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram);

    /// <summary>Makes the tuple by which datagrams to <paramref name="remote"/> are written without a copy.</summary>
    TransportTuple OpenTuple(in TransportAddress remote);
}
