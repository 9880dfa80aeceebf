namespace Worker.Net;

/// <summary>
/// One socket's side of the send queue: its destinations that have datagrams in this turn, and the backlog of what
/// the kernel had no room for.
/// </summary>
internal abstract class SendLane(SendQueue queue, int fd, int backlogBytes, int prefixLength = 0) : IDisposable
{
    // The first of these have datagrams in this turn. The rest stays where it is: a lane has the same peers burst after
    // burst, and a reference that is written anew is one that the collector looks at.
    private SendDestination[] _destinations = [];
    private int _dirtyCount;

    public SendQueue Queue { get; } = queue;

    public int Fd { get; } = fd;

    /// <summary>The bytes in front of every datagram that the lane writes itself: the frame header of TCP.</summary>
    public int PrefixLength { get; } = prefixLength;

    /// <summary>Whether the kernel's buffer is full and the loop has to say when there is room.</summary>
    public bool IsBlocked => Backlog.Count > 0;

    public bool IsClosed { get; private set; }

    protected DatagramRing Backlog { get; } = new(backlogBytes);

    /// <summary>The destinations that have datagrams in this turn, in the order in which they got the first one.</summary>
    protected ReadOnlySpan<SendDestination> Dirty => _destinations.AsSpan(0, _dirtyCount);

    /// <summary>Whether it stands in the queue's list of lanes to flush.</summary>
    public bool IsDirty => _dirtyCount > 0;

    public void AddDirty(SendDestination destination)
    {
        if (_dirtyCount == _destinations.Length)
            Array.Resize(ref _destinations, Math.Max(1, _dirtyCount * 2));

        ref SendDestination place = ref _destinations[_dirtyCount++];
        if (!ReferenceEquals(place, destination))
            place = destination;
    }

    /// <summary>Writes the bytes in front of a datagram of <paramref name="length"/> bytes.</summary>
    public virtual void WritePrefix(Span<byte> prefix, int length)
    {
    }

    /// <summary>
    /// Sends all that its destinations hold, or moves it to the backlog, and leaves the destinations empty: the
    /// queue's memory is used again after it.
    /// </summary>
    public void Flush()
    {
        FlushDirty();
        foreach (SendDestination destination in Dirty)
        {
            destination.Head = -1;
            destination.Tail = -1;
        }

        _dirtyCount = 0;
        OnFlushed();
    }

    /// <summary>The socket can be written again.</summary>
    public abstract void FlushBacklog();

    /// <summary>Sends what can be sent at once and drops the rest. The descriptor is still open.</summary>
    public void Close()
    {
        if (IsClosed)
            return;

        if (IsDirty)
            Flush();
        IsClosed = true;
        Queue.Counters.DroppedClosed += Backlog.Count;
        Dispose();
    }

    public virtual void Dispose() => Backlog.Dispose();

    protected abstract void FlushDirty();

    /// <summary>The destinations are empty again.</summary>
    protected virtual void OnFlushed()
    {
    }

    /// <summary>Moves the datagrams of a destination from <paramref name="entry"/> on to the backlog.</summary>
    protected void MoveToBacklog(SendDestination destination, int entry, int count)
    {
        for (; entry >= 0 && count > 0; count--)
        {
            AppendToBacklog(destination, Queue.Bytes(entry));
            entry = Queue.Next(entry);
        }
    }

    protected abstract void AppendToBacklog(SendDestination destination, ReadOnlySpan<byte> datagram);
}
