using System.Text;
using Channel;
using Microsoft.Extensions.Logging;
using Rtc.Seams;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>
/// Gives each message of the application to its handler, and makes refusals into answers: the one place where that
/// is done. Methods of the worker go to the worker's handler whatever id they name, all others to the handler with
/// that id.
/// </summary>
public sealed partial class RequestDispatcher : IChannelMessageHandler
{
    private readonly ChannelWriter _channel;
    private readonly HandlerRegistry _registry;
    private readonly IRequestHandler _worker;
    private readonly Action _close;
    private readonly ILogger _logger;

    /// <summary>Makes a dispatcher.</summary>
    /// <param name="channel">Where answers go.</param>
    /// <param name="registry">Whom messages can be addressed to.</param>
    /// <param name="worker">Who carries out the methods of the worker.</param>
    /// <param name="close">What is done when the application closes the worker.</param>
    /// <param name="logger">Where dropped messages are told.</param>
    public RequestDispatcher(
        ChannelWriter channel, HandlerRegistry registry, IRequestHandler worker, Action close, ILogger logger)
    {
        _channel = channel;
        _registry = registry;
        _worker = worker;
        _close = close;
        _logger = logger;
    }

    /// <inheritdoc/>
    public void OnRequest(in Wire.Request.Request request)
    {
        // Releases from 3.16 to 3.19.17 close the worker by a request, later ones by a notification.
        if (request.Method == Wire.Request.Method.WorkerClose)
        {
            _channel.Accept(request.Id);
            _close();
            return;
        }

        try
        {
            Find(request).Handle(new IncomingRequest(request, _channel));
        }
        catch (RequestException refusal)
        {
            _channel.Reject(request.Id, ErrorName(refusal.Kind), $"{refusal.Message} [method:{request.Method}]");
            LogRefusal(request.Method, refusal.Message);
        }
        catch (Exception defect)
        {
            // A defect of ours. The application must not wait for an answer for ever, and what other requests made
            // must live. A notification that was half written when it happened belongs to no message.
            _channel.NotificationBuilder.Clear();
            _channel.Reject(request.Id, ErrorKinds.Error, $"{defect.Message} [method:{request.Method}]");
            LogDefect(request.Method.ToString(), defect);
        }
    }

    /// <inheritdoc/>
    public void OnNotification(in Wire.Notification.Notification notification)
    {
        if (notification.Event == Wire.Notification.Event.WorkerClose)
        {
            _close();
            return;
        }

        try
        {
            if (_registry.Notifications.TryGet(notification.HandlerIdUtf8, out INotificationHandler? handler))
                handler.Handle(notification);
            else
                LogNoHandler(notification.Event, notification.HandlerId);
        }
        catch (RequestException refusal)
        {
            LogDroppedNotification(notification.Event, refusal.Message);
        }
        catch (Exception defect)
        {
            _channel.NotificationBuilder.Clear();
            LogDefect(notification.Event.ToString(), defect);
        }
    }

    /// <inheritdoc/>
    public void OnMalformed(string reason) => LogMalformed(reason);

    /// <summary>The name that a kind of refusal has on the wire.</summary>
    internal static string ErrorName(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.TypeError => ErrorKinds.TypeError,
        RequestErrorKind.NotFoundError => ErrorKinds.NotFoundError,
        _ => ErrorKinds.Error,
    };

    private static bool IsWorkerMethod(Wire.Request.Method method) => method is
        Wire.Request.Method.WorkerDump or
        Wire.Request.Method.WorkerGetResourceUsage or
        Wire.Request.Method.WorkerUpdateSettings or
        Wire.Request.Method.WorkerCreateWebRtcServer or
        Wire.Request.Method.WorkerWebRtcServerClose or
        Wire.Request.Method.WorkerCreateRouter or
        Wire.Request.Method.WorkerCloseRouter;

    private IRequestHandler Find(in Wire.Request.Request request)
    {
        if (request.Method == Wire.Request.Method.Unknown)
            throw RequestException.Error("unknown method");
        if (IsWorkerMethod(request.Method))
            return _worker;
        if (_registry.Requests.TryGet(request.HandlerIdUtf8, out IRequestHandler? handler))
            return handler;

        throw RequestException.NotFound(
            $"Channel request handler with ID {Encoding.UTF8.GetString(request.HandlerIdUtf8)} not found");
    }

    [LoggerMessage(1, LogLevel.Warning, "request refused [method:{Method}]: {Reason}")]
    private partial void LogRefusal(Wire.Request.Method method, string reason);

    [LoggerMessage(2, LogLevel.Error, "defect while {What} was handled")]
    private partial void LogDefect(string what, Exception defect);

    [LoggerMessage(3, LogLevel.Error, "notification {Event} is for {HandlerId}, which does not exist")]
    private partial void LogNoHandler(Wire.Notification.Event @event, string handlerId);

    [LoggerMessage(4, LogLevel.Error, "notification {Event} dropped: {Reason}")]
    private partial void LogDroppedNotification(Wire.Notification.Event @event, string reason);

    [LoggerMessage(5, LogLevel.Error, "message of the application dropped: {Reason}")]
    private partial void LogMalformed(string reason);
}
