using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Channel.Wire;
using Rtc.Seams;

namespace Worker.Handlers;

/// <summary>
/// Handlers by the id of their entity, found by the id's UTF-8 bytes without making a string. Listed in the order in
/// which the original lists them: as they came, but the last takes the place of one that goes.
/// </summary>
/// <typeparam name="T">What is found.</typeparam>
public sealed class HandlerTable<T>
    where T : class
{
    // Most ids are UUIDs.
    private const int MaxStackBytes = 64;

    private readonly Dictionary<byte[], int> _indexes = new(Utf8Comparer.Instance);
    private readonly List<(byte[] Key, string Id, T Handler)> _entries = [];

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>All ids.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            var ids = new string[_entries.Count];
            for (int i = 0; i < ids.Length; i++)
                ids[i] = _entries[i].Id;
            return ids;
        }
    }

    /// <summary>Writes all ids: their bytes as they are kept, for there may be thousands.</summary>
    public VectorOffset<string> WriteIds(WireBuilder builder)
    {
        StringListBuilder list = builder.StartStrings();
        foreach ((byte[] key, _, _) in CollectionsMarshal.AsSpan(_entries))
            list.Add(key);

        return list.End();
    }

    /// <summary>Adds a handler.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    public void Add(string id, T handler) => Add(id, Encoding.UTF8.GetBytes(id), handler);

    /// <summary>Adds a handler; <paramref name="key"/> are the id's UTF-8 bytes, which tables may share.</summary>
    /// <exception cref="RequestException">Error: the id is taken.</exception>
    internal void Add(string id, byte[] key, T handler)
    {
        if (!_indexes.TryAdd(key, _entries.Count))
            throw RequestException.Error($"a handler with id '{id}' exists already");

        _entries.Add((key, id, handler));
    }

    /// <summary>Takes a handler out; false when there is none.</summary>
    public bool Remove(string id)
    {
        Span<byte> room = stackalloc byte[MaxStackBytes];
        if (!_indexes.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(KeyOf(id, room), out _, out int index))
            return false;

        (byte[] Key, string Id, T Handler) last = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        if (index < _entries.Count)
        {
            _entries[index] = last;
            _indexes[last.Key] = index;
        }

        return true;
    }

    /// <summary>Whether there is a handler of that id.</summary>
    public bool Contains(string id)
    {
        Span<byte> room = stackalloc byte[MaxStackBytes];
        return _indexes.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(KeyOf(id, room));
    }

    /// <summary>Finds a handler by the UTF-8 bytes of its id.</summary>
    public bool TryGet(ReadOnlySpan<byte> id, [NotNullWhen(true)] out T? handler)
    {
        bool isFound = _indexes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(id, out int index);
        handler = isFound ? _entries[index].Handler : null;
        return isFound;
    }

    /// <summary>The UTF-8 bytes of an id, in <paramref name="room"/> where they fit.</summary>
    private static ReadOnlySpan<byte> KeyOf(string id, Span<byte> room) =>
        Encoding.UTF8.TryGetBytes(id, room, out int length) ? room[..length] : Encoding.UTF8.GetBytes(id);

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode((ReadOnlySpan<byte>)bytes);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
