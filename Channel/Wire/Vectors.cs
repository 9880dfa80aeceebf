using System.Runtime.CompilerServices;
using System.Text;

namespace Channel.Wire;

/// <summary>A vector of tables. The default is empty.</summary>
/// <typeparam name="T">The table.</typeparam>
public readonly ref struct TableVector<T>
    where T : IWireTable<T>, allows ref struct
{
    private readonly TableView _owner;
    private readonly int _first;

    internal TableVector(TableView owner, int first, int count)
    {
        _owner = owner;
        _first = first;
        Count = count;
    }

    /// <summary>Number of tables.</summary>
    public int Count { get; }

    /// <summary>The table at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the vector.</exception>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return T.Wrap(_owner.Follow(_first + (index * 4)));
        }
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the vector.</summary>
    public ref struct Enumerator
    {
        private readonly TableVector<T> _vector;
        private int _index;

        internal Enumerator(TableVector<T> vector)
        {
            _vector = vector;
            _index = -1;
        }

        /// <summary>The table.</summary>
        public readonly T Current => _vector[_index];

        /// <summary>Goes on to the next one.</summary>
        public bool MoveNext() => ++_index < _vector.Count;
    }
}

/// <summary>A vector of texts. The default is empty.</summary>
public readonly ref struct StringVector
{
    private readonly TableView _owner;
    private readonly int _first;

    internal StringVector(TableView owner, int first, int count)
    {
        _owner = owner;
        _first = first;
        Count = count;
    }

    /// <summary>Number of texts.</summary>
    public int Count { get; }

    /// <summary>The text at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the vector.</exception>
    public string this[int index] => Encoding.UTF8.GetString(Utf8(index));

    /// <summary>The bytes of the text at an index, without allocation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the vector.</exception>
    public ReadOnlySpan<byte> Utf8(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _owner.FollowUtf8(_first + (index * 4));
    }

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the vector.</summary>
    public ref struct Enumerator
    {
        private readonly StringVector _vector;
        private int _index;

        internal Enumerator(StringVector vector)
        {
            _vector = vector;
            _index = -1;
        }

        /// <summary>The text.</summary>
        public readonly string Current => _vector[_index];

        /// <summary>Goes on to the next one.</summary>
        public bool MoveNext() => ++_index < _vector.Count;
    }
}

/// <summary>A vector of enum values. The default is empty.</summary>
/// <typeparam name="T">The enum; what the dialect does not have reads as <c>Unknown</c>.</typeparam>
public readonly ref struct EnumVector<T>
    where T : unmanaged, Enum
{
    private readonly ReadOnlySpan<byte> _wire;
    private readonly WireLayout _layout;
    private readonly int _map;

    internal EnumVector(ReadOnlySpan<byte> wire, WireLayout layout, int map)
    {
        _wire = wire;
        _layout = layout;
        _map = map;
    }

    /// <summary>Number of values.</summary>
    public int Count => _wire.Length;

    /// <summary>The value at an index.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is outside the vector.</exception>
    public T this[int index] => Unsafe.BitCast<byte, T>(_layout.EnumFromWire(_map, _wire[index]));

    /// <summary>For <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the vector.</summary>
    public ref struct Enumerator
    {
        private readonly EnumVector<T> _vector;
        private int _index;

        internal Enumerator(EnumVector<T> vector)
        {
            _vector = vector;
            _index = -1;
        }

        /// <summary>The value.</summary>
        public readonly T Current => _vector[_index];

        /// <summary>Goes on to the next one.</summary>
        public bool MoveNext() => ++_index < _vector.Count;
    }
}
