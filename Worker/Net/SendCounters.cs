namespace Worker.Net;

/// <summary>What a send queue did since it was made. Every drop has its reason.</summary>
public sealed class SendCounters
{
    /// <summary>Datagrams and frames that the kernel took.</summary>
    public long Datagrams { get; internal set; }

    /// <summary>Bytes that the kernel took, without the headers of UDP, with the frame headers of TCP.</summary>
    public long Bytes { get; internal set; }

    /// <summary>System calls made to send.</summary>
    public long Calls { get; internal set; }

    /// <summary>Messages that carried a run of several datagrams (UDP_SEGMENT).</summary>
    public long SegmentedMessages { get; internal set; }

    /// <summary>Runs that the kernel refused as such and that went out one by one.</summary>
    public long SegmentFallbacks { get; internal set; }

    /// <summary>How often the kernel's buffer of a socket was full.</summary>
    public long Blocked { get; internal set; }

    /// <summary>Datagrams dropped because the backlog of a blocked socket reached its bound.</summary>
    public long DroppedFull { get; internal set; }

    /// <summary>Datagrams dropped because the kernel refused them (no route, too long, ...).</summary>
    public long DroppedError { get; internal set; }

    /// <summary>Datagrams dropped because their socket was closed while they waited.</summary>
    public long DroppedClosed { get; internal set; }

    /// <summary>Reservations refused: too long, or the queue is lent out to the last byte.</summary>
    public long Refused { get; internal set; }
}
