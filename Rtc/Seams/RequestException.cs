namespace Rtc.Seams;

/// <summary>Which error class the application's library makes of a refused request.</summary>
public enum RequestErrorKind
{
    /// <summary>The request makes sense but cannot be carried out now.</summary>
    Error,

    /// <summary>A parameter is wrong.</summary>
    TypeError,

    /// <summary>Something that the request names does not exist.</summary>
    NotFoundError,
}

/// <summary>
/// A request of the application is refused. Thrown while a request is handled and caught in one place, which answers
/// with kind and reason; never thrown on the path of a packet. Whoever throws leaves nothing half-made behind.
/// </summary>
/// <param name="kind">Which error class the application sees.</param>
/// <param name="reason">What was asked, which id, why it is refused: for a person to read.</param>
public sealed class RequestException(RequestErrorKind kind, string reason) : Exception(reason)
{
    /// <summary>Which error class the application sees.</summary>
    public RequestErrorKind Kind { get; } = kind;

    /// <summary>The request makes sense but cannot be carried out now.</summary>
    public static RequestException Error(string reason) => new(RequestErrorKind.Error, reason);

    /// <summary>A parameter is wrong.</summary>
    public static RequestException TypeError(string reason) => new(RequestErrorKind.TypeError, reason);

    /// <summary>Something that the request names does not exist.</summary>
    public static RequestException NotFound(string reason) => new(RequestErrorKind.NotFoundError, reason);
}
