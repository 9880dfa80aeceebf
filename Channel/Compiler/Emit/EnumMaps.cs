using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>
/// Numbers the pairs (enum on the wire, enum in the model). They differ only where a field exchanged its enum; the
/// members are then paired by name.
/// </summary>
internal sealed class EnumMaps
{
    private readonly List<(EnumModel Wire, EnumModel Model)> _maps = [];

    internal EnumMaps(SchemaModel model)
    {
        foreach (EnumModel item in model.Enums)
        {
            _maps.Add((item, item));
        }
    }

    /// <summary>The number of a pair.</summary>
    internal int Index(EnumModel wire, EnumModel model)
    {
        int index = _maps.IndexOf((wire, model));
        if (index < 0)
        {
            index = _maps.Count;
            _maps.Add((wire, model));
        }
        return index;
    }

    internal int Count => _maps.Count;

    /// <summary>Triples (map, model value, wire value) of one release.</summary>
    internal List<int> Triples(ReleaseVersion version)
    {
        var numbers = new List<int>();
        for (int i = 0; i < _maps.Count; i++)
        {
            (EnumModel wire, EnumModel model) = _maps[i];
            foreach ((MemberModel member, int value) in wire.Values(version))
            {
                int own = model.Values(null).Find(x => x.Member.Name == member.Name).Value;
                numbers.AddRange([i, own, value]);
            }
            if (wire.IsUnion)
            {
                numbers.AddRange([i, 0, 0]);
            }
        }
        return numbers;
    }
}
