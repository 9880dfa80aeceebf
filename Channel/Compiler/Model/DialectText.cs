namespace Channel.Compiler.Model;

/// <summary>
/// What one release puts on the wire, as sorted lines of text: two sets of schemas mean the same exactly when their
/// lines are the same. Used by the conformance check.
/// </summary>
public static class DialectText
{
    /// <summary>Lines such as <c>FBS.Log.Log.data = field 0: string (required)</c>.</summary>
    /// <param name="model">The schemas.</param>
    /// <param name="version">The release.</param>
    public static SortedSet<string> Describe(SchemaModel model, ReleaseVersion version)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TableModel table in model.Tables)
        {
            if (table.Range.Contains(version))
            {
                DescribeTable(table, version, lines);
            }
        }
        foreach (EnumModel item in model.Enums)
        {
            if (item.Range.Contains(version))
            {
                DescribeEnum(item, version, lines);
            }
        }
        return lines;
    }

    private static void DescribeTable(TableModel table, ReleaseVersion version, SortedSet<string> lines)
    {
        lines.Add($"table {table.WireName}");
        int id = 0;
        foreach (FieldModel field in table.FieldsAt(version))
        {
            FieldVariant variant = field.Variants[field.VariantAt(version)];
            // A union takes two ids: its type's and its value's.
            id += variant.Type.Kind == TypeKind.Union ? 1 : 0;
            string required = variant.Required ? " (required)" : "";
            lines.Add($"{table.WireName}.{field.WireName} = field {id}: {variant.Type}{Default(variant, version)}{required}");
            id++;
        }
    }

    private static void DescribeEnum(EnumModel item, ReleaseVersion version, SortedSet<string> lines)
    {
        lines.Add($"{(item.IsUnion ? "union" : "enum")} {item.WireName}");
        foreach ((MemberModel member, int value) in item.Values(version))
        {
            string table = member.Table is null ? "" : $": {member.Table.WireName}";
            lines.Add($"{item.WireName}.{member.WireName} = {value}{table}");
        }
    }

    private static string Default(FieldVariant variant, ReleaseVersion version)
    {
        if (variant.Type.IsVector || variant.Type.Kind is not (TypeKind.Scalar or TypeKind.Enum))
        {
            return "";
        }
        if (variant.IsOptionalScalar)
        {
            return " = null";
        }
        if (variant.Type.Kind == TypeKind.Scalar)
        {
            return $" = {variant.Default ?? (variant.Type.Scalar == Scalar.Bool ? "false" : "0")}";
        }
        int value = variant.Default is { } name
            ? variant.Type.Enum!.Values(version).Find(x => x.Member.Name == name).Value
            : 0;
        return $" = {value}";
    }
}
