namespace Rtc.Routing;

/// <summary>Things by id, in the order in which they were added.</summary>
internal sealed class OrderedMap<T>
    where T : class
{
    private readonly Dictionary<string, T> _byId = [];
    private readonly List<T> _values = [];

    public IReadOnlyList<T> Values => _values;

    public T? Find(string id) => _byId.GetValueOrDefault(id);

    public void Add(string id, T value)
    {
        _byId.Add(id, value);
        _values.Add(value);
    }

    public void Remove(string id)
    {
        if (_byId.Remove(id, out T? value))
            _values.Remove(value);
    }
}
