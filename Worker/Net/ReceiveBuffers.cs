using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// What one recvmmsg fills: room for a batch of datagrams, one set for all sockets of a loop, because a batch is
/// handled before the next is received. Every slot takes the largest datagram there is (65,507 bytes), so nothing is
/// cut off; memory is only touched as far as datagrams reach, which is a page each for media.
/// </summary>
internal sealed unsafe class ReceiveBuffers : IDisposable
{
    /// <summary>The most datagrams that one call receives.</summary>
    public const int BatchSize = 64;

    /// <summary>Room for one datagram, or for what one read of a TCP connection yields.</summary>
    public const int SlotSize = 65_536;

    // Slots one after the other at a power of two would put all first kilobytes into the same few sets of the cache.
    private const int SlotStride = SlotSize + (19 * 64);
    private const int NameStride = 32;

    private readonly byte* _slots = (byte*)NativeMemory.Alloc(BatchSize, SlotStride);
    private readonly byte* _names = (byte*)NativeMemory.AllocZeroed(BatchSize, NameStride);

    private readonly Libc.IoVector* _vectors =
        (Libc.IoVector*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Libc.IoVector));

    private readonly Libc.MultiMessageHeader* _messages =
        (Libc.MultiMessageHeader*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Libc.MultiMessageHeader));

    private bool _disposed;

    public ReceiveBuffers()
    {
        for (int i = 0; i < BatchSize; i++)
        {
            _vectors[i].Base = _slots + ((nint)i * SlotStride);
            _vectors[i].Length = SlotSize;
            _messages[i].Header.Name = _names + (i * NameStride);
            _messages[i].Header.NameLength = SocketAddressCodec.MaxLength;
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>The first slot, for what is read without recvmmsg.</summary>
    public Span<byte> First => new(_slots, SlotSize);

    /// <summary>Receives a batch; -1 with an errno when there is none.</summary>
    public int Receive(int fd) => Libc.recvmmsg(fd, _messages, BatchSize, Libc.MSG_DONTWAIT, null);

    /// <summary>The bytes of a datagram of the last batch.</summary>
    public Span<byte> Datagram(int index) => new(_vectors[index].Base, (int)_messages[index].Length);

    /// <summary>Whether a datagram was longer than its slot.</summary>
    public bool IsTruncated(int index) => (_messages[index].Header.Flags & Libc.MSG_TRUNC) != 0;

    /// <summary>Who sent a datagram of the last batch; readies the slot for the next one.</summary>
    public ReadOnlySpan<byte> TakeName(int index)
    {
        uint length = Math.Min(_messages[index].Header.NameLength, SocketAddressCodec.MaxLength);
        ReadOnlySpan<byte> name = new(_messages[index].Header.Name, (int)length);
        _messages[index].Header.NameLength = SocketAddressCodec.MaxLength;
        return name;
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMemory.Free(_slots);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }
}
