using System.Buffers.Binary;

namespace Channel.Wire;

/// <summary>The part that generated code writes tables with.</summary>
public sealed partial class WireBuilder
{
    internal void StartTable(int table)
    {
        EnsureOutsideTable();
        _inTable = true;
        _fieldCount = Layout.SlotCount(table);
        if (_fields.Length < _fieldCount)
        {
            _fields = new int[_fieldCount * 2];
        }
        _fields.AsSpan(0, _fieldCount).Clear();
        _tableStart = _used;
    }

    internal int EndTable()
    {
        _inTable = false;
        Prepare(4, 4);
        Claim(4).Clear();
        int table = _used;

        int count = _fieldCount;
        while (count > 0 && _fields[count - 1] == 0)
        {
            count--;
        }
        int vtableSize = VTableHeader + (count * 2);
        Prepare(2, vtableSize);
        Span<byte> vtable = Claim(vtableSize);
        BinaryPrimitives.WriteUInt16LittleEndian(vtable, (ushort)vtableSize);
        BinaryPrimitives.WriteUInt16LittleEndian(vtable[2..], (ushort)(table - _tableStart));
        for (int i = 0; i < count; i++)
        {
            int offset = _fields[i] == 0 ? 0 : table - _fields[i];
            BinaryPrimitives.WriteUInt16LittleEndian(vtable[(VTableHeader + (i * 2))..], (ushort)offset);
        }

        int shared = FindVTable(vtable);
        if (shared == 0)
        {
            shared = _used;
            RememberVTable(shared);
        }
        else
        {
            _used = table;
        }
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_buffer.Length - table), shared - table);
        return table;
    }

    internal void AddBool(int field, bool value, bool absent)
    {
        if (value != absent)
        {
            AddBool(field, value);
        }
    }

    internal void AddBool(int field, bool value) => AddUInt8(field, value ? (byte)1 : (byte)0);

    internal void AddUInt8(int field, byte value, byte absent)
    {
        if (value != absent)
        {
            AddUInt8(field, value);
        }
    }

    internal void AddUInt8(int field, byte value)
    {
        if (TryPlace(field, 0, 1, out Span<byte> place))
        {
            place[0] = value;
        }
    }

    internal void AddInt8(int field, sbyte value, sbyte absent) => AddUInt8(field, (byte)value, (byte)absent);

    internal void AddInt8(int field, sbyte value) => AddUInt8(field, (byte)value);

    internal void AddUInt16(int field, ushort value, ushort absent)
    {
        if (value != absent)
        {
            AddUInt16(field, value);
        }
    }

    internal void AddUInt16(int field, ushort value)
    {
        if (TryPlace(field, 0, 2, out Span<byte> place))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(place, value);
        }
    }

    internal void AddInt16(int field, short value, short absent) => AddUInt16(field, (ushort)value, (ushort)absent);

    internal void AddInt16(int field, short value) => AddUInt16(field, (ushort)value);

    internal void AddUInt32(int field, uint value, uint absent)
    {
        if (value != absent)
        {
            AddUInt32(field, value);
        }
    }

    internal void AddUInt32(int field, uint value)
    {
        if (TryPlace(field, 0, 4, out Span<byte> place))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(place, value);
        }
    }

    internal void AddInt32(int field, int value, int absent) => AddUInt32(field, (uint)value, (uint)absent);

    internal void AddInt32(int field, int value) => AddUInt32(field, (uint)value);

    internal void AddUInt64(int field, ulong value, ulong absent)
    {
        if (value != absent)
        {
            AddUInt64(field, value);
        }
    }

    internal void AddUInt64(int field, ulong value)
    {
        if (TryPlace(field, 0, 8, out Span<byte> place))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(place, value);
        }
    }

    internal void AddInt64(int field, long value, long absent) => AddUInt64(field, (ulong)value, (ulong)absent);

    internal void AddInt64(int field, long value) => AddUInt64(field, (ulong)value);

    internal void AddFloat32(int field, float value, float absent)
    {
        if (value != absent)
        {
            AddFloat32(field, value);
        }
    }

    internal void AddFloat32(int field, float value) => AddUInt32(field, BitConverter.SingleToUInt32Bits(value));

    internal void AddFloat64(int field, double value, double absent)
    {
        if (value != absent)
        {
            AddFloat64(field, value);
        }
    }

    internal void AddFloat64(int field, double value) => AddUInt64(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>
    /// Adds an enum unless it has its default: an own value, <see cref="WireLayout.ZeroOnWire"/>, or
    /// <see cref="WireLayout.NoDefault"/>.
    /// </summary>
    internal void AddEnum(int field, int map, byte value, int absent)
    {
        if (value == absent || Layout.Slot(field) == 0)
        {
            return;
        }
        byte wire = EnumToWire(map, value);
        if (wire != 0 || absent != WireLayout.ZeroOnWire)
        {
            AddUInt8(field, wire);
        }
    }

    /// <summary>Adds a reference to a text, table or vector.</summary>
    internal void AddOffset(int field, int offset, string? required)
    {
        if (offset != 0)
        {
            Refer(field, 0, offset);
        }
        else if (required is not null && Layout.Slot(field) != 0)
        {
            throw new InvalidOperationException($"required field {required} is missing");
        }
    }

    /// <summary>Adds a union, or nothing where the dialect does not have its type.</summary>
    internal void AddUnion(int field, int map, byte type, int offset, string? required)
    {
        if (offset != 0 && Layout.HasEnum(map, type))
        {
            Refer(field, 2, offset);
            AddUInt8(field, Layout.EnumToWire(map, type));
        }
        else if (required is not null && Layout.Slot(field) != 0)
        {
            throw new InvalidOperationException($"required field {required} is missing");
        }
    }

    private void Refer(int field, int slotOffset, int offset)
    {
        if (TryPlace(field, slotOffset, 4, out Span<byte> place))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)(_used - offset));
        }
    }

    /// <summary>Room for a field in the table; false where the dialect does not have the field.</summary>
    private bool TryPlace(int field, int slotOffset, int size, out Span<byte> place)
    {
        int slot = Layout.Slot(field);
        if (slot == 0)
        {
            place = default;
            return false;
        }
        Prepare(size, size);
        place = Claim(size);
        _fields[(slot + slotOffset - VTableHeader) / 2] = _used;
        return true;
    }

    private int FindVTable(ReadOnlySpan<byte> vtable)
    {
        for (int i = 0; i < _vtableCount; i++)
        {
            int start = _buffer.Length - _vtables[i];
            int size = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(start));
            if (vtable.SequenceEqual(_buffer.AsSpan(start, size)))
            {
                return _vtables[i];
            }
        }
        return 0;
    }

    private void RememberVTable(int offset)
    {
        if (_vtableCount == _vtables.Length)
        {
            Array.Resize(ref _vtables, _vtables.Length * 2);
        }
        _vtables[_vtableCount++] = offset;
    }
}
