using System.Diagnostics;

namespace Rtc.Buffers;

/// <summary>
/// A slot of memory out of a <see cref="PacketPool"/>, shared by counting references. Belongs to the loop of its
/// pool: the count is not atomic. The object is pooled together with its memory.
/// </summary>
[DebuggerDisplay("{Capacity} bytes, {ReferenceCount} references")]
public sealed class PacketBuffer
{
    private readonly PacketPool _pool;
    private readonly PacketSlab _slab;
    private readonly int _offset;
#if DEBUG
    private readonly int[] _references = new int[PacketPool.PurposeCount];
#endif

    internal PacketBuffer(PacketPool pool, PacketPool.SlotClass slots, PacketSlab slab, int offset)
    {
        _pool = pool;
        Slots = slots;
        _slab = slab;
        _offset = offset;
        Capacity = slots.Capacity;
    }

    /// <summary>How many bytes there are.</summary>
    public int Capacity { get; }

    /// <summary>Which slots it is one of.</summary>
    internal PacketPool.SlotClass Slots { get; }

    /// <summary>
    /// What the slot is used by again and again, made with its first use and kept: to join the two anew each time would
    /// be a reference that the collector has to follow, for every packet. Null where nothing was kept.
    /// </summary>
    internal object? Companion { get; set; }

    /// <summary>How many references are held; 0 while the slot is free.</summary>
    public int ReferenceCount { get; private set; }

    /// <summary>All bytes of the slot. They do not move, and hold garbage after rent.</summary>
    /// <exception cref="InvalidOperationException">No reference is held any more (debug builds).</exception>
    public Span<byte> Span
    {
        get
        {
#if DEBUG
            if (ReferenceCount == 0)
                throw new InvalidOperationException("a packet buffer was read after its last release");
#endif
            return _slab.Slice(_offset, Capacity);
        }
    }

    /// <summary>Takes one more reference, which ends with a <see cref="Release"/> for the same purpose.</summary>
    /// <exception cref="InvalidOperationException">The slot is free.</exception>
    public void AddReference(BufferPurpose purpose)
    {
        if (ReferenceCount == 0)
            throw TakenWhileFree(purpose);

        Count(purpose);
    }

    /// <summary>Gives a reference back; the slot is free after the last one. True when this was the last.</summary>
    /// <exception cref="InvalidOperationException">
    /// More was given back than taken: in total, or (debug builds) for this purpose.
    /// </exception>
    public bool Release(BufferPurpose purpose)
    {
        if (ReferenceCount == 0)
            throw ReleasedTwice(purpose);
#if DEBUG
        if (_references[(int)purpose] == 0)
            throw new InvalidOperationException($"a packet buffer has no reference for {purpose}: {Describe()}");
        _references[(int)purpose]--;
#endif
        _pool.CountReference(purpose, -1);
        if (--ReferenceCount != 0)
            return false;

        _pool.Return(this);
        return true;
    }

    /// <summary>Has the processor fetch what is read soon, at an offset, and does not wait for it.</summary>
    internal void Prefetch(int offset) => _slab.Prefetch(_offset + offset);

    /// <summary>Frees the slab of a slot that has one of its own and is not used again.</summary>
    internal void Free() => _slab.Free();

    internal void Count(BufferPurpose purpose)
    {
        ReferenceCount++;
        _pool.CountReference(purpose, 1);
#if DEBUG
        _references[(int)purpose]++;
#endif
    }

#if DEBUG
    /// <summary>Overwrites what was there, so that a view that outlived its memory is seen in a test.</summary>
    internal void Poison() => _slab.Slice(_offset, Capacity).Fill(0xAA);
#endif

    private static InvalidOperationException TakenWhileFree(BufferPurpose purpose) =>
        new($"a reference for {purpose} was taken to a free packet buffer");

    private static InvalidOperationException ReleasedTwice(BufferPurpose purpose) =>
        new($"a packet buffer was released twice, last by {purpose}");

    /// <summary>Who holds it, for a person to read; only debug builds know the purposes.</summary>
    internal string Describe()
    {
#if DEBUG
        var purposes = new List<string>();
        for (int i = 0; i < _references.Length; i++)
        {
            if (_references[i] > 0)
                purposes.Add($"{(BufferPurpose)i} {_references[i]}");
        }

        return $"{Capacity} bytes held by {string.Join(", ", purposes)}";
#else
        return $"{Capacity} bytes held by {ReferenceCount} references";
#endif
    }
}
