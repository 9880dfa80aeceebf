using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>Emits enums, and for a union the enum of its types and the struct that carries it into the builder.</summary>
internal static class EnumEmitter
{
    internal static void Emit(CodeWriter code, EnumModel item)
    {
        code.Summary(item.Documentation);
        code.Open($"public enum {item.Name} : byte");
        if (item.IsUnion)
        {
            code.Line("/// <summary>The union is absent.</summary>");
            code.Line("None = 0,");
        }
        foreach ((MemberModel member, int value) in item.Values(null))
        {
            code.Summary(member.Documentation);
            code.Line($"{Names.Member(item, member)} = {value},");
        }
        code.Line("/// <summary>A value that this dialect does not have. Never written.</summary>");
        code.Line("Unknown = 255,");
        code.Close();
        code.Line();
        if (item.IsUnion)
        {
            EmitUnionOffset(code, item);
        }
    }

    private static void EmitUnionOffset(CodeWriter code, EnumModel item)
    {
        string name = item.Name + "Offset";
        code.Line($"/// <summary>A table written as a <see cref=\"{item.Name}\"/>; the default is none.</summary>");
        code.Open($"public readonly struct {name}");
        code.Line($"internal readonly {item.Name} Type;");
        code.Line("internal readonly int Value;");
        code.Line();
        code.Open($"private {name}({item.Name} type, int value)");
        code.Line("Type = type;");
        code.Line("Value = value;");
        code.Close();
        foreach (MemberModel member in item.Members)
        {
            string memberName = Names.Member(item, member);
            code.Line();
            code.Line($"/// <summary>As <see cref=\"{item.Name}.{memberName}\"/>; no table is no union.</summary>");
            code.Line(
                $"public static implicit operator {name}(global::Channel.Wire.Offset<{Names.Full(member.Table!)}> table) => "
                + $"table.IsNull ? default : new({Names.Full(item)}.{memberName}, table.Value);");
        }
        code.Close();
        code.Line();
    }
}
