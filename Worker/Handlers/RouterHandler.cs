using Rtc.Routing;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a router.</summary>
internal sealed class RouterHandler(WorkerServices services, Router router) : IRequestHandler
{
    private readonly TransportFactory _factory = new(services);
    private readonly RtpObserverRequests _observers = new(services, router);
    private readonly Dictionary<string, TransportHandler> _transports = [];

    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.RouterDump:
                request.Accept(RouterDumpWriter.Write(request.Builder, router.Dump()));
                break;
            case Wire.Request.Method.RouterCreateWebRtcTransport:
            case Wire.Request.Method.RouterCreateWebRtcTransportWithServer:
            case Wire.Request.Method.RouterCreatePlainTransport:
            case Wire.Request.Method.RouterCreatePipeTransport:
            case Wire.Request.Method.RouterCreateDirectTransport:
                CreateTransport(request);
                break;
            case Wire.Request.Method.RouterCreateAudioLevelObserver:
                _observers.CreateAudioLevelObserver(request);
                break;
            case Wire.Request.Method.RouterCreateActiveSpeakerObserver:
                _observers.CreateActiveSpeakerObserver(request);
                break;
            case Wire.Request.Method.RouterCloseRtpObserver:
                _observers.Close(request);
                break;
            case Wire.Request.Method.RouterCloseTransport:
                CloseTransport(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    /// <summary>Closes a transport with all that hangs on it.</summary>
    /// <exception cref="RequestException">NotFoundError: there is none of that id.</exception>
    public void CloseTransport(string transportId)
    {
        if (!_transports.Remove(transportId, out TransportHandler? handler))
            throw RequestException.NotFound($"router {router.Id} has no transport {transportId}");

        handler.Unregister();
        router.CloseTransport(transportId, services.NowUs);
        Leave(handler);
    }

    /// <summary>Closes the router with all that is in it.</summary>
    public void Close()
    {
        foreach (TransportHandler handler in _transports.Values)
            handler.Unregister();
        _observers.Unregister();
        services.Registry.Remove(router.Id);
        router.Close(services.NowUs);
        foreach (TransportHandler handler in _transports.Values)
            Leave(handler);
        _transports.Clear();
    }

    private void Leave(TransportHandler handler)
    {
        handler.LeaveSockets();
        services.Drops.OnClosed(handler.Transport);
    }

    private void CreateTransport(in IncomingRequest request)
    {
        TransportHandler handler = _factory.Create(request, router);
        router.AddTransport(handler.Transport);
        _transports.Add(handler.Transport.Id, handler);
        services.Registry.Add(handler.Transport.Id, handler);
        handler.OnAdded(this);
        handler.Dump(request);
    }

    private void CloseTransport(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CloseTransportRequest body));
        CloseTransport(body.TransportId);
        request.Accept();
    }
}
