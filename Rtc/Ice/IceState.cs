namespace Rtc.Ice;

/// <summary>Where an ICE-lite agent stands.</summary>
public enum IceState
{
    /// <summary>No authenticated request came yet.</summary>
    New,

    /// <summary>An authenticated request came and none has nominated yet. Media may flow.</summary>
    Connected,

    /// <summary>The peer has nominated a tuple.</summary>
    Completed,

    /// <summary>All tuples are gone, or the peer stopped consenting (RFC 7675).</summary>
    Disconnected,
}
