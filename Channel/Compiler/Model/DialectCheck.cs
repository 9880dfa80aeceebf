using Channel.Compiler.Syntax;

namespace Channel.Compiler.Model;

/// <summary>Checks that nothing changes between two releases that are said to speak one dialect.</summary>
internal static class DialectCheck
{
    internal static void Check(SchemaModel model)
    {
        foreach (DialectModel dialect in model.Dialects)
        {
            foreach (TableModel table in model.Tables)
            {
                Check(dialect, table.Range, table.Name, table.Position);
                foreach (FieldModel field in table.Fields)
                {
                    Check(dialect, field.Range, $"{table.Name}.{field.Name}", field.Position);
                    bool moves = field.Before is { } before
                        && dialect.Covers.Contains(before.Until) && before.Until != dialect.Covers.Last;
                    if (moves || field.VariantAt(dialect.Covers.First) != field.VariantAt(dialect.Covers.Last))
                    {
                        throw Error(dialect, $"{table.Name}.{field.Name}", field.Position);
                    }
                }
            }
            foreach (EnumModel item in model.Enums)
            {
                Check(dialect, item.Range, item.Name, item.Position);
                foreach (MemberModel member in item.Members)
                {
                    Check(dialect, member.Range, $"{item.Name}.{member.Name}", item.Position);
                }
            }
        }
    }

    private static void Check(DialectModel dialect, ReleaseRange range, string name, SourcePosition position)
    {
        bool cut = range.Contains(dialect.Covers.First) != range.Contains(dialect.Covers.Last);
        bool inside = range.First.CompareTo(dialect.Covers.First) > 0 && range.Last.CompareTo(dialect.Covers.Last) < 0;
        if (cut || inside)
        {
            throw Error(dialect, name, position);
        }
    }

    private static SchemaException Error(DialectModel dialect, string name, SourcePosition position) =>
        new(position, $"'{name}' changes within the releases that dialect {dialect.Name} covers");
}
