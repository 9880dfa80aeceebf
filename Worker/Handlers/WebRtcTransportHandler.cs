using Channel.Wire;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a WebRtcTransport.</summary>
internal sealed class WebRtcTransportHandler : TransportHandler
{
    private readonly WebRtcTransport _transport;
    private readonly WebRtcServerHandler? _server;

    /// <summary>Handles a transport on sockets of its own.</summary>
    public WebRtcTransportHandler(WorkerServices services, WebRtcTransport transport, SocketSet sockets)
        : base(services, transport, sockets)
    {
        _transport = transport;
    }

    /// <summary>Handles a transport on the sockets of a WebRtcServer.</summary>
    public WebRtcTransportHandler(WorkerServices services, WebRtcTransport transport, WebRtcServerHandler server)
        : base(services, transport, sockets: null)
    {
        _transport = transport;
        _server = server;
    }

    /// <inheritdoc/>
    public override void OnAdded(RouterHandler router) => _server?.Add(_transport.Id, router);

    /// <inheritdoc/>
    public override void LeaveSockets()
    {
        base.LeaveSockets();
        _server?.Remove(_transport.Id);
    }

    /// <inheritdoc/>
    public override void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.WebRtcTransportConnect:
                Connect(request);
                break;
            case Wire.Request.Method.TransportRestartIce:
                RestartIce(request);
                break;
            default:
                base.Handle(request);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Dump(in IncomingRequest request) =>
        request.Accept(WebRtcTransportWriter.WriteDump(request.Builder, _transport.Dump()));

    /// <inheritdoc/>
    protected override void GetStats(in IncomingRequest request) =>
        request.Accept(WebRtcTransportWriter.WriteStats(
            request.Builder, _transport.GetStats(Services.NowUs), _transport.Dump()));

    private void Connect(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.WebRtcTransport.ConnectRequest body));
        DtlsRole remoteRole = WebRtcTransportWriter.ReadRole(body.DtlsParameters.Role);
        DtlsFingerprint[] fingerprints = WebRtcTransportWriter.ReadFingerprints(body.DtlsParameters.Fingerprints);
        DtlsRole role = _transport.Connect(remoteRole, fingerprints, Services.NowUs);
        request.Accept(Wire.WebRtcTransport.ConnectResponse.Create(
            request.Builder, dtlsLocalRole: WebRtcTransportWriter.ToWire(role)));
    }

    private void RestartIce(in IncomingRequest request)
    {
        IceParameters parameters = _transport.RestartIce(Services.NowUs);
        WireBuilder b = request.Builder;
        request.Accept(Wire.Transport.RestartIceResponse.Create(
            b,
            usernameFragment: b.String(parameters.UsernameFragment),
            password: b.String(parameters.Password),
            iceLite: parameters.IceLite));
    }
}
