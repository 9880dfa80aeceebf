using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>
/// Emits the dialects and, for each one, its numbers: where a field lies in the vtable, which of its declarations
/// holds, what the verifier checks, and the values of enums and unions.
/// </summary>
internal sealed class LayoutEmitter(CodeWriter code, SchemaModel model, EnumMaps maps)
{
    private const int FirstSlot = 4;

    internal void Emit()
    {
        code.Open("namespace Channel.Wire");
        EmitReleases();
        EmitFactory();
        foreach (DialectModel dialect in model.Dialects)
        {
            EmitDialect(dialect);
        }
        EmitEnumVectors();
        EmitSupports();
        code.Close();
    }

    private void EmitReleases()
    {
        code.Summary(model.DialectEnum!.Documentation);
        code.Open($"public enum {model.DialectEnum.Name}");
        foreach (DialectModel dialect in model.Dialects)
        {
            code.Summary(dialect.Documentation);
            code.Line($"/// <remarks>Spoken by {dialect.Covers}.</remarks>");
            code.Line(dialect.Name + ",");
        }
        code.Close();
        code.Line();
    }

    private void EmitFactory()
    {
        code.Open("public sealed partial class WireLayout");
        code.Line("/// <summary>The layout of a dialect.</summary>");
        code.Open("public static WireLayout For(Release release) => release switch");
        foreach (DialectModel dialect in model.Dialects)
        {
            string data = dialect.Name + "Data";
            code.Line($"Release.{dialect.Name} => new(release, {dialect.Longest}, {data}.Slots, {data}.Variants, {data}.Checks, {data}.TableStarts, {data}.UnionTables, {data}.UnionStarts, {data}.EnumValues),");
        }
        code.Line("_ => throw new ArgumentOutOfRangeException(nameof(release)),");
        code.Close(";");
        code.Line();
        code.Line($"private const int EnumMapCount = {maps.Count};");
        code.Line();
        code.Line($"private const string SupportedReleases = \"{Supported()}\";");
        code.Line();
        code.Open("private static Release? Find(int major, int minor, int patch)");
        code.Line("long version = Order(major, minor, patch);");
        foreach (DialectModel dialect in model.Dialects)
        {
            (ReleaseVersion first, ReleaseVersion last) = (dialect.Covers.First, dialect.Covers.Last);
            code.Open($"if (version >= {Order(first)} && version <= {Order(last)})");
            code.Line($"return Release.{dialect.Name};");
            code.Close();
        }
        code.Line("return null;");
        code.Close();
        code.Line();
        code.Line($"private static string TableName(int table) => table switch");
        code.Open("");
        foreach (TableModel table in model.Tables)
        {
            code.Line($"{table.Index} => \"{table.WireName}\",");
        }
        code.Line("_ => \"\",");
        code.Close(";");
        code.Close();
        code.Line();
    }

    private static string Order(ReleaseVersion version)
    {
        int patch = version.Patch == int.MaxValue ? 0xFFFFF : version.Patch;
        return $"Order({version.Major}, {version.Minor}, {patch})";
    }

    /// <summary>All releases that there is a dialect for, dialects that follow each other as one range.</summary>
    private string Supported()
    {
        var ranges = new List<ReleaseRange>();
        foreach (ReleaseRange next in model.Dialects.Select(x => x.Covers))
        {
            if (ranges.Count > 0 && next.Follows(ranges[^1]))
            {
                ranges[^1] = new ReleaseRange(ranges[^1].First, next.Last);
            }
            else
            {
                ranges.Add(next);
            }
        }
        return string.Join(", ", ranges);
    }

    private void EmitDialect(DialectModel dialect)
    {
        ReleaseVersion version = dialect.Version;
        int fieldCount = model.Tables.Sum(x => x.Fields.Count);
        int[] slots = new int[fieldCount];
        int[] variants = new int[fieldCount];
        var checks = new List<int>();
        var tableStarts = new List<int>();
        foreach (TableModel table in model.Tables)
        {
            tableStarts.Add(checks.Count);
            int slot = FirstSlot;
            foreach (FieldModel field in table.FieldsAt(version))
            {
                int chosen = field.VariantAt(version);
                FieldVariant variant = field.Variants[chosen];
                slots[field.Index] = slot;
                variants[field.Index] = chosen;
                (int kind, int reference) = Check(variant.Type);
                checks.AddRange([slot, kind, variant.Required ? 1 : 0, reference]);
                slot += variant.Type is { Kind: TypeKind.Union, IsVector: false } ? 4 : 2;
            }
        }
        tableStarts.Add(checks.Count);

        code.Line($"/// <summary>Numbers of {dialect.Name}.</summary>");
        code.Open($"internal static class {dialect.Name}Data");
        code.Numbers("Slots", slots);
        code.Numbers("Variants", variants);
        code.Numbers("Checks", checks);
        code.Numbers("TableStarts", tableStarts);
        EmitUnions(version);
        code.Numbers("EnumValues", maps.Triples(version));
        code.Close();
        code.Line();
    }

    private void EmitUnions(ReleaseVersion version)
    {
        var tables = new List<int>();
        var starts = new List<int>();
        foreach (EnumModel union in model.Enums)
        {
            starts.Add(tables.Count);
            if (!union.IsUnion)
            {
                continue;
            }
            List<(MemberModel Member, int Value)> values = union.Values(version);
            int last = values.Count == 0 ? 0 : values.Max(x => x.Value);
            for (int value = 0; value <= last; value++)
            {
                MemberModel? member = values.Find(x => x.Value == value).Member;
                tables.Add(member is null ? ushort.MaxValue : member.Table!.Index);
            }
        }
        starts.Add(tables.Count);
        code.Numbers("UnionTables", tables);
        code.Numbers("UnionStarts", starts);
    }

    /// <summary>What the verifier does with a field; the numbers are <c>Channel.Wire.FieldCheck</c>'s.</summary>
    private (int Kind, int Reference) Check(TypeModel type) => type switch
    {
        { IsVector: true, Kind: TypeKind.Scalar } => (12, ScalarNames.Size(type.Scalar)),
        { IsVector: true, Kind: TypeKind.Enum } => (12, 1),
        { IsVector: true, Kind: TypeKind.String } => (13, 0),
        { IsVector: true } => (14, type.Table!.Index),
        { Kind: TypeKind.Scalar } => (ScalarNames.Size(type.Scalar), 0),
        { Kind: TypeKind.Enum } => (1, 0),
        { Kind: TypeKind.String } => (10, 0),
        { Kind: TypeKind.Table } => (11, type.Table!.Index),
        _ => (15, model.Enums.IndexOf(type.Enum!)),
    };

    private void EmitEnumVectors()
    {
        code.Open("public sealed partial class WireBuilder");
        var seen = new HashSet<EnumModel>();
        foreach (FieldModel field in model.Tables.SelectMany(x => x.Fields))
        {
            TypeModel type = field.Newest.Type;
            if (type is { IsVector: true, Kind: TypeKind.Enum } && seen.Add(type.Enum!))
            {
                string name = Names.Full(type.Enum!);
                code.Line("/// <summary>Writes a vector of enum values.</summary>");
                code.Line($"public VectorOffset<{name}> Vector(ReadOnlySpan<{name}> values) => EnumVector(values, {maps.Index(type.Enum!, type.Enum!)});");
                code.Line();
            }
        }
        code.Close();
        code.Line();
    }

    private void EmitSupports()
    {
        code.Open("public sealed partial class WireLayout");
        foreach (EnumModel item in model.Enums)
        {
            code.Line("/// <summary>Whether the dialect has this value.</summary>");
            code.Line($"public bool Supports({Names.Full(item)} value) => HasEnum({maps.Index(item, item)}, (byte)value);");
            code.Line();
        }
        code.Close();
    }
}
