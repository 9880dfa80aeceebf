using Channel;
using Rtc.Routing;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a router.</summary>
internal sealed class RouterHandler(WorkerServices services, Router router) : IRequestHandler
{
    private readonly TransportFactory _factory = new(services);
    private readonly Dictionary<string, TransportHandler> _transports = [];

    /// <inheritdoc/>
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.RouterDump:
                channel.Accept(request.Id, RouterDumpWriter.Write(channel.ResponseBuilder, router.Dump()));
                break;
            case Wire.Request.Method.RouterCreateWebRtcTransport:
                CreateWebRtcTransport(request, channel);
                break;
            case Wire.Request.Method.RouterCreatePlainTransport:
                CreatePlainTransport(request, channel);
                break;
            case Wire.Request.Method.RouterCloseTransport:
                CloseTransport(request, channel);
                break;
            default:
                throw Requests.Unsupported(request);
        }
    }

    /// <summary>Closes the router with all that is in it.</summary>
    public void Close()
    {
        foreach (TransportHandler transport in _transports.Values.ToArray())
            Close(transport);
        services.Registry.Remove(router.Id);
        router.Close(services.NowUs);
    }

    private void CreateWebRtcTransport(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Router.CreateWebRtcTransportRequest body))
            throw Requests.WrongBody(request);

        CheckIsFree(body.TransportId);
        WebRtcTransportHandler handler =
            _factory.CreateWebRtcTransport(body.TransportId, body.Options, router, services.NowUs);
        Add(handler);
        handler.Dump(request, channel);
    }

    private void CreatePlainTransport(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Router.CreatePlainTransportRequest body))
            throw Requests.WrongBody(request);

        CheckIsFree(body.TransportId);
        PlainTransportHandler handler =
            _factory.CreatePlainTransport(body.TransportId, body.Options, router, services.NowUs);
        Add(handler);
        handler.Dump(request, channel);
    }

    private void CloseTransport(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Router.CloseTransportRequest body))
            throw Requests.WrongBody(request);

        if (!_transports.TryGetValue(body.TransportId, out TransportHandler? transport))
            throw RequestException.NotFound($"router {router.Id} has no transport {body.TransportId}");

        Close(transport);
        channel.Accept(request.Id);
    }

    private void CheckIsFree(string transportId)
    {
        router.CheckTransportIdIsFree(transportId);
        services.Registry.CheckIsFree(transportId);
    }

    private void Add(TransportHandler handler)
    {
        router.AddTransport(handler.Transport);
        _transports.Add(handler.Transport.Id, handler);
        services.Registry.Add(handler.Transport.Id, handler);
    }

    private void Close(TransportHandler handler)
    {
        _transports.Remove(handler.Transport.Id);
        handler.Unregister();
        router.CloseTransport(handler.Transport.Id, services.NowUs);
        handler.CloseSockets();
    }
}
