namespace Rtc.Ice;

/// <summary>What happened to an <see cref="IceServer"/> so far.</summary>
public sealed class IceCounters
{
    /// <summary>Requests of any kind, refused ones included.</summary>
    public long Requests { get; internal set; }

    /// <summary>Requests that were refused for their form (400).</summary>
    public long BadRequests { get; private set; }

    /// <summary>Requests that were refused for their credentials (401).</summary>
    public long Unauthorized { get; private set; }

    /// <summary>Requests that were refused because the peer claims our role (487).</summary>
    public long RoleConflicts { get; private set; }

    /// <summary>Indications and responses.</summary>
    public long IgnoredMessages { get; internal set; }

    /// <summary>Tuples that made room for newer ones.</summary>
    public long EvictedTuples { get; internal set; }

    /// <summary>How often the peer's consent ran out.</summary>
    public long ConsentExpirations { get; internal set; }

    internal void CountError(int code)
    {
        switch (code)
        {
            case 400:
                BadRequests++;
                break;
            case 401:
                Unauthorized++;
                break;
            default:
                RoleConflicts++;
                break;
        }
    }
}
