using System.Security.Cryptography;
using System.Text;

namespace Channel.Compiler.Model;

/// <summary>
/// Compares the schemas of a release with ours and says, for people, what to write so that they mean the same. A
/// release that is newer than all of ours is held against our newest dialect.
/// </summary>
public sealed class ReleaseComparison
{
    private readonly SchemaModel _ours;
    private readonly SchemaModel _theirs;
    private readonly ReleaseVersion _version;
    private readonly DialectModel _dialect;
    private readonly List<string> _lines = [];

    private ReleaseComparison(SchemaModel ours, SchemaModel theirs, ReleaseVersion version)
    {
        (_ours, _theirs, _version) = (ours, theirs, version);
        _dialect = ours.Dialects.Find(x => x.Covers.Contains(version)) ?? ours.Dialects[^1];
    }

    private string Since => $"since: \"{Text(_version)}\"";

    private string Until => $"until: \"{Previous}\"";

    /// <summary>The release before, as <c>until</c> names it.</summary>
    private string Previous => _version.Patch > 0
        ? Text(_version with { Patch = _version.Patch - 1 })
        : Text(_version with { Minor = _version.Minor - 1 });

    /// <summary>What to write, line by line; the last lines are about the dialect and the hash.</summary>
    /// <param name="ours">Our schemas.</param>
    /// <param name="theirs">Those of the release.</param>
    /// <param name="version">The release.</param>
    public static IReadOnlyList<string> Compare(SchemaModel ours, SchemaModel theirs, ReleaseVersion version)
    {
        var comparison = new ReleaseComparison(ours, theirs, version);
        comparison.Compare();
        return comparison._lines;
    }

    /// <summary>A short hash of the lines of <see cref="DialectText.Describe"/>.</summary>
    public static string Hash(SortedSet<string> facts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', facts))))[..16];

    private static string Text(ReleaseVersion version) =>
        version.Patch == 0 ? $"{version.Major}.{version.Minor}" : version.ToString();

    private void Compare()
    {
        Pair(Tables(_ours, _dialect.Version), Tables(_theirs, _version), "table", CompareFields);
        Pair(Enums(_ours, _dialect.Version), Enums(_theirs, _version), "enum or union", CompareMembers);

        bool isCovered = _dialect.Covers.Contains(_version);
        if (_lines.Count > 0)
        {
            string name = $"V{Text(_version).Replace('.', '_')}";
            _lines.Add(isCovered
                ? $"Release: add {name} (covers: \"{_version} - {_dialect.Covers.Last}\"), and end {_dialect.Name}"
                    + $" ({_dialect.Covers}) with {Previous}"
                : $"Release: add {name} (covers: \"{Text(_version)}\") at the end");
        }
        else
        {
            _lines.Add(isCovered
                ? $"the same as dialect {_dialect.Name}, which covers it"
                : $"the same as dialect {_dialect.Name}: let its covers end with \"{_version.Major}.{_version.Minor}\"");
        }
        _lines.Add($"schemas.txt: {_version} {Hash(DialectText.Describe(_theirs, _version))}");
    }

    private static Dictionary<string, TableModel> Tables(SchemaModel model, ReleaseVersion version) =>
        model.Tables.Where(x => x.Range.Contains(version)).ToDictionary(x => x.WireName);

    private static Dictionary<string, EnumModel> Enums(SchemaModel model, ReleaseVersion version) =>
        model.Enums.Where(x => x.Range.Contains(version)).ToDictionary(x => x.WireName);

    private void Pair<T>(Dictionary<string, T> ours, Dictionary<string, T> theirs, string kind, Action<string, T?, T> both)
        where T : class
    {
        foreach ((string name, T item) in theirs)
        {
            if (!ours.ContainsKey(name))
            {
                _lines.Add($"{name}: write the {kind} ({Since})");
            }
            both(name, ours.GetValueOrDefault(name), item);
        }
        foreach (string name in ours.Keys.Except(theirs.Keys))
        {
            _lines.Add($"{name}: give the {kind} ({Until})");
        }
    }

    private void CompareFields(string name, TableModel? ourTable, TableModel theirTable)
    {
        List<FieldModel> ours = ourTable?.FieldsAt(_dialect.Version) ?? [];
        List<FieldModel> theirs = theirTable.FieldsAt(_version);
        foreach (FieldModel field in theirs)
        {
            string declaration = Declaration(field, _version);
            FieldModel? known = ours.Find(x => x.WireName == field.WireName);
            if (known is null)
            {
                string attributes = ourTable is null ? "" : $" ({Since})";
                Added(name, $"{field.WireName}: {declaration}{attributes}", theirs, x => x.WireName, field);
            }
            else if (Declaration(known, _dialect.Version) is { } before && before != declaration)
            {
                _lines.Add($"{name}: {field.WireName}: {declaration} (was: \"{before} until {Previous}\")");
            }
        }
        GoneOrMoved(name, [.. ours.Select(x => x.WireName)], [.. theirs.Select(x => x.WireName)]);
    }

    private void CompareMembers(string name, EnumModel? ourEnum, EnumModel theirEnum)
    {
        List<MemberModel> ours = ourEnum is null ? [] : [.. ourEnum.Values(_dialect.Version).Select(x => x.Member)];
        List<MemberModel> theirs = [.. theirEnum.Values(_version).Select(x => x.Member)];
        foreach (MemberModel member in theirs.Where(x => !ours.Exists(y => y.WireName == x.WireName)))
        {
            string table = member.Table is null ? "" : $": {member.Table.WireName}";
            string attributes = ourEnum is null ? "" : $" ({Since})";
            Added(name, $"{member.WireName}{table}{attributes}", theirs, x => x.WireName, member);
        }
        GoneOrMoved(name, [.. ours.Select(x => x.WireName)], [.. theirs.Select(x => x.WireName)]);
    }

    private void Added<T>(string owner, string what, List<T> all, Func<T, string> name, T item)
    {
        int index = all.IndexOf(item);
        _lines.Add($"{owner}: add `{what}` {(index == 0 ? "first" : $"after {name(all[index - 1])}")}");
    }

    private void GoneOrMoved(string owner, List<string> ours, List<string> theirs)
    {
        foreach (string gone in ours.Except(theirs))
        {
            _lines.Add($"{owner}: give {gone} ({Until})");
        }
        string[] order = [.. theirs.Intersect(ours)];
        if (!order.SequenceEqual(ours.Intersect(theirs)))
        {
            _lines.Add($"{owner}: the order is now {string.Join(", ", order)}: use `before`, or for an enum a second one");
        }
    }

    private static string Declaration(FieldModel field, ReleaseVersion version)
    {
        FieldVariant variant = field.Variants[field.VariantAt(version)];
        string value = variant.Default is null ? "" : $" = {variant.Default}";
        return $"{variant.Type}{value}{(variant.Required ? " (required)" : "")}";
    }
}
