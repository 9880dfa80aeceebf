using System.Text;
using Rtc.Routing;
using Rtc.Seams;
using Worker.Logging;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Carries out the methods of the worker itself.</summary>
/// <param name="services">What the handlers of the worker share.</param>
/// <param name="filter">What is logged.</param>
internal sealed class WorkerHandler(WorkerServices services, LogFilter filter) : IRequestHandler
{
    private readonly HandlerTable<RouterHandler> _routers = new();

    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.WorkerDump:
                Dump(request);
                break;
            case Wire.Request.Method.WorkerGetResourceUsage:
                request.Accept(WriteUsage(request.Builder));
                break;
            case Wire.Request.Method.WorkerUpdateSettings:
                UpdateSettings(request);
                break;
            case Wire.Request.Method.WorkerCreateRouter:
                CreateRouter(request);
                break;
            case Wire.Request.Method.WorkerCloseRouter:
                CloseRouter(request);
                break;
            case Wire.Request.Method.WorkerCreateWebRtcServer:
                CreateWebRtcServer(request);
                break;
            case Wire.Request.Method.WorkerWebRtcServerClose:
                CloseWebRtcServer(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    /// <summary>Closes all routers, with all that is in them, then all WebRtcServers.</summary>
    public void Close()
    {
        foreach (string id in _routers.Ids)
            TryCloseRouter(id);
        foreach (string id in services.WebRtcServers.Ids)
            TryCloseWebRtcServer(id);
    }

    private static Wire.Response.BodyOffset WriteUsage(Wire.WireBuilder builder)
    {
        Libc.ResourceUsage usage = ResourceUsage.Read();
        return Wire.Worker.ResourceUsageResponse.Create(
            builder,
            ruUtime: Milliseconds(usage.UserTime),
            ruStime: Milliseconds(usage.SystemTime),
            ruMaxrss: (ulong)usage.MaxResidentKilobytes,
            ruIxrss: (ulong)usage.SharedMemory,
            ruIdrss: (ulong)usage.UnsharedData,
            ruIsrss: (ulong)usage.UnsharedStack,
            ruMinflt: (ulong)usage.MinorFaults,
            ruMajflt: (ulong)usage.MajorFaults,
            ruNswap: (ulong)usage.Swaps,
            ruInblock: (ulong)usage.BlockInputs,
            ruOublock: (ulong)usage.BlockOutputs,
            ruMsgsnd: (ulong)usage.MessagesSent,
            ruMsgrcv: (ulong)usage.MessagesReceived,
            ruNsignals: (ulong)usage.Signals,
            ruNvcsw: (ulong)usage.VoluntarySwitches,
            ruNivcsw: (ulong)usage.InvoluntarySwitches);
    }

    private static ulong Milliseconds(Libc.TimeValue time) => (ulong)((time.Seconds * 1_000) + (time.Microseconds / 1_000));

    private void Dump(in IncomingRequest request)
    {
        Wire.WireBuilder builder = request.Builder;
        request.Accept(Wire.Worker.DumpResponse.Create(
            builder,
            pid: (uint)Environment.ProcessId,
            webRtcServerIds: services.WebRtcServers.WriteIds(builder),
            routerIds: _routers.WriteIds(builder),
            channelMessageHandlers: Wire.Worker.ChannelMessageHandlers.Create(
                builder,
                channelRequestHandlers: services.Registry.Requests.WriteIds(builder),
                channelNotificationHandlers: services.Registry.Notifications.WriteIds(builder))));
    }

    private void UpdateSettings(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Worker.UpdateSettingsRequest body));
        if (body.LogLevel is { } text)
        {
            filter.Level = LogLevelNames.TryParse(text, out WorkerLogLevel level)
                ? level
                : throw RequestException.TypeError($"invalid value '{text}' for logLevel");
        }

        if (body.HasLogTags)
        {
            List<string> tags = [];
            foreach (string tag in body.LogTags)
                tags.Add(tag);
            filter.Tags = LogTagNames.Parse(tags);
        }

        request.Accept();
    }

    private void CreateRouter(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Worker.CreateRouterRequest body));
        services.Registry.CheckIsFree(body.RouterId);
        RouterHandler handler = new(services, new Router(body.RouterId, services.Environment));
        _routers.Add(body.RouterId, handler);
        services.Registry.Add(body.RouterId, handler);
        request.Accept();
    }

    private void CloseRouter(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Worker.CloseRouterRequest body));
        if (!TryCloseRouter(body.RouterId))
            throw RequestException.NotFound($"there is no router {body.RouterId}");

        request.Accept();
    }

    private bool TryCloseRouter(string routerId)
    {
        if (!_routers.TryGet(Encoding.UTF8.GetBytes(routerId), out RouterHandler? router))
            return false;

        _routers.Remove(routerId);
        router.Close();
        return true;
    }

    private void CreateWebRtcServer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Worker.CreateWebRtcServerRequest body));
        string id = body.WebRtcServerId;
        services.Registry.CheckIsFree(id);
        WebRtcServerHandler server = WebRtcServerHandler.Open(id, body.ListenInfos, services);
        services.WebRtcServers.Add(id, server);
        services.Registry.Add(id, server);
        request.Accept();
    }

    private void CloseWebRtcServer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Worker.CloseWebRtcServerRequest body));
        if (!TryCloseWebRtcServer(body.WebRtcServerId))
            throw RequestException.NotFound($"there is no WebRtcServer {body.WebRtcServerId}");

        request.Accept();
    }

    private bool TryCloseWebRtcServer(string id)
    {
        if (!services.WebRtcServers.TryGet(Encoding.UTF8.GetBytes(id), out WebRtcServerHandler? server))
            return false;

        services.WebRtcServers.Remove(id);
        services.Registry.Remove(id);
        server.Close();
        return true;
    }
}
