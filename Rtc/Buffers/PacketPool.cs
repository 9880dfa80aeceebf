using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Rtc.Buffers;

/// <summary>
/// The packet memory of one loop: slabs that do not move, cut into slots. Free slots are handed out last in, first out,
/// so that what is rented next is what the cache still holds. Grows slab by slab up to a bound. Not thread-safe.
/// </summary>
/// <remarks>
/// Nearly all packets fit a small slot; these slabs are kept. For longer ones there are sizes that double, so that no
/// packet takes more than twice its length. They have a share of the bound that they cannot exceed, and what is free of
/// them is given back but for a few: whoever sends long packets takes nothing away from those who send usual ones.
/// </remarks>
public sealed class PacketPool
{
    /// <summary>Bytes of a small slot: a packet of a usual MTU with the room that rewriting needs.</summary>
    public const int SmallCapacity = 2048;

    /// <summary>Bytes of the largest slot: a datagram or message of 64 KiB and the room that rewriting needs.</summary>
    public const int LargeCapacity = 65536 + 1024;

    /// <summary>The bound that is used when none is given, in bytes.</summary>
    public const long DefaultMaxBytes = 512L * 1024 * 1024;

    /// <summary>Bytes of a slot for records, which has slabs of its own.</summary>
    public const int RecordsCapacity = 4096;

    internal const int PurposeCount = (int)BufferPurpose.Test + 1;

    private const int SmallSlotsPerSlab = 128;
    private const int RecordsSlotsPerSlab = 64;
    private const int LongShare = 4;
    private const long MaxFreeLongBytes = 4 * 1024 * 1024;

    private readonly SlotClass[] _classes =
    [
        new(SmallCapacity, SmallSlotsPerSlab),
        new(2 * SmallCapacity, slotsPerSlab: 1),
        new(4 * SmallCapacity, slotsPerSlab: 1),
        new(8 * SmallCapacity, slotsPerSlab: 1),
        new(16 * SmallCapacity, slotsPerSlab: 1),
        new(LargeCapacity, slotsPerSlab: 1),
    ];

    private readonly SlotClass _records = new(RecordsCapacity, RecordsSlotsPerSlab);

    private long _longBytes;
    private long _freeLongBytes;
    private readonly int[] _references = new int[PurposeCount];
#if DEBUG
    private readonly HashSet<PacketBuffer> _outstanding = [];
#endif

    /// <param name="maxBytes">How many bytes all slabs may have together.</param>
    public PacketPool(long maxBytes = DefaultMaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        MaxBytes = maxBytes;
    }

    /// <summary>The bound of <see cref="ReservedBytes"/>.</summary>
    public long MaxBytes { get; }

    /// <summary>Bytes of all slabs, in use or not.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>The bound of what all slots but small ones have together, in bytes.</summary>
    public long MaxLongBytes => MaxBytes / LongShare;

    /// <summary>Bytes of the slots that are in use.</summary>
    public long InUseBytes { get; private set; }

    /// <summary>How many slots are in use.</summary>
    public int InUseCount { get; private set; }

    /// <summary>How often a slot was rented.</summary>
    public long RentedCount { get; private set; }

    /// <summary>How often a rent was refused: the bound was reached, or the request was above every slot.</summary>
    public long RefusedCount { get; private set; }

    /// <summary>
    /// Rents a slot of at least <paramref name="capacity"/> bytes with one reference. False when the bound is reached
    /// or no slot is that large, which is counted: whoever asked drops what it wanted to keep.
    /// </summary>
    public bool TryRent(int capacity, BufferPurpose purpose, [NotNullWhen(true)] out PacketBuffer? buffer)
    {
        if (capacity <= LargeCapacity)
            return TryRent(ClassOf(capacity), purpose, out buffer);

        RefusedCount++;
        buffer = null;
        return false;
    }

    /// <summary>
    /// Rents a slot of <see cref="RecordsCapacity"/> bytes for what is kept beside packets. It comes out of other slabs
    /// than theirs, so that a packet's slot is one for packets all the time.
    /// </summary>
    public bool TryRentRecords(BufferPurpose purpose, [NotNullWhen(true)] out PacketBuffer? buffer) =>
        TryRent(_records, purpose, out buffer);

    private bool TryRent(SlotClass slots, BufferPurpose purpose, [NotNullWhen(true)] out PacketBuffer? buffer)
    {
        if (slots.FreeCount == 0 && !TryGrow(slots))
        {
            RefusedCount++;
            buffer = null;
            return false;
        }

        buffer = slots.Pop();
        if (slots.IsLong)
            _freeLongBytes -= slots.Capacity;
        buffer.Count(purpose);
        RentedCount++;
        InUseCount++;
        InUseBytes += buffer.Capacity;
#if DEBUG
        _outstanding.Add(buffer);
#endif
        return true;
    }

    /// <summary>How many references are held for a purpose.</summary>
    public int GetReferenceCount(BufferPurpose purpose) => _references[(int)purpose];

    /// <summary>
    /// What was rented and not given back, one line a slot, for a person to read. Release builds do not follow single
    /// slots and give one line with the sum.
    /// </summary>
    public IReadOnlyList<string> DescribeOutstanding()
    {
#if DEBUG
        var lines = new List<string>();
        foreach (PacketBuffer buffer in _outstanding)
            lines.Add(buffer.Describe());
        return lines;
#else
        return InUseCount == 0 ? [] : [$"{InUseCount} buffers of {InUseBytes} bytes"];
#endif
    }

    internal void CountReference(BufferPurpose purpose, int change) => _references[(int)purpose] += change;

    internal void Return(PacketBuffer buffer)
    {
        InUseCount--;
        InUseBytes -= buffer.Capacity;
#if DEBUG
        _outstanding.Remove(buffer);
        buffer.Poison();
#endif
        SlotClass slots = buffer.Slots;
        if (!slots.IsLong)
        {
            slots.Push(buffer);
        }
        else if (_freeLongBytes + slots.Capacity <= MaxFreeLongBytes)
        {
            _freeLongBytes += slots.Capacity;
            slots.Push(buffer);
        }
        else
        {
            buffer.Free();
            slots.Forget();
            _longBytes -= slots.Capacity;
            ReservedBytes -= slots.Capacity;
        }
    }

    // Above the small one each class has the slots of one power of two.
    private SlotClass ClassOf(int capacity) => capacity <= SmallCapacity
        ? _classes[0]
        : _classes[Math.Min(BitOperations.Log2((uint)(capacity - 1) / SmallCapacity) + 1, _classes.Length - 1)];

    private bool TryGrow(SlotClass slots)
    {
        int bytes = slots.SlabBytes;
        if (ReservedBytes + bytes > MaxBytes || (slots.IsLong && _longBytes + bytes > MaxLongBytes))
            return false;

        ReservedBytes += bytes;
        if (slots.IsLong)
        {
            _longBytes += bytes;
            _freeLongBytes += bytes;
        }

        slots.AddSlab(this);
        return true;
    }

    /// <summary>Slots of one length.</summary>
    internal sealed class SlotClass(int capacity, int slotsPerSlab)
    {
        private PacketBuffer[] _free = [];
        private int _total;

        public int Capacity => capacity;

        public int FreeCount { get; private set; }

        public int SlabBytes => capacity * slotsPerSlab;

        /// <summary>Whether each has its own slab, which is freed when too many are free.</summary>
        public bool IsLong => slotsPerSlab == 1;

        public void AddSlab(PacketPool pool)
        {
            PacketSlab slab = new(SlabBytes);
            _total += slotsPerSlab;
            if (_free.Length < _total)
                Array.Resize(ref _free, Math.Max(_total, _free.Length * 2));

            for (int i = slotsPerSlab - 1; i >= 0; i--)
                Push(new PacketBuffer(pool, this, slab, i * capacity));
        }

        public void Forget() => _total--;

        public PacketBuffer Pop() => _free[--FreeCount];

        public void Push(PacketBuffer buffer) => _free[FreeCount++] = buffer;
    }
}
