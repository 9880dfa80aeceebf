using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// Where all datagrams of a loop wait for the end of its turn. Whoever sends borrows room for one datagram after the
/// other; the queue keeps those to one destination next to each other, so that at the flush a run of equal sizes
/// leaves as one message. Nothing waits for company: <see cref="Flush"/> comes at the end of every turn, and earlier
/// when the memory is used up or runs are complete. After a flush the queue is empty: what the kernel does not take moves
/// to the bounded backlog of its socket, so that a slow peer never holds memory that others need. Allocates nothing
/// after it is made, but for the backlogs.
/// </summary>
public sealed unsafe class SendQueue : IDisposable
{
    /// <summary>The longest datagram that UDP carries over IPv4, in bytes.</summary>
    public const int MaxDatagramLength = 65_507;

    /// <summary>The default of the memory that a turn's datagrams may take before they are flushed, in bytes.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    // Who writes runs, one destination after the other, does not write to the first ones any more this turn: they need
    // not wait for the last. What is handed over at once is worth the waking of whoever reads it, and still in the cache.
    private const int MinRun = 4;
    private const int HandOver = 64;

    // A destination that sends much gets no more than this at once, so that one cannot take all.
    private const int MaxExtent = 65_536;

    private readonly byte* _memory;
    private readonly int _capacity;
    private readonly Entry* _entries;
    private readonly int _maxEntries;
    private SendLane[] _dirty = new SendLane[64];
    private int _dirtyCount;
    private SendDestination? _current;
    private int _runLength;
    private int _cursor;
    private int _entryCount;
    private int _openCount;
    private uint _epoch = 1;
    private bool _disposed;

    /// <summary>Makes a queue.</summary>
    /// <param name="capacity">
    /// How many bytes of datagrams gather before they are flushed within a turn; at least 128 KiB.
    /// </param>
    public SendQueue(int capacity = DefaultCapacity)
        : this(capacity, new SystemSendCalls())
    {
    }

    internal SendQueue(int capacity, ISendCalls calls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 128 * 1024);
        _capacity = capacity;
        _maxEntries = capacity / 128;
        _memory = (byte*)NativeMemory.Alloc((nuint)capacity);
        _entries = (Entry*)NativeMemory.Alloc((nuint)_maxEntries, (nuint)sizeof(Entry));
        Calls = calls;
        Scratch = new SendScratch();
    }

    /// <summary>What it did so far.</summary>
    public SendCounters Counters { get; } = new();

    internal ISendCalls Calls { get; }

    internal SendScratch Scratch { get; }

    /// <summary>
    /// Sends everything. What was reserved and not committed is void; the kernel takes the rest, or the backlog does.
    /// </summary>
    public void Flush()
    {
        for (int i = 0; i < _dirtyCount; i++)
        {
            _dirty[i].Flush();
            _dirty[i] = null!;
        }

        _dirtyCount = 0;
        _cursor = 0;
        _entryCount = 0;
        _openCount = 0;
        _current = null;
        _runLength = 0;
        _epoch++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMemory.Free(_memory);
        NativeMemory.Free(_entries);
        Scratch.Dispose();
    }

    internal byte* Pointer(int entry) => _memory + _entries[entry].Offset;

    internal int Length(int entry) => _entries[entry].Length;

    internal int Next(int entry) => _entries[entry].Next;

    internal ReadOnlySpan<byte> Bytes(int entry) => new(Pointer(entry), Length(entry));

    /// <summary>Room for one datagram; empty when there is none, or when destination or lane are closed.</summary>
    internal Span<byte> Reserve(SendDestination destination, int maxLength)
    {
        SendLane lane = destination.Lane;
        if (destination.IsClosed || lane.IsClosed)
            return default;

        if (!ReferenceEquals(destination, _current))
            TurnTo(destination);

        if (destination.OpenLength > 0)
            GiveUp(destination);

        int prefix = lane.PrefixLength;
        int needed = maxLength + prefix;
        bool isValid = (uint)(maxLength - 1) < MaxDatagramLength;
        if (!isValid || !(HasRoom(destination, needed) || TryMakeRoom(destination, needed)))
        {
            Counters.Refused++;
            return default;
        }

        destination.OpenLength = needed;
        _openCount++;
        return new Span<byte>(_memory + destination.ExtentCursor + prefix, maxLength);
    }

    /// <summary>Queues the first bytes of the open reservation; 0 gives it up.</summary>
    internal void Commit(SendDestination destination, int length)
    {
        int prefix = destination.Lane.PrefixLength;
        if (destination.Epoch != _epoch || destination.OpenLength == 0 || length + prefix > destination.OpenLength)
        {
            if (length != 0 && !destination.IsClosed)
                ThrowNotReserved(length);
            return;
        }

        GiveUp(destination);
        if (length <= 0 || destination.Lane.IsClosed)
            return;

        if (prefix > 0)
            destination.Lane.WritePrefix(new Span<byte>(_memory + destination.ExtentCursor, prefix), length);
        Append(destination, length + prefix);
    }

    private static void ThrowNotReserved(int length) =>
        throw new InvalidOperationException($"a datagram of {length} bytes was committed that was not reserved");

    private void TurnTo(SendDestination destination)
    {
        if (_runLength >= MinRun && _entryCount >= HandOver && _openCount == 0)
            Flush();

        _current = destination;
        _runLength = 0;
        destination.BeginEpoch(_epoch);
    }

    private void GiveUp(SendDestination destination)
    {
        destination.OpenLength = 0;
        _openCount--;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasRoom(SendDestination destination, int needed) =>
        _entryCount + _openCount < _maxEntries && needed <= destination.ExtentEnd - destination.ExtentCursor;

    private bool TryMakeRoom(SendDestination destination, int needed)
    {
        if (_entryCount + _openCount < _maxEntries && TryTakeExtent(destination, needed))
            return true;

        // Others still write into what they borrowed: it cannot be flushed under them.
        if (_openCount > 0)
            return false;

        Flush();
        destination.BeginEpoch(_epoch);
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
        _cursor += length;
        destination.ExtentEnd = _cursor;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(SendDestination destination, int length)
    {
        _runLength++;
        int index = _entryCount++;
        _entries[index] = new Entry { Offset = destination.ExtentCursor, Length = length, Next = -1 };
        destination.ExtentCursor += length;
        destination.CommittedBytes += length;
        if (destination.Tail >= 0)
            _entries[destination.Tail].Next = index;
        else
            Begin(destination, index);

        destination.Tail = index;
    }

    /// <summary>Has the lane flush a destination that had no datagrams in this turn.</summary>
    private void Begin(SendDestination destination, int head)
    {
        destination.Head = head;
        SendLane lane = destination.Lane;
        if (!lane.IsDirty)
        {
            if (_dirtyCount == _dirty.Length)
                Array.Resize(ref _dirty, _dirty.Length * 2);
            _dirty[_dirtyCount++] = lane;
        }

        lane.AddDirty(destination);
    }

    /// <summary>A committed datagram, with its prefix.</summary>
    private struct Entry
    {
        public int Offset;
        public int Length;
        public int Next;
    }
}
