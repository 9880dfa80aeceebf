using System.Buffers.Binary;

namespace Channel.Wire;

/// <summary>
/// Proves that every reference reachable from a buffer's root stays inside the buffer, so that readers need no
/// checks of their own. Source of the format: the FlatBuffers internals document.
/// </summary>
/// <remarks>
/// A hostile buffer can neither recurse without end (depth limit) nor blow up by naming one place many times (what
/// is visited is summed up and may not exceed a small multiple of the buffer). Unknown fields and unknown union types
/// are left alone: no reader can reach them. Alignment is not asked for, since readers do not need it.
/// </remarks>
internal ref struct WireVerifier
{
    private const int MaxDepth = 64;
    private const int MaxSharing = 4;

    private readonly ReadOnlySpan<byte> _buffer;
    private readonly WireLayout _layout;
    private long _budget;

    internal WireVerifier(ReadOnlySpan<byte> buffer, WireLayout layout)
    {
        _buffer = buffer;
        _layout = layout;
        _budget = (long)buffer.Length * MaxSharing;
        Defect = default;
    }

    internal WireDefect Defect { get; private set; }

    /// <summary>Verifies everything below the root.</summary>
    internal bool Root(int table, out int position)
    {
        position = 0;
        if (_buffer.Length < 8)
        {
            return Fail(WireDefectKind.TooShort, table, 0);
        }
        return TryFollow(0, out position)
            ? Table(position, table, 0)
            : Fail(WireDefectKind.BadTable, table, 0);
    }

    private bool Table(int position, int table, int depth)
    {
        if (depth >= MaxDepth)
        {
            return Fail(WireDefectKind.TooDeep, table, position);
        }
        if (position > _buffer.Length - 4)
        {
            return Fail(WireDefectKind.BadTable, table, position);
        }
        long vtable = (long)position - Int32(position);
        if (vtable < 0 || vtable > _buffer.Length - 4)
        {
            return Fail(WireDefectKind.BadTable, table, position);
        }
        int vtableSize = UInt16((int)vtable);
        int tableSize = UInt16((int)vtable + 2);
        if (vtableSize < 4
            || (vtableSize & 1) != 0
            || vtable + vtableSize > _buffer.Length
            || tableSize < 4
            || position + tableSize > _buffer.Length)
        {
            return Fail(WireDefectKind.BadTable, table, position);
        }
        if (!Spend(tableSize))
        {
            return Fail(WireDefectKind.TooMuch, table, position);
        }

        var shape = new Shape(table, position, (int)vtable, vtableSize, tableSize, depth);
        foreach (ref readonly FieldCheck check in _layout.Checks(table))
        {
            if (!Field(in check, in shape))
            {
                return false;
            }
        }
        return true;
    }

    private bool Field(in FieldCheck check, in Shape shape)
    {
        int size = check.Kind switch
        {
            <= FieldCheckKind.Scalar8 => (int)check.Kind,
            FieldCheckKind.Union => 1,
            _ => 4,
        };
        if (!TryField(check.Slot, size, in shape, out int field))
        {
            return Fail(WireDefectKind.BadField, shape.Table, shape.Position);
        }
        if (check.Kind == FieldCheckKind.Union)
        {
            return Union(in check, in shape, field);
        }
        if (field == 0)
        {
            return !check.Required || Fail(WireDefectKind.MissingField, shape.Table, shape.Position);
        }
        if (check.Kind <= FieldCheckKind.Scalar8)
        {
            return true;
        }
        if (!TryFollow(field, out int target))
        {
            return Fail(WireDefectKind.BadField, shape.Table, field);
        }
        return check.Kind switch
        {
            FieldCheckKind.String => String(target, shape.Table),
            FieldCheckKind.Table => Table(target, check.Reference, shape.Depth + 1),
            FieldCheckKind.ScalarVector => TryVector(target, check.Reference, shape.Table, out _),
            _ => References(target, in check, in shape),
        };
    }

    private bool Union(in FieldCheck check, in Shape shape, int typeField)
    {
        byte type = typeField == 0 ? (byte)0 : _buffer[typeField];
        if (!TryField(check.Slot + 2, 4, in shape, out int valueField))
        {
            return Fail(WireDefectKind.BadField, shape.Table, shape.Position);
        }
        if ((type == 0) != (valueField == 0))
        {
            return Fail(WireDefectKind.BadUnion, shape.Table, shape.Position);
        }
        if (type == 0)
        {
            return !check.Required || Fail(WireDefectKind.MissingField, shape.Table, shape.Position);
        }
        int table = _layout.UnionTable(check.Reference, type);
        if (table < 0)
        {
            return true;
        }
        return TryFollow(valueField, out int target)
            ? Table(target, table, shape.Depth + 1)
            : Fail(WireDefectKind.BadField, shape.Table, valueField);
    }

    /// <summary>A vector of texts or tables.</summary>
    private bool References(int vector, in FieldCheck check, in Shape shape)
    {
        if (!TryVector(vector, 4, shape.Table, out int count))
        {
            return false;
        }
        for (int i = 0; i < count; i++)
        {
            int element = vector + 4 + (i * 4);
            if (!TryFollow(element, out int target))
            {
                return Fail(WireDefectKind.BadVector, shape.Table, element);
            }
            bool ok = check.Kind == FieldCheckKind.StringVector
                ? String(target, shape.Table)
                : Table(target, check.Reference, shape.Depth + 1);
            if (!ok)
            {
                return false;
            }
        }
        return true;
    }

    private bool TryVector(int position, int elementSize, int table, out int count)
    {
        count = 0;
        if (position > _buffer.Length - 4)
        {
            return Fail(WireDefectKind.BadVector, table, position);
        }
        uint length = UInt32(position);
        long size = 4 + ((long)length * elementSize);
        if (position + size > _buffer.Length)
        {
            return Fail(WireDefectKind.BadVector, table, position);
        }
        count = (int)length;
        return Spend(size) || Fail(WireDefectKind.TooMuch, table, position);
    }

    private bool String(int position, int table)
    {
        if (position > _buffer.Length - 5)
        {
            return Fail(WireDefectKind.BadString, table, position);
        }
        uint length = UInt32(position);
        long end = (long)position + 4 + length;
        if (end >= _buffer.Length || _buffer[(int)end] != 0)
        {
            return Fail(WireDefectKind.BadString, table, position);
        }
        return Spend(5L + length) || Fail(WireDefectKind.TooMuch, table, position);
    }

    /// <summary>Where a field lies; 0 when absent. False when it lies outside its table.</summary>
    private readonly bool TryField(int slot, int size, in Shape shape, out int field)
    {
        field = 0;
        if (slot + 2 > shape.VTableSize)
        {
            return true;
        }
        int offset = UInt16(shape.VTable + slot);
        if (offset == 0)
        {
            return true;
        }
        field = shape.Position + offset;
        return offset >= 4 && offset + size <= shape.TableSize;
    }

    /// <summary>Follows a reference; false when it leaves the buffer.</summary>
    private readonly bool TryFollow(int position, out int target)
    {
        long to = position + (long)UInt32(position);
        target = (int)Math.Min(to, int.MaxValue);
        return to > position && to <= _buffer.Length - 4;
    }

    private bool Spend(long bytes)
    {
        _budget -= bytes;
        return _budget >= 0;
    }

    private bool Fail(WireDefectKind kind, int table, int position)
    {
        Defect = new WireDefect(kind, WireLayout.NameOfTable(table), position);
        return false;
    }

    private readonly ushort UInt16(int position) => BinaryPrimitives.ReadUInt16LittleEndian(_buffer[position..]);

    private readonly uint UInt32(int position) => BinaryPrimitives.ReadUInt32LittleEndian(_buffer[position..]);

    private readonly int Int32(int position) => BinaryPrimitives.ReadInt32LittleEndian(_buffer[position..]);

    private readonly record struct Shape(int Table, int Position, int VTable, int VTableSize, int TableSize, int Depth);
}
