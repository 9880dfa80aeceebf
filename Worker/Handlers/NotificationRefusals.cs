using Rtc.Seams;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Refusals that every handler of notifications has; they are logged, for nobody waits for an answer.</summary>
internal static class NotificationRefusals
{
    /// <summary>The event means nothing to what the notification is addressed to.</summary>
    public static RequestException Unsupported(in Wire.Notification.Notification notification) =>
        RequestException.Error($"{notification.Event} is not supported by {notification.HandlerId}");

    /// <summary>The notification carries something else than its event wants.</summary>
    public static RequestException WrongBody(in Wire.Notification.Notification notification) =>
        RequestException.TypeError($"{notification.Event} to {notification.HandlerId} has a wrong or missing body");
}
