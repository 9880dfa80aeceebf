using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Channel.Wire;

/// <summary>Implemented by every generated table, so that vectors of tables can make their elements.</summary>
/// <typeparam name="TSelf">The table.</typeparam>
public interface IWireTable<TSelf>
    where TSelf : IWireTable<TSelf>, allows ref struct
{
    /// <summary>The table over a view.</summary>
    static abstract TSelf Wrap(TableView view);
}

/// <summary>
/// A table in a verified buffer: what generated readers read through. Borrows the buffer. The default is no table,
/// whose fields are all absent.
/// </summary>
public readonly ref struct TableView
{
    private readonly ReadOnlySpan<byte> _buffer;
    private readonly WireLayout _layout;
    private readonly int _position;

    private TableView(ReadOnlySpan<byte> buffer, int position, WireLayout layout)
    {
        _buffer = buffer;
        _position = position;
        _layout = layout;
    }

    internal bool IsNull => _position == 0;

    internal static bool TryRoot(
        ReadOnlySpan<byte> buffer, WireLayout layout, int table, out TableView view, out WireDefect defect)
    {
        var verifier = new WireVerifier(buffer, layout);
        bool ok = verifier.Root(table, out int position);
        defect = verifier.Defect;
        view = ok ? new TableView(buffer, position, layout) : default;
        return ok;
    }

    internal int Variant(int field) => _position == 0 ? 0 : _layout.Variant(field);

    internal bool Has(int field) => Find(field, 0) != 0;

    internal bool Bool(int field, bool absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : _buffer[at] != 0;
    }

    internal byte UInt8(int field, byte absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : _buffer[at];
    }

    internal sbyte Int8(int field, sbyte absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : (sbyte)_buffer[at];
    }

    internal ushort UInt16(int field, ushort absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadUInt16LittleEndian(_buffer[at..]);
    }

    internal short Int16(int field, short absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadInt16LittleEndian(_buffer[at..]);
    }

    internal uint UInt32(int field, uint absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadUInt32LittleEndian(_buffer[at..]);
    }

    internal int Int32(int field, int absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadInt32LittleEndian(_buffer[at..]);
    }

    internal ulong UInt64(int field, ulong absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadUInt64LittleEndian(_buffer[at..]);
    }

    internal long Int64(int field, long absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadInt64LittleEndian(_buffer[at..]);
    }

    internal float Float32(int field, float absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadSingleLittleEndian(_buffer[at..]);
    }

    internal double Float64(int field, double absent)
    {
        int at = Find(field, 0);
        return at == 0 ? absent : BinaryPrimitives.ReadDoubleLittleEndian(_buffer[at..]);
    }

    /// <summary>An enum's own value; 255 where the dialect does not have what the wire says.</summary>
    /// <param name="field">The field.</param>
    /// <param name="map">The pair of enums.</param>
    /// <param name="absent">The own value that is left out, or <see cref="WireLayout.ZeroOnWire"/>.</param>
    internal byte Enum(int field, int map, int absent)
    {
        int at = Find(field, 0);
        if (at == 0 && (absent != WireLayout.ZeroOnWire || IsNull))
            return (byte)Math.Max(0, absent);

        return _layout.EnumFromWire(map, at == 0 ? (byte)0 : _buffer[at]);
    }

    internal ReadOnlySpan<byte> Utf8(int field) => Scalars<byte>(field);

    internal string? String(int field) => Has(field) ? Encoding.UTF8.GetString(Utf8(field)) : null;

    internal TableView Table(int field) => Follow(Find(field, 0));

    internal TableView UnionValue(int field) => Follow(Find(field, 2));

    internal ReadOnlySpan<T> Scalars<T>(int field)
        where T : unmanaged
    {
        int at = Find(field, 0);
        return at == 0 ? default : MemoryMarshal.Cast<byte, T>(Elements(at, Unsafe.SizeOf<T>()));
    }

    internal EnumVector<T> Enums<T>(int field, int map)
        where T : unmanaged, Enum => new(Scalars<byte>(field), _layout, map);

    internal StringVector Strings(int field)
    {
        int at = Find(field, 0);
        return at == 0 ? default : new StringVector(this, Target(at) + 4, (int)Length(Target(at)));
    }

    internal TableVector<T> Tables<T>(int field)
        where T : IWireTable<T>, allows ref struct
    {
        int at = Find(field, 0);
        return at == 0 ? default : new TableVector<T>(this, Target(at) + 4, (int)Length(Target(at)));
    }

    /// <summary>The table that the reference at a position leads to.</summary>
    internal TableView Follow(int at) => at == 0 ? default : new TableView(_buffer, Target(at), _layout);

    /// <summary>The text that the reference at a position leads to.</summary>
    internal ReadOnlySpan<byte> FollowUtf8(int at) => Elements(at, 1);

    /// <summary>Position of a field, or 0. A union's value lies one slot after its type.</summary>
    private int Find(int field, int slotOffset)
    {
        if (_position == 0)
        {
            return 0;
        }
        int slot = _layout.Slot(field);
        if (slot == 0)
        {
            return 0;
        }
        slot += slotOffset;
        int vtable = _position - BinaryPrimitives.ReadInt32LittleEndian(_buffer[_position..]);
        if (slot + 2 > BinaryPrimitives.ReadUInt16LittleEndian(_buffer[vtable..]))
        {
            return 0;
        }
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(vtable + slot)..]);
        return offset == 0 ? 0 : _position + offset;
    }

    private int Target(int at) => at + (int)BinaryPrimitives.ReadUInt32LittleEndian(_buffer[at..]);

    private uint Length(int vector) => BinaryPrimitives.ReadUInt32LittleEndian(_buffer[vector..]);

    private ReadOnlySpan<byte> Elements(int at, int size)
    {
        int vector = Target(at);
        return _buffer.Slice(vector + 4, (int)Length(vector) * size);
    }
}
