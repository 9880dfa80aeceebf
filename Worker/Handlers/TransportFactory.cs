using Channel.Wire;
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
        string id, Wire.WebRtcTransport.WebRtcTransportOptions options, Router router, long nowUs)
    {
        if (!options.TryGetListen(out Wire.WebRtcTransport.ListenIndividual listen))
            throw RequestException.TypeError($"transport {id}: listenInfos are missing");

        var transport = new WebRtcTransport(
            id,
            new WebRtcTransportOptions
            {
                Base = ReadBase(options.Base),
                IceConsentTimeoutSeconds = options.IceConsentTimeout,
            },
            router,
            services.Dtls,
            services.Dtls.Certificate,
            new WebRtcTransportNotifier(services.Channel, id));
        var sockets = new SocketSet(services.Loop, services.Ports);
        try
        {
            transport.SetCandidates(Listen(listen.ListenInfos, transport, sockets));
        }
        catch
        {
            sockets.Close();
            transport.Close(nowUs);
            throw;
        }

        return new WebRtcTransportHandler(services, transport, sockets);
    }

    /// <summary>Makes a PlainTransport.</summary>
    /// <exception cref="RequestException">An option is wrong, or a port cannot be bound.</exception>
    public PlainTransportHandler CreatePlainTransport(
        string id, Wire.PlainTransport.PlainTransportOptions options, Router router, long nowUs)
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
            transport.Close(nowUs);
            throw;
        }

        return new PlainTransportHandler(services, transport, sockets);
    }

    private static List<IceCandidate> Listen(
        TableVector<Wire.Transport.ListenInfo> listenInfos, WebRtcTransport transport, SocketSet sockets)
    {
        List<IceCandidate> candidates = [];
        for (int i = 0; i < listenInfos.Count; i++)
        {
            ListenInfo info = ListenInfoReader.Read(listenInfos[i]);
            TransportAddress local = info.Protocol == TransportProtocol.Udp
                ? sockets.OpenUdp(info, transport).LocalAddress
                : sockets.OpenTcp(info, transport).LocalAddress;
            IceCandidate.AddHostCandidates(
                candidates,
                info.Protocol,
                local,
                info.AnnouncedAddress,
                info.ExposeInternalIp,
                IceCandidate.ComputePriority(i, isPreferredProtocol: false));
        }

        return candidates;
    }

    private static ListenInfo ReadUdp(string id, Wire.Transport.ListenInfo wire)
    {
        ListenInfo info = ListenInfoReader.Read(wire);
        return info.Protocol == TransportProtocol.Udp
            ? info
            : throw RequestException.TypeError($"transport {id}: a PlainTransport listens on UDP only");
    }

    private static TransportOptions ReadBase(Wire.Transport.Options wire) => new()
    {
        Direct = wire.Direct,
        InitialAvailableOutgoingBitrate = wire.InitialAvailableOutgoingBitrate,
        MaxSendMessageSize = wire.MaxSendMessageSize,
        MaxReceiveMessageSize = wire.MaxReceiveMessageSize,
    };
}
