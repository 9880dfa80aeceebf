namespace Worker.Handlers;

/// <summary>
/// Whom the application can address: what every entity registers with as the last act of being made, and leaves as
/// the first of being closed.
/// </summary>
public sealed class HandlerRegistry
{
    /// <summary>Those that take requests.</summary>
    public HandlerTable<IRequestHandler> Requests { get; } = new();

    /// <summary>Those that take notifications.</summary>
    public HandlerTable<INotificationHandler> Notifications { get; } = new();
}
