using System.Runtime.CompilerServices;

namespace Worker.Net;

/// <summary>
/// One socket's side of the send queue: its destinations that have datagrams in this turn, and the backlog of what
/// the kernel had no room for.
/// </summary>
internal abstract unsafe class SendLane : IDisposable
{
    private readonly int _backlogBytes;
    private DatagramRing? _backlog;

    // The first of these have datagrams in this turn. The rest stays where it is: a lane has the same peers burst after
    // burst, and a reference that is written anew is one that the collector looks at.
    private SendDestination[] _destinations = [];
    private int _dirtyCount;

    protected SendLane(SendQueue queue, int fd, int backlogBytes)
    {
        Queue = queue;
        Fd = fd;
        _backlogBytes = backlogBytes;
        queue.Add(this);
    }

    public SendQueue Queue { get; }

    public int Fd { get; }

    /// <summary>The bytes in front of every datagram that the lane writes itself: the frame header of TCP.</summary>
    public int PrefixLength { get; protected init; }

    /// <summary>The longest datagram that is part of a run; 0 when each is a run of its own.</summary>
    public int MaxSegmentSize { get; protected set; }

    /// <summary>Whether the kernel's buffer is full and the loop has to say when there is room.</summary>
    public bool IsBlocked => _backlog is { Count: > 0 };

    public bool IsClosed { get; private set; }

    // Made when it is needed: hardly a socket ever is blocked.
    protected DatagramRing Backlog => _backlog ??= new(_backlogBytes);

    /// <summary>The destinations that have datagrams in this turn, in the order in which they got the first one.</summary>
    protected ReadOnlySpan<SendDestination> Dirty => _destinations.AsSpan(0, _dirtyCount);

    /// <summary>Whether it stands in the queue's list of lanes to flush.</summary>
    public bool IsDirty => _dirtyCount > 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
    /// Sends all that its destinations hold, or moves it to the backlog: the queue's memory is used again after it.
    /// </summary>
    public void Flush()
    {
        if (_dirtyCount == 0)
            return;

        FlushDirty();
        _dirtyCount = 0;
    }

    /// <summary>The socket can be written again.</summary>
    public abstract void FlushBacklog();

    /// <summary>Sends what can be sent at once and drops the rest. The descriptor is still open.</summary>
    public void Close()
    {
        if (IsClosed)
            return;

        Flush();
        IsClosed = true;
        Queue.Remove(this);
        Queue.Counters.DroppedClosed += _backlog?.Count ?? 0;
        Dispose();
    }

    public virtual void Dispose() => _backlog?.Dispose();

    protected abstract void FlushDirty();

    /// <summary>Moves datagrams of a destination to the backlog.</summary>
    /// <param name="destination">Where they go.</param>
    /// <param name="run">The run that they begin in; null for none.</param>
    /// <param name="runCount">In how many runs they are.</param>
    /// <param name="skipped">How many datagrams of the first run are not moved.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected void MoveToBacklog(
        SendDestination destination, SendQueue.Run* run, int runCount = int.MaxValue, int skipped = 0)
    {
        for (; run is not null && runCount > 0; runCount--)
        {
            for (int i = skipped; i < run->Count; i++)
                AppendToBacklog(destination, run->Datagram(i));
            skipped = 0;
            run = run->Next;
        }
    }

    protected abstract void AppendToBacklog(SendDestination destination, ReadOnlySpan<byte> datagram);
}
