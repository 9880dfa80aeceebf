using Channel;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>An entity that requests can be addressed to.</summary>
public interface IRequestHandler
{
    /// <summary>
    /// Carries a request out and answers it with <see cref="ChannelWriter.Accept"/>, once. What is written to the
    /// channel before the answer is seen before it, what is written after it after it.
    /// </summary>
    /// <param name="request">The request; a view that dies when the call returns.</param>
    /// <param name="channel">Where the answer goes.</param>
    /// <exception cref="Rtc.Seams.RequestException">
    /// The request is refused and nothing was done; the dispatcher answers.
    /// </exception>
    void Handle(in Wire.Request.Request request, ChannelWriter channel);
}

/// <summary>An entity that notifications can be addressed to.</summary>
public interface INotificationHandler
{
    /// <summary>Takes a notification.</summary>
    /// <param name="notification">The notification; a view that dies when the call returns.</param>
    /// <exception cref="Rtc.Seams.RequestException">It makes no sense; the dispatcher logs it.</exception>
    void Handle(in Wire.Notification.Notification notification);
}
