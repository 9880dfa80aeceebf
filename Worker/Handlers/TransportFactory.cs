using Rtc.Ice;
using Rtc.Routing;
using Rtc.Seams;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Worker.Handlers.Notifiers;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>
/// Makes transports with their sockets. Who asks for one that cannot be made gets an exception, and nothing of it
/// stays: sockets are closed, ports are free again.
/// </summary>
internal sealed class TransportFactory(WorkerServices services)
{
    // Most transports listen like the one before.
    private ListenInfo? _lastListenInfo;

    /// <summary>Makes the transport that a request to a router asks for.</summary>
    /// <exception cref="RequestException">
    /// TypeError: an option is wrong, or a WebRtcServer has no candidate. Error: the id is taken, a port cannot be bound,
    /// or there is no such WebRtcServer.
    /// </exception>
    public TransportHandler Create(in IncomingRequest request, Router router) => request.Method switch
    {
        Wire.Request.Method.RouterCreateWebRtcTransport => CreateWebRtc(request, router),
        Wire.Request.Method.RouterCreateWebRtcTransportWithServer => CreateWebRtcOnServer(request, router),
        Wire.Request.Method.RouterCreatePlainTransport => CreatePlain(request, router),
        Wire.Request.Method.RouterCreatePipeTransport => CreatePipe(request, router),
        Wire.Request.Method.RouterCreateDirectTransport => CreateDirect(request, router),
        _ => throw request.Unsupported(),
    };

    private WebRtcTransportHandler CreateWebRtc(in IncomingRequest request, Router router)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreateWebRtcTransportRequest body));
        string id = CheckIsFree(body.TransportId, router);
        if (!body.Options.TryGetListen(out Wire.WebRtcTransport.ListenIndividual listen))
            throw RequestException.TypeError($"transport {id}: listenInfos are missing");

        List<ListenInfo> infos = [];
        foreach (Wire.Transport.ListenInfo info in listen.ListenInfos)
            infos.Add(Read(info));
        WebRtcTransport transport = MakeWebRtcTransport(id, body.Options, router, sharedPort: null);
        SocketSet sockets = Open(transport, sockets =>
        {
            foreach (ListenInfo info in infos)
                sockets.Open(info, transport);
            transport.SetCandidates(sockets.GetCandidates());
        });
        return new WebRtcTransportHandler(services, transport, sockets);
    }

    private WebRtcTransportHandler CreateWebRtcOnServer(in IncomingRequest request, Router router)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreateWebRtcTransportRequest body));
        string id = CheckIsFree(body.TransportId, router);
        if (!body.Options.TryGetListen(out Wire.WebRtcTransport.ListenServer listen))
            throw RequestException.TypeError($"transport {id}: webRtcServerId is missing");
        if (!services.WebRtcServers.TryGet(listen.WebRtcServerIdUtf8, out WebRtcServerHandler? server))
            throw RequestException.Error($"transport {id}: there is no WebRtcServer {listen.WebRtcServerId}");

        IReadOnlyList<IceCandidate> candidates = server.GetCandidates(body.Options);
        WebRtcTransport transport = MakeWebRtcTransport(id, body.Options, router, server.Port);
        transport.SetCandidates(candidates);
        return new WebRtcTransportHandler(services, transport, server);
    }

    private PlainTransportHandler CreatePlain(in IncomingRequest request, Router router)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreatePlainTransportRequest body));
        string id = CheckIsFree(body.TransportId, router);
        Wire.PlainTransport.PlainTransportOptions options = body.Options;
        ListenInfo info = ReadUdp(id, options.ListenInfo);
        ListenInfo? rtcpInfo = options.RtcpMux ? null
            : options.HasRtcpListenInfo ? ReadUdp(id, options.RtcpListenInfo)
            : info;
        if (options.EnableSrtp && options.SrtpCryptoSuite is null)
            throw RequestException.TypeError($"transport {id}: srtpCryptoSuite is missing");

        var transport = new PlainTransport(
            id,
            new PlainTransportOptions
            {
                Base = ReadBase(options.Base),
                RtcpMux = options.RtcpMux,
                Comedia = options.Comedia,
                SrtpSuite = options.EnableSrtp
                    ? SrtpParametersConverter.ReadSuite(options.SrtpCryptoSuite!.Value)
                    : null,
            },
            router,
            new PlainTransportNotifier(services.Channel, id));
        SocketSet sockets = Open(transport, sockets =>
        {
            UdpSocket socket = sockets.OpenUdp(info, transport);
            transport.Attach(socket, rtcpInfo is null ? null : sockets.OpenUdp(rtcpInfo, transport));
        });
        return new PlainTransportHandler(services, transport, sockets);
    }

    private PipeTransportHandler CreatePipe(in IncomingRequest request, Router router)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreatePipeTransportRequest body));
        string id = CheckIsFree(body.TransportId, router);
        ListenInfo info = ReadUdp(id, body.Options.ListenInfo);
        var transport = new PipeTransport(
            id,
            new PipeTransportOptions
            {
                Base = ReadBase(body.Options.Base),
                EnableRtx = body.Options.EnableRtx,
                EnableSrtp = body.Options.EnableSrtp,
            },
            router,
            new TransportNotifier(services.Channel, id));
        SocketSet sockets = Open(transport, sockets => transport.Attach(sockets.OpenUdp(info, transport)));
        return new PipeTransportHandler(services, transport, sockets);
    }

    private DirectTransportHandler CreateDirect(in IncomingRequest request, Router router)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreateDirectTransportRequest body));
        string id = CheckIsFree(body.TransportId, router);
        if (body.Options.Base.EnableSctp)
            throw RequestException.TypeError($"transport {id}: a DirectTransport does not speak SCTP");

        var transport = new DirectTransport(
            id, ReadBase(body.Options.Base), router, new DirectTransportNotifier(services.Channel, id));
        return new DirectTransportHandler(services, transport);
    }

    private string CheckIsFree(string id, Router router)
    {
        router.CheckTransportIdIsFree(id);
        services.Registry.CheckIsFree(id);
        return id;
    }

    /// <summary>Opens the sockets of a transport; both are closed again when one of them cannot be opened.</summary>
    private SocketSet Open(Transport transport, Action<SocketSet> open)
    {
        var sockets = new SocketSet(services.Loop, services.Ports);
        try
        {
            open(sockets);
            return sockets;
        }
        catch
        {
            sockets.Close();
            transport.Close(services.NowUs);
            throw;
        }
    }

    private ListenInfo Read(Wire.Transport.ListenInfo wire)
    {
        ListenInfo info = ListenInfoReader.Read(wire);
        if (info != _lastListenInfo)
            _lastListenInfo = info;
        return _lastListenInfo;
    }

    private ListenInfo ReadUdp(string id, Wire.Transport.ListenInfo wire)
    {
        ListenInfo info = Read(wire);
        return info.Protocol == TransportProtocol.Udp
            ? info
            : throw RequestException.TypeError($"transport {id}: listens on UDP only");
    }

    private TransportOptions ReadBase(Wire.Transport.Options wire) => new()
    {
        Direct = wire.Direct,
        InitialAvailableOutgoingBitrate = wire.InitialAvailableOutgoingBitrate,
        MaxSendMessageSize = EarlierReleases.ReadMaxMessageSize(wire) ?? wire.MaxSendMessageSize,
        MaxReceiveMessageSize = EarlierReleases.ReadMaxMessageSize(wire) ?? wire.MaxReceiveMessageSize,
        Sctp = wire.EnableSctp ? EarlierReleases.ReadSctp(wire, services.SctpBuffers) ?? ReadSctp(wire) : null,
    };

    private SctpTransportOptions ReadSctp(Wire.Transport.Options wire) => new()
    {
        SendBufferSize = wire.SctpSendBufferSize,
        PerStreamSendQueueLimit = wire.SctpPerStreamSendQueueLimit,
        MaxReceiverWindowBufferSize = wire.SctpMaxReceiverWindowBufferSize,
        DefaultStreamBufferedAmountLowThreshold = wire.SctpDefaultStreamBufferedAmountLowThreshold,
        IsDataChannel = wire.IsDataChannel,
        Buffers = services.SctpBuffers,
    };

    private WebRtcTransport MakeWebRtcTransport(
        string id, Wire.WebRtcTransport.WebRtcTransportOptions options, Router router, ISharedPort? sharedPort) =>
        new(
            id,
            new WebRtcTransportOptions
            {
                Base = ReadBase(options.Base),
                IceConsentTimeoutSeconds = options.IceConsentTimeout,
            },
            router,
            services.Dtls.Context,
            services.Dtls.Certificate,
            new WebRtcTransportNotifier(services.Channel, id),
            sharedPort);
}
