namespace Worker.Net;

/// <summary>What a file descriptor is watched for and found to be. The values are those of epoll.</summary>
[Flags]
public enum FdEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is something to read, or the end of it.</summary>
    Readable = 0x1,

    /// <summary>There is room to write.</summary>
    Writable = 0x4,

    /// <summary>An error stands on it. Reported without being asked for.</summary>
    Error = 0x8,

    /// <summary>The other side is gone. Reported without being asked for.</summary>
    HangUp = 0x10,
}

/// <summary>Who is told when a file descriptor is ready.</summary>
public interface IFdHandler
{
    /// <summary>
    /// The descriptor is ready. It is told again on the next turn as long as it stays ready, so a handler does a
    /// bounded amount of work and returns.
    /// </summary>
    void OnReady(FdEvents events, long nowUs);
}

/// <summary>Who does something at the end of every turn, after the sockets were flushed.</summary>
public interface ITurnEnd
{
    /// <summary>All inputs of the turn are handled.</summary>
    void OnTurnEnd(long nowUs);
}
