using Rtc.Ice;
using Rtc.Seams;
using Worker.Net;

namespace Worker.Handlers;

/// <summary>Sockets that live and close together: those of one transport, or of a WebRtcServer.</summary>
internal sealed class SocketSet(EventLoop loop, PortManager ports)
{
    // There is one as a rule.
    private readonly List<UdpSocket> _udp = new(1);
    private readonly List<ListenPoint> _points = new(1);
    private List<TcpListener>? _tcp;

    /// <summary>What is listened on, in the order in which it was opened.</summary>
    public IReadOnlyList<ListenPoint> Points => _points;

    /// <summary>Binds a UDP socket.</summary>
    /// <exception cref="RequestException">The listen info is wrong, or the port cannot be bound.</exception>
    public UdpSocket OpenUdp(ListenInfo info, IDatagramReceiver receiver)
    {
        BoundSocket bound = ports.Bind(info);
        try
        {
            UdpSocket socket = new(loop, bound, receiver, info.AnnouncedAddress);
            _udp.Add(socket);
            _points.Add(new ListenPoint(info, socket.LocalAddress));
            return socket;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    /// <summary>Binds a socket of whatever protocol is asked for.</summary>
    /// <exception cref="RequestException">The listen info is wrong, or the port cannot be bound.</exception>
    public void Open(ListenInfo info, IDatagramReceiver receiver)
    {
        if (info.Protocol == TransportProtocol.Udp)
            OpenUdp(info, receiver);
        else
            OpenTcp(info, receiver);
    }

    /// <summary>The ICE candidates of all that is listened on.</summary>
    /// <param name="useUdp">Whether UDP is wanted.</param>
    /// <param name="useTcp">Whether TCP is wanted.</param>
    /// <param name="preferUdp">Whether UDP goes before what it would go behind.</param>
    /// <param name="preferTcp">Whether TCP goes before what it would go behind.</param>
    public List<IceCandidate> GetCandidates(
        bool useUdp = true, bool useTcp = true, bool preferUdp = false, bool preferTcp = false)
    {
        List<IceCandidate> candidates = [];
        for (int i = 0; i < _points.Count; i++)
        {
            (ListenInfo info, TransportAddress local) = _points[i];
            bool isUdp = info.Protocol == TransportProtocol.Udp;
            if (isUdp ? !useUdp : !useTcp)
                continue;

            IceCandidate.AddHostCandidates(
                candidates,
                info.Protocol,
                local,
                info.AnnouncedAddress,
                info.ExposeInternalIp,
                IceCandidate.ComputePriority(i, isUdp ? preferUdp : preferTcp));
        }

        return candidates;
    }

    /// <summary>Sends what is queued and closes all. Receivers are not told.</summary>
    public void Close()
    {
        foreach (UdpSocket socket in _udp)
            socket.Close();
        foreach (TcpListener listener in _tcp ?? [])
            listener.Close();
        _udp.Clear();
        _tcp = null;
        _points.Clear();
    }

    private void OpenTcp(ListenInfo info, IDatagramReceiver receiver)
    {
        BoundSocket bound = ports.Bind(info);
        try
        {
            TcpListener listener = new(loop, bound, receiver, info.AnnouncedAddress);
            (_tcp ??= new(1)).Add(listener);
            _points.Add(new ListenPoint(info, listener.LocalAddress));
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }
}

/// <summary>Something that is listened on.</summary>
/// <param name="Info">As it was asked for.</param>
/// <param name="Local">The address that it got.</param>
internal readonly record struct ListenPoint(ListenInfo Info, TransportAddress Local);
