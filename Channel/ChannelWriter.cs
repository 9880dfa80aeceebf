using Channel.Wire;

namespace Channel;

/// <summary>What became of a message for Node.</summary>
public enum SendResult
{
    /// <summary>It waits in <see cref="ChannelWriter.Pending"/>.</summary>
    Queued,

    /// <summary>Dropped: over the limit of one message. A response is replaced by a refusal that says so.</summary>
    TooBig,

    /// <summary>Dropped: Node does not read, and what waits has reached its bound.</summary>
    QueueFull,

    /// <summary>Dropped: this dialect does not have the event.</summary>
    NotInDialect,
}

/// <summary>Kinds of error that a refusal may have; Node makes its errors from them.</summary>
public static class ErrorKinds
{
    /// <summary>A wrong parameter.</summary>
    public const string TypeError = "TypeError";

    /// <summary>What the request names does not exist.</summary>
    public const string NotFoundError = "NotFoundError";

    /// <summary>Anything else.</summary>
    public const string Error = "Error";
}

/// <summary>
/// The worker's half of the pipe: responses, notifications and logs, in the order in which they were sent, as bytes
/// that the loop writes in one go at the end of its turn. No IO, and no allocation once its buffers have grown.
/// </summary>
/// <remarks>
/// A body is written first, on the builder of its kind: <see cref="ResponseBuilder"/> or
/// <see cref="NotificationBuilder"/>. They are two so that a notification may be sent, and a line logged, while a
/// response is being written.
/// </remarks>
public sealed class ChannelWriter
{
    /// <summary>Longest text of a log message, in characters; the rest is cut off.</summary>
    public const int MaxLog = 50_000;

    private const int KeptBuilderBytes = 1024 * 1024;

    private readonly OutgoingQueue _queue = new();
    private readonly WireBuilder _logBuilder;
    private readonly int _bound;

    /// <summary>A writer of one dialect.</summary>
    /// <param name="layout">The dialect.</param>
    /// <param name="bound">
    /// Bytes that may wait before notifications and logs are dropped; responses and what tells the state of an object
    /// may use twice as many.
    /// </param>
    public ChannelWriter(WireLayout layout, int bound = 32 * 1024 * 1024)
    {
        _bound = bound;
        ResponseBuilder = new WireBuilder(layout);
        NotificationBuilder = new WireBuilder(layout);
        _logBuilder = new WireBuilder(layout);
    }

    /// <summary>Writes bodies of responses.</summary>
    public WireBuilder ResponseBuilder { get; }

    /// <summary>Writes bodies of notifications.</summary>
    public WireBuilder NotificationBuilder { get; }

    /// <summary>Messages dropped so far for want of room or for being too big.</summary>
    public long DroppedCount { get; private set; }

    /// <summary>Bytes to write to the pipe, in order; empty when nothing waits.</summary>
    public ReadOnlySpan<byte> Pending => _queue.Pending;

    /// <summary>Takes away bytes that were written.</summary>
    public void Consume(int count) => _queue.Consume(count);

    /// <summary>Answers a request.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="body">The body, written on <see cref="ResponseBuilder"/>; the default is none.</param>
    public SendResult Accept(uint id, Wire.Response.BodyOffset body = default)
    {
        WireBuilder builder = ResponseBuilder;
        var response = Wire.Response.Response.Create(builder, id: id, accepted: true, body: body);
        SendResult result = Send(builder, response, 2L * _bound);
        if (result == SendResult.TooBig)
        {
            Reject(id, ErrorKinds.Error, "response too big");
        }
        return result;
    }

    /// <summary>Refuses a request. What was written on <see cref="ResponseBuilder"/> is forgotten.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="error">One of <see cref="ErrorKinds"/>.</param>
    /// <param name="reason">The message of Node's error.</param>
    public SendResult Reject(uint id, string error, string reason)
    {
        WireBuilder builder = ResponseBuilder;
        builder.Clear();
        var response = Wire.Response.Response.Create(
            builder, id: id, error: builder.String(error), reason: builder.String(reason));
        return Send(builder, response, 2L * _bound);
    }

    /// <summary>Sends a notification.</summary>
    /// <param name="handlerId">Id, as UTF-8, of the object it is from.</param>
    /// <param name="notificationEvent">What it is about.</param>
    /// <param name="body">The body, written on <see cref="NotificationBuilder"/>; the default is none.</param>
    public SendResult Notify(
        ReadOnlySpan<byte> handlerId,
        Wire.Notification.Event notificationEvent,
        Wire.Notification.BodyOffset body = default) =>
        Notify(NotificationBuilder.String(handlerId), notificationEvent, body);

    /// <inheritdoc cref="Notify(ReadOnlySpan{byte}, Wire.Notification.Event, Wire.Notification.BodyOffset)"/>
    public SendResult Notify(
        string handlerId, Wire.Notification.Event notificationEvent, Wire.Notification.BodyOffset body = default) =>
        Notify(NotificationBuilder.String(handlerId), notificationEvent, body);

    /// <summary>Sends a line for the application's log.</summary>
    /// <param name="level">D (debug), W (warning), E (error) or X (to the console).</param>
    /// <param name="text">The line.</param>
    public SendResult Log(char level, ReadOnlySpan<char> text)
    {
        WireBuilder builder = _logBuilder;
        var log = Wire.Log.Log.Create(builder, builder.Line(level, text[..Math.Min(text.Length, MaxLog)]));
        return Send(builder, log, _bound);
    }

    private SendResult Notify(
        StringOffset handlerId, Wire.Notification.Event notificationEvent, Wire.Notification.BodyOffset body)
    {
        WireBuilder builder = NotificationBuilder;
        if (!builder.Layout.Supports(notificationEvent))
        {
            builder.Clear();
            return SendResult.NotInDialect;
        }
        var notification = Wire.Notification.Notification.Create(
            builder, handlerId, @event: notificationEvent, body: body);
        return Send(builder, notification, IsState(notificationEvent) ? 2L * _bound : _bound);
    }

    // What Node is never told again, and what no peer can cause as often as it likes.
    private static bool IsState(Wire.Notification.Event notificationEvent) => notificationEvent is
        Wire.Notification.Event.WebRtcTransportIceStateChange
        or Wire.Notification.Event.WebRtcTransportDtlsStateChange
        or Wire.Notification.Event.TransportSctpStateChange
        or Wire.Notification.Event.ConsumerProducerPause
        or Wire.Notification.Event.ConsumerProducerResume
        or Wire.Notification.Event.ConsumerProducerClose
        or Wire.Notification.Event.DataConsumerDataProducerPause
        or Wire.Notification.Event.DataConsumerDataProducerResume
        or Wire.Notification.Event.DataConsumerDataProducerClose;

    private SendResult Send(WireBuilder builder, Wire.Message.BodyOffset data, long bound)
    {
        ReadOnlySpan<byte> frame = builder.FinishSizePrefixed(Wire.Message.Message.Create(builder, data).Value);
        SendResult result = SendResult.Queued;
        if (frame.Length > builder.Layout.LongestMessage)
        {
            result = SendResult.TooBig;
        }
        else if (_queue.Count + (long)frame.Length > bound)
        {
            result = SendResult.QueueFull;
        }
        else
        {
            _queue.Append(frame);
        }
        DroppedCount += result == SendResult.Queued ? 0 : 1;
        builder.Clear();
        builder.TrimTo(KeptBuilderBytes);
        return result;
    }
}
