namespace Rtc.Seams;

/// <summary>
/// A way to a peer: protocol, local address, remote address; and the writer of datagrams that take it. The owner
/// writes a datagram straight into room that the send queue lends (<see cref="Reserve"/>, <see cref="Commit"/>), so
/// a forwarded payload is passed over once, by the cipher, on its way from the shared plaintext to the queue.
/// </summary>
/// <param name="socket">What the datagrams leave by.</param>
/// <param name="remote">Where they go.</param>
public abstract class TransportTuple(IDatagramSocket socket, in TransportAddress remote)
{
    /// <summary>What the datagrams leave by.</summary>
    public IDatagramSocket Socket { get; } = socket;

    /// <summary>The peer's address.</summary>
    public TransportAddress RemoteAddress { get; } = remote;

    /// <summary>The address of our side.</summary>
    public TransportAddress LocalAddress => Socket.LocalAddress;

    /// <summary>What carries the datagrams.</summary>
    public TransportProtocol Protocol => Socket.Protocol;

    /// <summary>Whether a datagram that came in on <paramref name="socket"/> from that address took this way.</summary>
    public bool Matches(IDatagramSocket socket, in TransportAddress remote) =>
        ReferenceEquals(Socket, socket) && RemoteAddress == remote;

    /// <summary>
    /// Lends room for one datagram of up to <paramref name="maxLength"/> bytes. At most one reservation is open on a
    /// tuple; it ends with <see cref="Commit"/>. Empty when the queue has no room, which the queue counts.
    /// </summary>
    public abstract Span<byte> Reserve(int maxLength);

    /// <summary>Queues the first <paramref name="length"/> bytes of the open reservation; 0 gives it up.</summary>
    public abstract void Commit(int length);

    /// <summary>Queues a copy of <paramref name="datagram"/>; false when there was no room.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        Span<byte> room = Reserve(datagram.Length);
        if (room.Length < datagram.Length)
            return false;

        datagram.CopyTo(room);
        Commit(datagram.Length);
        return true;
    }

    /// <summary>
    /// Gives the tuple back: what is queued still leaves, nothing can be reserved any more. Closing the tuple of a
    /// TCP connection closes the connection.
    /// </summary>
    public abstract void Close();
}
