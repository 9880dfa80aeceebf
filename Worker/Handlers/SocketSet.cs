using Rtc.Seams;
using Worker.Net;

namespace Worker.Handlers;

/// <summary>The sockets that one transport listens on; they live and close together.</summary>
internal sealed class SocketSet(EventLoop loop, PortManager ports)
{
    private readonly List<UdpSocket> _udp = [];
    private readonly List<TcpListener> _tcp = [];

    /// <summary>Binds a UDP socket.</summary>
    /// <exception cref="RequestException">The listen info is wrong, or the port cannot be bound.</exception>
    public UdpSocket OpenUdp(ListenInfo info, IDatagramReceiver receiver)
    {
        BoundSocket bound = ports.Bind(info);
        try
        {
            UdpSocket socket = new(loop, bound, receiver, info.AnnouncedAddress);
            _udp.Add(socket);
            return socket;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    /// <summary>Binds a TCP socket and listens.</summary>
    /// <exception cref="RequestException">The listen info is wrong, or the port cannot be bound.</exception>
    public TcpListener OpenTcp(ListenInfo info, IDatagramReceiver receiver)
    {
        BoundSocket bound = ports.Bind(info);
        try
        {
            TcpListener listener = new(loop, bound, receiver, info.AnnouncedAddress);
            _tcp.Add(listener);
            return listener;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    /// <summary>Sends what is queued and closes all. Receivers are not told.</summary>
    public void Close()
    {
        foreach (UdpSocket socket in _udp)
            socket.Close();
        foreach (TcpListener listener in _tcp)
            listener.Close();
        _udp.Clear();
        _tcp.Clear();
    }
}
