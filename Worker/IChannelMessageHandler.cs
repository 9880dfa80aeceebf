using Wire = Channel.Wire;

namespace Worker;

/// <summary>Who is handed the messages that come over the channel. All are views that die with the call.</summary>
public interface IChannelMessageHandler
{
    /// <summary>A request, to be answered with its id.</summary>
    void OnRequest(in Wire.Request.Request request);

    /// <summary>A notification.</summary>
    void OnNotification(in Wire.Notification.Notification notification);

    /// <summary>A frame that is no message for the worker; it is dropped.</summary>
    void OnMalformed(string reason);
}
