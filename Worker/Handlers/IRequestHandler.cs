using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>An entity that requests can be addressed to.</summary>
public interface IRequestHandler
{
    /// <summary>
    /// Carries a request out and answers it with <see cref="IncomingRequest.Accept"/>, once. What is told before the
    /// answer is seen before it, what is told after it after it.
    /// </summary>
    /// <param name="request">The request; a view that dies when the call returns.</param>
    /// <exception cref="Rtc.Seams.RequestException">
    /// The request is refused and nothing was done; the dispatcher answers.
    /// </exception>
    void Handle(in IncomingRequest request);
}

/// <summary>An entity that notifications can be addressed to.</summary>
public interface INotificationHandler
{
    /// <summary>Takes a notification.</summary>
    /// <param name="notification">The notification; a view that dies when the call returns.</param>
    /// <exception cref="Rtc.Seams.RequestException">It makes no sense; the dispatcher logs it.</exception>
    void Handle(in Wire.Notification.Notification notification);
}
