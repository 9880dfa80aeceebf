using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Rtc.Routing;

/// <summary>
/// Things by key, in the order in which they were added. Adding, finding and removing take the same time however many
/// there are, which the platform's ordered dictionary does not say of removing: it renumbers all that stand behind. A few
/// are found by looking at each of them and need no more memory than a list. May not change while it is gone through.
/// </summary>
/// <typeparam name="TKey">What they are found by.</typeparam>
/// <typeparam name="TValue">The things.</typeparam>
internal sealed class OrderedMap<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull, IEquatable<TKey>
    where TValue : class
{
    private const int MaxScanned = 8;
    private const int MinEntries = 2;

    private Entry[] _entries = [];
    private Dictionary<TKey, int>? _positions;

    // Entries from the first to the last one that is taken; what was removed between them stays empty for a while.
    private int _length;
    private int _version;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>How many places are looked at by going through it: the things, and gaps that were not closed yet.</summary>
    internal int Places => _length;

    /// <inheritdoc/>
    public IEnumerable<TKey> Keys
    {
        get
        {
            foreach (KeyValuePair<TKey, TValue> entry in this)
                yield return entry.Key;
        }
    }

    /// <summary>The things in order; gone through by <c>foreach</c> it allocates nothing.</summary>
    public ValueCollection Values => new(this);

    /// <inheritdoc/>
    IEnumerable<TValue> IReadOnlyDictionary<TKey, TValue>.Values => Map((_, value) => value);

    /// <inheritdoc/>
    public TValue this[TKey key] =>
        Find(key) ?? throw new KeyNotFoundException($"there is nothing by the key {key}");

    /// <summary>What is there by a key; null when nothing is.</summary>
    public TValue? Find(TKey key)
    {
        int position = PositionOf(key);
        return position < 0 ? null : _entries[position].Value;
    }

    /// <inheritdoc/>
    public bool ContainsKey(TKey key) => PositionOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = Find(key);
        return value is not null;
    }

    /// <summary>Adds one behind all others.</summary>
    /// <exception cref="ArgumentException">The key is taken.</exception>
    public void Add(TKey key, TValue value)
    {
        if (ContainsKey(key))
            throw new ArgumentException($"the key {key} is taken", nameof(key));

        if (_length == _entries.Length)
            MakeRoom();
        _version++;
        _entries[_length] = new Entry { Key = key, Value = value };
        _positions?.Add(key, _length);
        _length++;
        Count++;
        if (_positions is null && Count > MaxScanned)
            Index();
    }

    /// <summary>Takes one out; false when there is none by that key.</summary>
    public bool Remove(TKey key) => Remove(key, out _);

    /// <summary>Takes one out and returns it; false when there is none by that key.</summary>
    public bool Remove(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        int position = PositionOf(key);
        value = position < 0 ? null : _entries[position].Value;
        if (value is null)
            return false;

        _version++;
        _entries[position] = default;
        _positions?.Remove(key);
        Count--;
        while (_length > 0 && _entries[_length - 1].Value is null)
            _length--;

        // Going through it must not take longer than what is left deserves.
        if (_length > MaxScanned && Count < _length / 4)
            Compact(new Entry[Math.Max(MinEntries, Count * 2)]);
        return true;
    }

    /// <summary>Takes all out.</summary>
    public void Clear()
    {
        _version++;
        _entries = [];
        _positions = null;
        _length = 0;
        Count = 0;
    }

    /// <summary>What <paramref name="map"/> makes of each entry, in order.</summary>
    public TResult[] Map<TResult>(Func<TKey, TValue, TResult> map)
    {
        var result = new TResult[Count];
        int count = 0;
        foreach ((TKey key, TValue value) in this)
            result[count++] = map(key, value);
        return result;
    }

    /// <summary>Goes through the entries in order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int PositionOf(TKey key)
    {
        if (_positions is not null)
            return _positions.TryGetValue(key, out int position) ? position : -1;

        for (int i = 0; i < _length; i++)
        {
            if (_entries[i].Value is not null && _entries[i].Key.Equals(key))
                return i;
        }

        return -1;
    }

    private void MakeRoom()
    {
        int capacity = Math.Max(MinEntries, Count > _length / 2 ? _entries.Length * 2 : _entries.Length);
        Compact(new Entry[capacity]);
    }

    private void Compact(Entry[] entries)
    {
        int count = 0;
        for (int i = 0; i < _length; i++)
        {
            if (_entries[i].Value is not null)
                entries[count++] = _entries[i];
        }

        _entries = entries;
        _length = count;
        if (_positions is not null)
            Index();
    }

    private void Index()
    {
        _positions = null;
        if (Count <= MaxScanned)
            return;

        _positions = new Dictionary<TKey, int>(Count);
        for (int i = 0; i < _length; i++)
        {
            if (_entries[i].Value is not null)
                _positions.Add(_entries[i].Key, i);
        }
    }

    private struct Entry
    {
        public TKey Key;
        public TValue? Value;
    }

    /// <summary>The things of a map in order.</summary>
    public readonly struct ValueCollection(OrderedMap<TKey, TValue> map)
    {
        /// <summary>Goes through them.</summary>
        public ValueEnumerator GetEnumerator() => new(map);

        /// <summary>What <paramref name="select"/> makes of each.</summary>
        public TResult[] Map<TResult>(Func<TValue, TResult> select) => map.Map((_, value) => select(value));

        /// <summary>A list of them that stays as it is.</summary>
        public TValue[] ToArray() => map.Map((_, value) => value);
    }

    /// <summary>Goes through the things of a map.</summary>
    public struct ValueEnumerator(OrderedMap<TKey, TValue> map)
    {
        private Enumerator _entries = new(map);

        /// <summary>The one that <see cref="MoveNext"/> came to.</summary>
        public readonly TValue Current => _entries.Current.Value;

        /// <summary>Goes on; false at the end.</summary>
        public bool MoveNext() => _entries.MoveNext();
    }

    /// <summary>Goes through the entries of a map.</summary>
    public struct Enumerator(OrderedMap<TKey, TValue> map) : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly int _version = map._version;
        private int _position = -1;

        /// <inheritdoc/>
        public readonly KeyValuePair<TKey, TValue> Current =>
            new(map._entries[_position].Key, map._entries[_position].Value!);

        /// <inheritdoc/>
        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        /// <exception cref="InvalidOperationException">The map changed since it began.</exception>
        public bool MoveNext()
        {
            if (_version != map._version)
                throw new InvalidOperationException("the map changed while it was gone through");

            do
                _position++;
            while (_position < map._length && map._entries[_position].Value is null);

            return _position < map._length;
        }

        /// <inheritdoc/>
        public void Reset() => _position = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
