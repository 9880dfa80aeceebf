using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Rtc.Buffers;

/// <summary>
/// Memory for packets outside of the collected heap. A pinned array would do as well, but each new one counts as a
/// large object, and enough of those make the runtime collect everything, with all standing still meanwhile
/// (docs/benchmarks.md, "Pauses"). The memory lives until it is freed, or nothing refers to the slab any more.
/// </summary>
internal sealed unsafe class PacketSlab
{
    private byte* _start;

    public PacketSlab(int length) => _start = (byte*)NativeMemory.Alloc((nuint)length);

    ~PacketSlab() => NativeMemory.Free(_start);

    /// <summary>Frees the memory.</summary>
    public void Free()
    {
        NativeMemory.Free(_start);
        _start = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>A part of it. Whoever holds the span has to keep the slab alive.</summary>
    public Span<byte> Slice(int offset, int length) => new(_start + offset, length);

    /// <summary>Has the processor fetch the line of its cache at an offset, and does not wait for it.</summary>
    public void Prefetch(int offset)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_start + offset);
    }
}
