using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Channel.Wire;

/// <summary>
/// Writes a message from its end to its beginning, as FlatBuffers does: what a table refers to is written before the
/// table. Reused from message to message; it allocates only while its buffer still grows.
/// </summary>
/// <remarks>
/// Tables are written with their generated <c>Create</c>, whose arguments are written first by C#'s own order of
/// evaluation. A missing required field, and a value that the dialect lacks, throw: both are mistakes of the caller.
/// </remarks>
public sealed partial class WireBuilder
{
    private const int InitialBytes = 16 * 1024;
    private const int VTableHeader = 4;

    private byte[] _buffer = new byte[InitialBytes];
    private int _used;
    private int _alignment = 1;

    private int[] _vtables = new int[64];
    private int _vtableCount;

    private int[] _fields = new int[64];
    private int _fieldCount;
    private int _tableStart;
    private bool _inTable;

    private int[] _list = new int[256];
    private int _listCount;

    /// <summary>A builder for one dialect.</summary>
    public WireBuilder(WireLayout layout) => Layout = layout;

    /// <summary>The dialect.</summary>
    public WireLayout Layout { get; }

    /// <summary>Writes a text; null is none.</summary>
    public StringOffset String(string? text)
    {
        if (text is null)
        {
            return default;
        }
        int count = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, StringSpace(count));
        return new StringOffset(_used);
    }

    /// <summary>Writes a text given as UTF-8.</summary>
    public StringOffset String(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(StringSpace(utf8.Length));
        return new StringOffset(_used);
    }

    /// <summary>Writes a text of a first letter and the rest.</summary>
    internal StringOffset Line(char first, ReadOnlySpan<char> rest)
    {
        int count = Encoding.UTF8.GetByteCount(rest) + 1;
        Span<byte> space = StringSpace(count);
        space[0] = (byte)first;
        Encoding.UTF8.GetBytes(rest, space[1..]);
        return new StringOffset(_used);
    }

    /// <summary>Writes a vector of bytes.</summary>
    public VectorOffset<byte> Vector(ReadOnlySpan<byte> values) => ScalarVector(values);

    /// <summary>Writes a vector of numbers.</summary>
    public VectorOffset<ushort> Vector(ReadOnlySpan<ushort> values) => ScalarVector(values);

    /// <summary>Writes a vector of numbers.</summary>
    public VectorOffset<int> Vector(ReadOnlySpan<int> values) => ScalarVector(values);

    /// <summary>Writes a vector of tables.</summary>
    public VectorOffset<T> Vector<T>(ReadOnlySpan<Offset<T>> tables)
        where T : allows ref struct
    {
        ListBuilder<T> list = StartList<T>();
        foreach (Offset<T> table in tables)
        {
            list.Add(table);
        }
        return list.End();
    }

    /// <summary>Writes a vector of texts; null is none.</summary>
    public VectorOffset<string> Vector(IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            return default;
        }
        StringListBuilder list = StartStrings();
        for (int i = 0; i < texts.Count; i++)
        {
            list.Add(texts[i]);
        }
        return list.End();
    }

    /// <summary>Begins a vector of tables, for when they are written one by one. Lists may be nested.</summary>
    public ListBuilder<T> StartList<T>()
        where T : allows ref struct => new(this, _listCount);

    /// <summary>Begins a vector of texts, for when they are written one by one. Lists may be nested.</summary>
    public StringListBuilder StartStrings() => new(this, _listCount);

    /// <summary>Ends the message: root and size prefix. The bytes are valid until <see cref="Clear"/>.</summary>
    /// <returns>The frame, prefix included.</returns>
    internal ReadOnlySpan<byte> FinishSizePrefixed(int root)
    {
        Prepare(_alignment, 8);
        PushUInt32(Reference(root));
        PushUInt32((uint)_used);
        return _buffer.AsSpan(_buffer.Length - _used);
    }

    /// <summary>Forgets what was written, so that the next message can be.</summary>
    public void Clear()
    {
        _used = 0;
        _alignment = 1;
        _vtableCount = 0;
        _listCount = 0;
        _inTable = false;
    }

    internal void PushList(int offset)
    {
        if (_listCount == _list.Length)
        {
            Array.Resize(ref _list, _list.Length * 2);
        }
        _list[_listCount++] = offset;
    }

    /// <summary>Writes the references collected since a mark, as a vector.</summary>
    internal int EndList(int mark)
    {
        if (_listCount < mark)
        {
            throw new InvalidOperationException("a list was ended twice, or after the one around it");
        }
        int count = _listCount - mark;
        StartVector(4, count, 4);
        for (int i = _listCount - 1; i >= mark; i--)
        {
            PushUInt32(Reference(_list[i]));
        }
        _listCount = mark;
        PushUInt32((uint)count);
        return _used;
    }

    internal int EmptyVector() => EndList(_listCount);

    private VectorOffset<T> ScalarVector<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        StartVector(size, values.Length, size);
        MemoryMarshal.AsBytes(values).CopyTo(Claim(size * values.Length));
        PushUInt32((uint)values.Length);
        return new VectorOffset<T>(_used);
    }

    private VectorOffset<T> EnumVector<T>(ReadOnlySpan<T> values, int map)
        where T : unmanaged, Enum
    {
        StartVector(1, values.Length, 1);
        Span<byte> bytes = Claim(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            bytes[i] = EnumToWire(map, Unsafe.BitCast<T, byte>(values[i]));
        }
        PushUInt32((uint)values.Length);
        return new VectorOffset<T>(_used);
    }

    private byte EnumToWire(int map, byte own) => Layout.HasEnum(map, own)
        ? Layout.EnumToWire(map, own)
        : throw new InvalidOperationException($"enum value {own} does not exist in {Layout.Release}");

    private Span<byte> StringSpace(int count)
    {
        EnsureOutsideTable();
        Prepare(4, count + 1 + 4);
        // The zero after the text counts neither in its length nor here.
        Claim(1)[0] = 0;
        Span<byte> space = Claim(count);
        PushUInt32((uint)count);
        return space;
    }

    private void StartVector(int elementSize, int count, int alignment)
    {
        EnsureOutsideTable();
        Prepare(4, elementSize * count);
        Prepare(alignment, elementSize * count);
    }

    private uint Reference(int offset) => (uint)(_used + 4 - offset);

    private void EnsureOutsideTable()
    {
        if (_inTable)
        {
            throw new InvalidOperationException("what a table refers to must be written before the table");
        }
    }

    /// <summary>Pads so that after <paramref name="following"/> more bytes the position is aligned.</summary>
    private void Prepare(int alignment, int following)
    {
        _alignment = Math.Max(_alignment, alignment);
        int padding = -(_used + following) & (alignment - 1);
        Grow(padding + following + alignment);
        if (padding > 0)
        {
            Claim(padding).Clear();
        }
    }

    private Span<byte> Claim(int count)
    {
        Grow(count);
        _used += count;
        return _buffer.AsSpan(_buffer.Length - _used, count);
    }

    private void PushUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Claim(4), value);

    private void Grow(int more)
    {
        if (_buffer.Length - _used >= more)
        {
            return;
        }
        int size = _buffer.Length;
        while (size - _used < more)
        {
            size = checked(size * 2);
        }
        byte[] grown = new byte[size];
        _buffer.AsSpan(_buffer.Length - _used).CopyTo(grown.AsSpan(size - _used));
        _buffer = grown;
    }

    /// <summary>Gives back a buffer that one large message left behind.</summary>
    internal void TrimTo(int bytes)
    {
        if (_used == 0 && _buffer.Length > Math.Max(bytes, InitialBytes))
        {
            _buffer = new byte[InitialBytes];
        }
    }
}
