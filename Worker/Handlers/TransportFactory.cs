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
    /// <summary>Makes a WebRtcTransport on sockets of its own.</summary>
    /// <exception cref="RequestException">An option is wrong, or a port cannot be bound.</exception>
    public WebRtcTransportHandler CreateWebRtcTransport(
        string id, Wire.WebRtcTransport.WebRtcTransportOptions options, Router router)
    {
        if (!options.TryGetListen(out Wire.WebRtcTransport.ListenIndividual listen))
            throw RequestException.TypeError($"transport {id}: listenInfos are missing");

        WebRtcTransport transport = MakeWebRtcTransport(id, options, router, sharedPort: null);
        var sockets = new SocketSet(services.Loop, services.Ports);
        try
        {
            foreach (Wire.Transport.ListenInfo listenInfo in listen.ListenInfos)
                sockets.Open(ListenInfoReader.Read(listenInfo), transport);
            transport.SetCandidates(sockets.GetCandidates());
        }
        catch
        {
            sockets.Close();
            transport.Close(services.NowUs);
            throw;
        }

        return new WebRtcTransportHandler(services, transport, sockets);
    }

    /// <summary>Makes a WebRtcTransport on the sockets of a WebRtcServer.</summary>
    /// <exception cref="RequestException">
    /// Error: there is no such server. TypeError: an option is wrong, or the server has no candidate for it.
    /// </exception>
    public WebRtcTransportHandler CreateWebRtcTransportWithServer(
        string id, Wire.WebRtcTransport.WebRtcTransportOptions options, Router router)
    {
        if (!options.TryGetListen(out Wire.WebRtcTransport.ListenServer listen))
            throw RequestException.TypeError($"transport {id}: webRtcServerId is missing");
        if (!services.WebRtcServers.TryGet(listen.WebRtcServerIdUtf8, out WebRtcServerHandler? server))
            throw RequestException.Error($"transport {id}: there is no WebRtcServer {listen.WebRtcServerId}");

        IReadOnlyList<IceCandidate> candidates = server.GetCandidates(options);
        WebRtcTransport transport = MakeWebRtcTransport(id, options, router, server.Port);
        transport.SetCandidates(candidates);
        return new WebRtcTransportHandler(services, transport, server);
    }

    /// <summary>Makes a PlainTransport.</summary>
    /// <exception cref="RequestException">An option is wrong, or a port cannot be bound.</exception>
    public PlainTransportHandler CreatePlainTransport(
        string id, Wire.PlainTransport.PlainTransportOptions options, Router router)
    {
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
        var sockets = new SocketSet(services.Loop, services.Ports);
        try
        {
            UdpSocket socket = sockets.OpenUdp(info, transport);
            transport.Attach(socket, rtcpInfo is null ? null : sockets.OpenUdp(rtcpInfo, transport));
        }
        catch
        {
            sockets.Close();
            transport.Close(services.NowUs);
            throw;
        }

        return new PlainTransportHandler(services, transport, sockets);
    }

    /// <summary>Makes a PipeTransport.</summary>
    /// <exception cref="RequestException">An option is wrong, or a port cannot be bound.</exception>
    public PipeTransportHandler CreatePipeTransport(
        string id, Wire.PipeTransport.PipeTransportOptions options, Router router)
    {
        ListenInfo info = ReadUdp(id, options.ListenInfo);
        var transport = new PipeTransport(
            id,
            new PipeTransportOptions
            {
                Base = ReadBase(options.Base),
                EnableRtx = options.EnableRtx,
                EnableSrtp = options.EnableSrtp,
            },
            router,
            new TransportNotifier(services.Channel, id));
        var sockets = new SocketSet(services.Loop, services.Ports);
        try
        {
            transport.Attach(sockets.OpenUdp(info, transport));
        }
        catch
        {
            sockets.Close();
            transport.Close(services.NowUs);
            throw;
        }

        return new PipeTransportHandler(services, transport, sockets);
    }

    /// <summary>Makes a DirectTransport.</summary>
    /// <exception cref="RequestException">TypeError: an option is wrong.</exception>
    public DirectTransportHandler CreateDirectTransport(
        string id, Wire.DirectTransport.DirectTransportOptions options, Router router)
    {
        if (options.Base.EnableSctp)
            throw RequestException.TypeError($"transport {id}: a DirectTransport does not speak SCTP");

        var transport = new DirectTransport(
            id, ReadBase(options.Base), router, new DirectTransportNotifier(services.Channel, id));
        return new DirectTransportHandler(services, transport);
    }

    private static ListenInfo ReadUdp(string id, Wire.Transport.ListenInfo wire)
    {
        ListenInfo info = ListenInfoReader.Read(wire);
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
            services.Dtls,
            services.Dtls.Certificate,
            new WebRtcTransportNotifier(services.Channel, id),
            sharedPort);
}
