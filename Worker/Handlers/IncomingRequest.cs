using Channel;
using Channel.Wire;
using Rtc.Seams;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>A request of the application and the way to answer it. Dies when the call returns.</summary>
/// <param name="message">The request; a view.</param>
/// <param name="channel">Where the answer goes.</param>
public readonly ref struct IncomingRequest(Wire.Request.Request message, ChannelWriter channel)
{
    private readonly ChannelWriter _channel = channel;

    /// <summary>What was sent.</summary>
    public Wire.Request.Request Message { get; } = message;

    /// <summary>What is asked for.</summary>
    public Wire.Request.Method Method => Message.Method;

    /// <summary>Where the body of the answer is written.</summary>
    public WireBuilder Builder => _channel.ResponseBuilder;

    /// <summary>Refuses a request that carries something else than its method wants.</summary>
    /// <param name="isThere">Whether the body could be read.</param>
    /// <exception cref="RequestException">TypeError: it could not.</exception>
    public void RequireBody(bool isThere)
    {
        if (!isThere)
            throw WrongBody();
    }

    /// <summary>The method means nothing to what the request is addressed to.</summary>
    public RequestException Unsupported() =>
        RequestException.Error($"{Method} is not supported by {Message.HandlerId}");

    /// <summary>Says that the request was carried out.</summary>
    /// <param name="body">The body, written on <see cref="Builder"/>; the default is none.</param>
    public void Accept(Wire.Response.BodyOffset body = default) => _channel.Accept(Message.Id, body);

    /// <summary>
    /// Says that it was not. Handlers throw instead, unless something has to be told after the answer.
    /// </summary>
    /// <param name="error">One of <see cref="ErrorKinds"/>.</param>
    /// <param name="reason">The message of the application's error.</param>
    public void Reject(string error, string reason) => _channel.Reject(Message.Id, error, reason);

    private RequestException WrongBody() =>
        RequestException.TypeError($"{Method} to {Message.HandlerId} has a wrong or missing body");
}
