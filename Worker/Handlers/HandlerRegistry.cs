using System.Text;
using Rtc.Seams;

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

    /// <summary>Throws when an id has a handler, before something is made that would need one.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void CheckIsFree(string id)
    {
        if (Requests.Contains(id))
            throw RequestException.Error($"a handler with id '{id}' exists already");
    }

    /// <summary>Registers an entity; for notifications too when it takes them.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void Add(string id, IRequestHandler handler)
    {
        byte[] key = Encoding.UTF8.GetBytes(id);
        Requests.Add(id, key, handler);
        if (handler is INotificationHandler notified)
            Notifications.Add(id, key, notified);
    }

    /// <summary>Lets an entity leave; without effect when it is not there.</summary>
    public void Remove(string id)
    {
        Requests.Remove(id);
        Notifications.Remove(id);
    }
}
