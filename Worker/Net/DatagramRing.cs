using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// A bounded queue of datagrams with their destinations: the backlog of a socket that the kernel takes no more from.
/// Takes no memory while it is empty. A full one makes room by dropping the oldest.
/// </summary>
/// <param name="maxBytes">Its bound, counting the datagrams with what is kept beside them.</param>
internal sealed unsafe class DatagramRing(int maxBytes) : IDisposable
{
    private const int HeaderLength = 2 * sizeof(int);
    private const int FirstAllocation = 16 * 1024;

    // Twice the bound, so that moving the content to the front comes once in so many bytes and not with each datagram.
    private readonly int _maxAllocation = 2 * maxBytes;
    private byte* _memory;
    private int _allocated;
    private int _head;
    private int _tail;

    /// <summary>How many datagrams wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes they take.</summary>
    public int UsedBytes => _tail - _head;

    /// <summary>The bytes of memory it holds.</summary>
    public int AllocatedBytes => _allocated;

    /// <summary>Adds a datagram and returns how many old ones (or the new one) were dropped for it.</summary>
    public int Append(ReadOnlySpan<byte> name, ReadOnlySpan<byte> datagram)
    {
        int length = RecordLength(name.Length, datagram.Length);
        if (length > maxBytes)
            return 1;

        int dropped = 0;
        while (UsedBytes + length > maxBytes)
        {
            RemoveFirst();
            dropped++;
        }

        MakeRoom(length);
        byte* record = _memory + _tail;
        ((int*)record)[0] = name.Length;
        ((int*)record)[1] = datagram.Length;
        name.CopyTo(new Span<byte>(record + HeaderLength, name.Length));
        datagram.CopyTo(new Span<byte>(record + HeaderLength + name.Length, datagram.Length));
        _tail += length;
        Count++;
        return dropped;
    }

    /// <summary>The position of the oldest, for <see cref="Read"/>.</summary>
    public int First => _head;

    /// <summary>Reads the record at a position and returns the position of the next; -1 when there is none.</summary>
    public int Read(int position, out byte* name, out int nameLength, out byte* datagram, out int length)
    {
        byte* record = _memory + position;
        nameLength = ((int*)record)[0];
        length = ((int*)record)[1];
        name = record + HeaderLength;
        datagram = name + nameLength;
        int next = position + RecordLength(nameLength, length);
        return next < _tail ? next : -1;
    }

    /// <summary>Removes the oldest. The last one to go takes the memory with it.</summary>
    public void RemoveFirst()
    {
        int next = Read(_head, out _, out _, out _, out _);
        Count--;
        if (next >= 0)
            _head = next;
        else
            _head = _tail = 0;
    }

    /// <summary>Gives the memory back when nothing waits.</summary>
    public void Trim()
    {
        if (Count == 0)
            Dispose();
    }

    /// <summary>Drops everything.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _allocated = 0;
        _head = 0;
        _tail = 0;
        Count = 0;
    }

    // Records start at multiples of eight, so that a sockaddr and the lengths can be read where they stand.
    private static int RecordLength(int nameLength, int length) => (HeaderLength + nameLength + length + 7) & ~7;

    private void MakeRoom(int length)
    {
        if (_tail + length <= _allocated)
            return;

        if (_head > 0 && (UsedBytes + length <= _allocated / 2 || _allocated >= _maxAllocation))
        {
            Buffer.MemoryCopy(_memory + _head, _memory, _allocated, UsedBytes);
            _tail -= _head;
            _head = 0;
            return;
        }

        int allocation = Math.Max(_allocated, FirstAllocation);
        while (allocation < _tail + length)
            allocation *= 2;
        _allocated = Math.Min(allocation, Math.Max(_maxAllocation, _tail + length));
        _memory = (byte*)NativeMemory.Realloc(_memory, (nuint)_allocated);
    }
}
