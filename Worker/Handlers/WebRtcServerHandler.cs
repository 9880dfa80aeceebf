using Channel.Wire;
using Rtc.Ice;
using Rtc.Seams;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>A WebRtcServer, sockets that WebRtcTransports of any router share, and the requests to it.</summary>
internal sealed class WebRtcServerHandler : IRequestHandler
{
    private readonly string _id;
    private readonly SocketSet _sockets;

    // In the order in which they came, and each of thousands goes at the same price.
    private readonly LinkedList<(string Id, RouterHandler Router)> _transports = [];
    private readonly Dictionary<string, LinkedListNode<(string Id, RouterHandler Router)>> _nodes = [];

    private WebRtcServerHandler(string id, SocketSet sockets)
    {
        _id = id;
        _sockets = sockets;
    }

    /// <summary>Who finds the transport of a datagram.</summary>
    public SharedPort Port { get; } = new();

    /// <summary>Binds the sockets of a new server; what cannot be bound leaves none of them open.</summary>
    /// <exception cref="RequestException">TypeError: nothing to listen on. Error: a port cannot be bound.</exception>
    public static WebRtcServerHandler Open(
        string id, TableVector<Wire.Transport.ListenInfo> listenInfos, WorkerServices services)
    {
        if (listenInfos.Count == 0)
            throw RequestException.TypeError($"WebRtcServer {id}: listenInfos is empty");

        WebRtcServerHandler server = new(id, new SocketSet(services.Loop, services.Ports));
        try
        {
            foreach (Wire.Transport.ListenInfo listenInfo in listenInfos)
                server._sockets.Open(ListenInfoReader.Read(listenInfo), server.Port);
        }
        catch
        {
            server._sockets.Close();
            throw;
        }

        return server;
    }

    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        if (request.Method != Wire.Request.Method.WebRtcServerDump)
            throw request.Unsupported();

        request.Accept(WriteDump(request.Builder));
    }

    /// <summary>Where a transport on this server can be reached.</summary>
    /// <exception cref="RequestException">TypeError: nowhere, with these options.</exception>
    public IReadOnlyList<IceCandidate> GetCandidates(Wire.WebRtcTransport.WebRtcTransportOptions options)
    {
        List<IceCandidate> candidates = _sockets.GetCandidates(
            options.EnableUdp, options.EnableTcp, options.PreferUdp, options.PreferTcp);
        return candidates.Count > 0
            ? candidates
            : throw RequestException.TypeError($"WebRtcServer {_id} has no ICE candidate of an enabled protocol");
    }

    /// <summary>A transport came that uses the sockets.</summary>
    /// <param name="transportId">Its id.</param>
    /// <param name="router">Who closes it with the server.</param>
    public void Add(string transportId, RouterHandler router) =>
        _nodes.Add(transportId, _transports.AddLast((transportId, router)));

    /// <summary>A transport went.</summary>
    public void Remove(string transportId)
    {
        if (_nodes.Remove(transportId, out LinkedListNode<(string Id, RouterHandler Router)>? node))
            _transports.Remove(node);
    }

    /// <summary>Closes all transports on the server, while they can still say goodbye, then the sockets.</summary>
    public void Close()
    {
        while (_transports.First is { } first)
        {
            first.Value.Router.CloseTransport(first.Value.Id);
            Remove(first.Value.Id);
        }

        _sockets.Close();
    }

    private Offset<Wire.WebRtcServer.DumpResponse> WriteDump(WireBuilder b)
    {
        VectorOffset<Wire.WebRtcServer.IpPort> udp = WriteAddresses(b, TransportProtocol.Udp);
        VectorOffset<Wire.WebRtcServer.IpPort> tcp = WriteAddresses(b, TransportProtocol.Tcp);
        ListBuilder<Wire.WebRtcServer.IceUserNameFragment> fragments =
            b.StartList<Wire.WebRtcServer.IceUserNameFragment>();
        foreach ((string fragment, WebRtcTransport transport) in Port.UsernameFragments)
        {
            fragments.Add(Wire.WebRtcServer.IceUserNameFragment.Create(
                b, localIceUsernameFragment: b.String(fragment), webRtcTransportId: b.String(transport.Id)));
        }

        VectorOffset<Wire.WebRtcServer.IceUserNameFragment> fragmentVector = fragments.End();
        return Wire.WebRtcServer.DumpResponse.Create(
            b,
            id: b.String(_id),
            udpSockets: udp,
            tcpServers: tcp,
            webRtcTransportIds: b.Vector(GetTransportIds()),
            localIceUsernameFragments: fragmentVector,
            tupleHashes: EarlierReleases.WriteTupleHashes(b, Port));
    }

    private string[] GetTransportIds()
    {
        var ids = new string[_transports.Count];
        int count = 0;
        foreach ((string id, _) in _transports)
            ids[count++] = id;

        return ids;
    }

    private VectorOffset<Wire.WebRtcServer.IpPort> WriteAddresses(WireBuilder b, TransportProtocol protocol)
    {
        ListBuilder<Wire.WebRtcServer.IpPort> list = b.StartList<Wire.WebRtcServer.IpPort>();
        foreach (ListenPoint point in _sockets.Points)
        {
            if (point.Info.Protocol == protocol)
            {
                list.Add(Wire.WebRtcServer.IpPort.Create(
                    b, ip: b.String(point.Local.FormatAddress()), port: point.Local.Port));
            }
        }

        return list.End();
    }
}
