using Rtc.Seams;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Refusals that every handler has.</summary>
internal static class Requests
{
    /// <summary>The method means nothing to what the request is addressed to, or is not there yet.</summary>
    public static RequestException Unsupported(in Wire.Request.Request request) =>
        RequestException.Error($"{request.Method} is not supported by {request.HandlerId}");

    /// <summary>The request carries something else than its method wants.</summary>
    public static RequestException WrongBody(in Wire.Request.Request request) =>
        RequestException.TypeError($"{request.Method} to {request.HandlerId} has a wrong or missing body");

    /// <summary>The event means nothing to what the notification is addressed to.</summary>
    public static RequestException Unsupported(in Wire.Notification.Notification notification) =>
        RequestException.Error($"{notification.Event} is not supported by {notification.HandlerId}");

    /// <summary>The notification carries something else than its event wants.</summary>
    public static RequestException WrongBody(in Wire.Notification.Notification notification) =>
        RequestException.TypeError($"{notification.Event} to {notification.HandlerId} has a wrong or missing body");
}
