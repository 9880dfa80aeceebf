using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// Where all datagrams of a loop wait for the end of its turn. Whoever sends borrows room for one datagram after the
/// other; the queue keeps those to one destination next to each other, and those of equal sizes as one run, so that at the
/// flush a run leaves as one message. Nothing waits for company: <see cref="Flush"/> comes at the end of every turn, and
/// earlier when the memory is used up or runs are complete. After a flush the queue is empty: what the kernel does not
/// take moves to the bounded backlog of its socket, so that a slow peer never holds memory that others need. Allocates
/// nothing after it is made, but for the backlogs.
/// </summary>
public sealed unsafe class SendQueue : IDisposable
{
    /// <summary>The longest datagram that UDP carries over IPv4, in bytes.</summary>
    public const int MaxDatagramLength = 65_507;

    /// <summary>The default of the memory that a turn's datagrams may take before they are flushed, in bytes.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    /// <summary>The most datagrams of a run: what the kernel cuts a message into.</summary>
    internal const int MaxRunLength = 64;

    // Who writes runs, one destination after the other, does not write to the first ones any more this turn: they need
    // not wait for the last. What is handed over at once is worth the waking of whoever reads it, and still in the cache.
    private const int MinRun = 4;
    private const int HandOver = 64;

    // A destination that sends much gets no more than this at once, so that one cannot take all.
    private const int MaxExtent = 65_536;

    private readonly byte* _memory;
    private readonly int _capacity;
    private readonly Run* _runs;
    private readonly int _maxRuns;

    // By descriptor. What has datagrams in this turn is noted by descriptor too: a reference that is written is one that
    // the collector looks at, and each packet that is alone in its turn would write one.
    private SendLane?[] _lanes = new SendLane?[64];
    private int[] _dirty = new int[64];
    private int _dirtyCount;
    private int _cursor;
    private int _runCount;
    private int _datagramCount;
    private int _openCount;

    // Whoever sends visits one destination after the other. The number of the visit says whether a destination is the
    // one that was written to last, and the first number of a turn whether what it noted is of this turn.
    private long _visit = 1;
    private long _firstVisit = 1;
    private int _visitStart;
    private bool _disposed;

    /// <summary>Makes a queue.</summary>
    /// <param name="capacity">
    /// How many bytes of datagrams gather before they are flushed within a turn; at least 128 KiB.
    /// </param>
    public SendQueue(int capacity = DefaultCapacity)
        : this(capacity, new SendCalls())
    {
    }

    internal SendQueue(int capacity, SendCalls calls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 128 * 1024);
        _capacity = capacity;
        _maxRuns = capacity / 128;
        _memory = (byte*)NativeMemory.Alloc((nuint)capacity);
        _runs = (Run*)NativeMemory.Alloc((nuint)_maxRuns, (nuint)sizeof(Run));
        Calls = calls;
        Scratch = new SendScratch();
    }

    /// <summary>What it did so far.</summary>
    public SendCounters Counters { get; } = new();

    internal SendCalls Calls { get; }

    internal SendScratch Scratch { get; }

    /// <summary>
    /// Sends everything. What was reserved and not committed is void; the kernel takes the rest, or the backlog does.
    /// </summary>
    public void Flush()
    {
        // One that was closed meanwhile sent what it had, and another may have its descriptor: that one is flushed twice.
        // What was committed after the closing goes nowhere.
        for (int i = 0; i < _dirtyCount; i++)
            _lanes[_dirty[i]]?.Flush();

        _dirtyCount = 0;
        _cursor = 0;
        _runCount = 0;
        _datagramCount = 0;
        _openCount = 0;
        _visitStart = 0;
        _firstVisit = ++_visit;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMemory.Free(_memory);
        NativeMemory.Free(_runs);
        Scratch.Dispose();
    }

    /// <summary>Takes a lane in; its descriptor is its own until <see cref="Remove"/>.</summary>
    internal void Add(SendLane lane)
    {
        if (lane.Fd >= _lanes.Length)
            Array.Resize(ref _lanes, Math.Max(lane.Fd + 1, _lanes.Length * 2));
        _lanes[lane.Fd] = lane;
    }

    /// <summary>Forgets a lane that is closed: nothing is taken for it any more.</summary>
    internal void Remove(SendLane lane)
    {
        _lanes[lane.Fd] = null;
        _visit++;
    }

    /// <summary>Takes nothing for a destination any more. What is open is void, what was committed leaves.</summary>
    internal void Close(SendDestination destination)
    {
        Commit(destination, 0);
        destination.IsClosed = true;
        _visit++;
    }

    /// <summary>Room for one datagram; empty when there is none, or when destination or lane are closed.</summary>
    internal Span<byte> Reserve(SendDestination destination, int maxLength)
    {
        bool isVisited = destination.Visit == _visit && destination.OpenLength == 0;
        if (!isVisited || !IsValid(maxLength) || !HasRoom(destination, maxLength + destination.PrefixLength))
            return ReserveAnew(destination, maxLength);

        return Lend(destination, maxLength);
    }

    /// <summary>Queues the first bytes of the open reservation; 0 gives it up.</summary>
    internal void Commit(SendDestination destination, int length)
    {
        bool isOpen = (uint)(length - 1) < (uint)destination.OpenLength && destination.Visit >= _firstVisit;
        if (!isOpen)
        {
            CommitNothing(destination, length);
            return;
        }

        GiveUp(destination);
        _datagramCount++;
        int taken = length + destination.PrefixLength;
        if (taken <= destination.JoinLength)
            Join(destination, taken);
        else
            BeginRun(destination, taken);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsValid(int maxLength) => (uint)(maxLength - 1) < MaxDatagramLength;

    private void CommitNothing(SendDestination destination, int length)
    {
        bool isOpen = destination.OpenLength > 0 && destination.Visit >= _firstVisit;
        if (length != 0 && !destination.IsClosed)
            ThrowNotReserved(length);
        if (isOpen)
            GiveUp(destination);
    }

    /// <summary>
    /// Room for a datagram that is not like the last: to another destination, or more than is left of the extent.
    /// </summary>
    private Span<byte> ReserveAnew(SendDestination destination, int maxLength)
    {
        if (destination.Visit != _visit && !TryVisit(destination))
            return default;

        if (destination.OpenLength > 0)
            GiveUp(destination);

        int needed = maxLength + destination.PrefixLength;
        if (IsValid(maxLength) && (HasRoom(destination, needed) || TryMakeRoom(destination, needed)))
            return Lend(destination, maxLength);

        Counters.Refused++;
        return default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Lend(SendDestination destination, int maxLength)
    {
        destination.OpenLength = maxLength;
        _openCount++;
        return new Span<byte>(_memory + destination.ExtentCursor + destination.PrefixLength, maxLength);
    }

    private static void ThrowNotReserved(int length) =>
        throw new InvalidOperationException($"a datagram of {length} bytes was committed that was not reserved");

    /// <summary>Turns to another destination than the last; false when it is closed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryVisit(SendDestination destination)
    {
        if (destination.IsClosed || destination.Lane.IsClosed)
            return false;

        if (_datagramCount >= HandOver && _datagramCount - _visitStart >= MinRun && _openCount == 0)
            Flush();

        Visit(destination);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Visit(SendDestination destination)
    {
        if (destination.Visit < _firstVisit)
            destination.BeginTurn();
        destination.Visit = ++_visit;
        _visitStart = _datagramCount;
    }

    private void GiveUp(SendDestination destination)
    {
        destination.OpenLength = 0;
        _openCount--;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasRoom(SendDestination destination, int needed) =>
        _runCount + _openCount < _maxRuns && needed <= destination.ExtentEnd - destination.ExtentCursor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMakeRoom(SendDestination destination, int needed)
    {
        if (_runCount + _openCount < _maxRuns && TryTakeExtent(destination, needed))
            return true;

        // Others still write into what they borrowed: it cannot be flushed under them.
        if (_openCount > 0)
            return false;

        Flush();
        Visit(destination);
        return TryTakeExtent(destination, needed);
    }

    private bool TryTakeExtent(SendDestination destination, int needed)
    {
        // The extent that was taken last grows where it is.
        if (destination.ExtentEnd == _cursor && destination.ExtentEnd > 0)
        {
            int missing = needed - (destination.ExtentEnd - destination.ExtentCursor);
            if (missing > _capacity - _cursor)
                return false;
            _cursor += missing;
            destination.ExtentEnd = _cursor;
            return true;
        }

        if (needed > _capacity - _cursor)
            return false;

        int remaining = destination.ExpectedBytes - destination.CommittedBytes;
        int length = Math.Max(needed, Math.Min(Math.Min(remaining, MaxExtent), _capacity - _cursor));
        destination.ExtentCursor = _cursor;
        destination.JoinLength = 0;
        _cursor += length;
        destination.ExtentEnd = _cursor;
        return true;
    }

    /// <summary>Adds the datagram at the extent's cursor to the run that ends there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(SendDestination destination, int length)
    {
        Run* run = destination.Tail;
        run->Bytes += length;
        run->Count++;
        bool isLast = run->Count == MaxRunLength || length < run->SegmentSize;
        destination.JoinLength = isLast ? 0 : Math.Min(length, MaxDatagramLength - run->Bytes);
        destination.Advance(length);
    }

    /// <summary>Begins a run with the datagram at the extent's cursor.</summary>
    private void BeginRun(SendDestination destination, int length)
    {
        SendLane lane = destination.Lane;
        byte* start = _memory + destination.ExtentCursor;
        if (destination.PrefixLength > 0)
            lane.WritePrefix(new Span<byte>(start, destination.PrefixLength), length - destination.PrefixLength);

        Run* run = _runs + _runCount++;
        *run = new Run { Start = start, SegmentSize = length, Count = 1, Bytes = length };
        if (destination.Tail is not null)
            destination.Tail->Next = run;
        else
            BeginDestination(destination, lane, run);

        destination.Tail = run;
        destination.JoinLength =
            length <= lane.MaxSegmentSize ? Math.Min(length, MaxDatagramLength - length) : 0;
        destination.Advance(length);
    }

    /// <summary>Has the lane flush a destination that had no datagrams in this turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BeginDestination(SendDestination destination, SendLane lane, Run* head)
    {
        destination.Head = head;
        if (!lane.IsDirty)
        {
            if (_dirtyCount == _dirty.Length)
                Array.Resize(ref _dirty, _dirty.Length * 2);
            _dirty[_dirtyCount++] = lane.Fd;
        }

        lane.AddDirty(destination);
    }

    /// <summary>
    /// Committed datagrams of one destination, with their prefixes, one behind the other in the queue's memory: all of
    /// one length, but for the last, which may be shorter.
    /// </summary>
    internal struct Run
    {
        public byte* Start;

        /// <summary>The destination's next run; null for none.</summary>
        public Run* Next;

        public int SegmentSize;
        public int Count;
        public int Bytes;

        /// <summary>One of the datagrams.</summary>
        public readonly ReadOnlySpan<byte> Datagram(int index)
        {
            int offset = index * SegmentSize;
            return new(Start + offset, Math.Min(SegmentSize, Bytes - offset));
        }
    }
}
