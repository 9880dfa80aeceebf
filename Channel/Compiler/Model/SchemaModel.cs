using Channel.Compiler.Syntax;

namespace Channel.Compiler.Model;

/// <summary>The scalar types of FlatBuffers.</summary>
public enum Scalar
{
    /// <summary>bool</summary>
    Bool,

    /// <summary>int8, byte</summary>
    Int8,

    /// <summary>uint8, ubyte</summary>
    UInt8,

    /// <summary>int16, short</summary>
    Int16,

    /// <summary>uint16, ushort</summary>
    UInt16,

    /// <summary>int32, int</summary>
    Int32,

    /// <summary>uint32, uint</summary>
    UInt32,

    /// <summary>int64, long</summary>
    Int64,

    /// <summary>uint64, ulong</summary>
    UInt64,

    /// <summary>float32, float</summary>
    Float32,

    /// <summary>float64, double</summary>
    Float64,
}

/// <summary>What a type is.</summary>
public enum TypeKind
{
    /// <summary>A number or bool.</summary>
    Scalar,

    /// <summary>An enum, one byte on the wire.</summary>
    Enum,

    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>Another table.</summary>
    Table,

    /// <summary>One of several tables.</summary>
    Union,
}

/// <summary>A resolved type: the element's kind, and whether it is a vector of them.</summary>
public sealed record TypeModel(
    TypeKind Kind,
    bool IsVector,
    Scalar Scalar = default,
    TableModel? Table = null,
    EnumModel? Enum = null)
{
    /// <summary>The type by the protocol's names, for comparison and messages.</summary>
    public override string ToString()
    {
        string element = Kind switch
        {
            TypeKind.Scalar => Scalar.ToString().ToLowerInvariant(),
            TypeKind.String => "string",
            TypeKind.Table => Table!.WireName,
            _ => Enum!.WireName,
        };
        return IsVector ? $"[{element}]" : element;
    }
}

/// <summary>A span of releases, both ends included.</summary>
public readonly record struct ReleaseRange(ReleaseVersion First, ReleaseVersion Last)
{
    /// <summary>Every release.</summary>
    public static readonly ReleaseRange All =
        new(new ReleaseVersion(0, 0, 0), new ReleaseVersion(int.MaxValue, int.MaxValue, int.MaxValue));

    /// <summary>Whether a release lies in it.</summary>
    public bool Contains(ReleaseVersion version) => version.CompareTo(First) >= 0 && version.CompareTo(Last) <= 0;

    /// <summary>Whether no release lies between that range and this one.</summary>
    public bool Follows(ReleaseRange earlier) => earlier.Last.Patch == int.MaxValue
        ? First == new ReleaseVersion(earlier.Last.Major, earlier.Last.Minor + 1, 0)
        : First == earlier.Last with { Patch = earlier.Last.Patch + 1 };

    /// <summary>The range for people: "3.26", "3.19.5 to 3.19.6", "3.14.8 to 3.15".</summary>
    public override string ToString()
    {
        string first = First.Patch == 0 ? $"{First.Major}.{First.Minor}" : $"{First}";
        return first == $"{Last}" ? first : $"{first} to {Last}";
    }
}

/// <summary>How one field is declared in some releases.</summary>
/// <param name="Type">Its type then.</param>
/// <param name="Default">Default as written; null where none is, "null" for an optional scalar.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Until">The last release with this declaration.</param>
public sealed record FieldVariant(TypeModel Type, string? Default, bool Required, ReleaseVersion Until)
{
    /// <summary>Whether the field is a scalar or enum that can be absent.</summary>
    public bool IsOptionalScalar => Default == "null";
}

/// <summary>A field over all releases. Variant 0 is the newest declaration; earlier ones follow, oldest first.</summary>
public sealed class FieldModel
{
    /// <summary>Name in the schema, unique in the table.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol's name.</summary>
    public required string WireName { get; init; }

    /// <summary>Releases that have the field.</summary>
    public required ReleaseRange Range { get; init; }

    /// <summary>All declarations.</summary>
    public required IReadOnlyList<FieldVariant> Variants { get; init; }

    /// <summary>Comment in the schema.</summary>
    public required string Documentation { get; init; }

    /// <summary>Where it is declared.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Number of the field over all tables.</summary>
    public int Index { get; set; }

    /// <summary>The newest declaration.</summary>
    public FieldVariant Newest => Variants[0];

    /// <summary>Where the field stood earlier: before that field, up to and with that release.</summary>
    public (string Field, ReleaseVersion Until)? Before { get; init; }

    /// <summary>Index of the declaration that a release has.</summary>
    public int VariantAt(ReleaseVersion version)
    {
        for (int i = 1; i < Variants.Count; i++)
        {
            if (version.CompareTo(Variants[i].Until) <= 0)
            {
                return i;
            }
        }
        return 0;
    }
}

/// <summary>A table over all releases.</summary>
public sealed class TableModel
{
    /// <summary>Namespace in the schema.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol's full name.</summary>
    public required string WireName { get; init; }

    /// <summary>Releases that have the table.</summary>
    public required ReleaseRange Range { get; init; }

    /// <summary>Comment in the schema.</summary>
    public required string Documentation { get; init; }

    /// <summary>Where it is declared.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Number of the table.</summary>
    public int Index { get; set; }

    /// <summary>Fields of all releases, in the order of the newest one's ids.</summary>
    public List<FieldModel> Fields { get; } = [];

    /// <summary>The fields that a release has, in the order of its ids.</summary>
    public List<FieldModel> FieldsAt(ReleaseVersion version)
    {
        List<FieldModel> fields = Fields.FindAll(x => x.Range.Contains(version));
        foreach (FieldModel moved in Fields)
        {
            if (moved.Before is { } before && version.CompareTo(before.Until) <= 0 && fields.Remove(moved))
            {
                fields.Insert(fields.FindIndex(x => x.Name == before.Field), moved);
            }
        }
        return fields;
    }
}

/// <summary>A member of an enum or union over all releases.</summary>
/// <param name="Name">Name in the schema.</param>
/// <param name="WireName">The protocol's name.</param>
/// <param name="ExplicitValue">Value given in the schema, if any.</param>
/// <param name="Table">The union member's table.</param>
/// <param name="Range">Releases that have the member.</param>
/// <param name="Documentation">Comment in the schema.</param>
public sealed record MemberModel(
    string Name,
    string WireName,
    int? ExplicitValue,
    TableModel? Table,
    ReleaseRange Range,
    string Documentation);

/// <summary>An enum or union over all releases.</summary>
public sealed class EnumModel
{
    /// <summary>Namespace in the schema.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol's full name.</summary>
    public required string WireName { get; init; }

    /// <summary>Whether this is a union.</summary>
    public required bool IsUnion { get; init; }

    /// <summary>Releases that have it.</summary>
    public required ReleaseRange Range { get; init; }

    /// <summary>Comment in the schema.</summary>
    public required string Documentation { get; init; }

    /// <summary>Spelling of compound words in its members.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Where it is declared.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Members in order.</summary>
    public List<MemberModel> Members { get; } = [];

    /// <summary>The value that each member has in one release; absent members are left out.</summary>
    /// <param name="version">The release, or null to number all members of all releases (the model's own values).</param>
    public List<(MemberModel Member, int Value)> Values(ReleaseVersion? version)
    {
        var values = new List<(MemberModel, int)>();
        int next = IsUnion ? 1 : 0;
        foreach (MemberModel member in Members)
        {
            if (version is { } release && !member.Range.Contains(release))
            {
                continue;
            }
            int value = member.ExplicitValue ?? next;
            values.Add((member, value));
            next = value + 1;
        }
        return values;
    }
}

/// <summary>One dialect of the protocol.</summary>
/// <param name="Name">Name in the schema.</param>
/// <param name="Covers">Releases that speak it.</param>
/// <param name="Longest">The longest message, in bytes with its prefix, that Node takes.</param>
/// <param name="Documentation">Comment in the schema.</param>
public sealed record DialectModel(string Name, ReleaseRange Covers, int Longest, string Documentation)
{
    /// <summary>The first release that speaks it; attributes are decided for this one.</summary>
    public ReleaseVersion Version => Covers.First;
}

/// <summary>All schemas together.</summary>
public sealed class SchemaModel
{
    /// <summary>Dialects, oldest first; empty where the schemas list none.</summary>
    public List<DialectModel> Dialects { get; } = [];

    /// <summary>The enum that lists the dialects.</summary>
    public EnumModel? DialectEnum { get; set; }

    /// <summary>Tables in order of declaration.</summary>
    public List<TableModel> Tables { get; } = [];

    /// <summary>Enums and unions in order of declaration.</summary>
    public List<EnumModel> Enums { get; } = [];
}
