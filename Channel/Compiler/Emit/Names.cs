using System.Text;
using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>From the protocol's names to C#'s: <c>FBS.Transport.Tuple</c> is <c>Channel.Wire.Transport.Tuple</c>.</summary>
internal static class Names
{
    private const string Root = "Channel.Wire";

    private static readonly HashSet<string> Keywords = ["base", "event", "params", "fixed", "ref", "in", "out", "default"];

    internal static string Namespace(string wire) => wire == "FBS" ? Root : Root + wire["FBS".Length..];

    internal static string Full(TableModel table) => $"global::{Namespace(table.Namespace)}.{table.Name}";

    internal static string Full(EnumModel item) => $"global::{Namespace(item.Namespace)}.{item.Name}";

    /// <summary>The struct that carries a union into the builder.</summary>
    internal static string UnionOffset(EnumModel union) => Full(union) + "Offset";

    /// <summary><c>producer_id</c> is <c>ProducerId</c>.</summary>
    internal static string Pascal(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (string part in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            text.Append(char.ToUpperInvariant(part[0])).Append(part.AsSpan(1));
        }
        return text.ToString();
    }

    /// <summary><c>producer_id</c> is <c>producerId</c>, as Node's generated code has it.</summary>
    internal static string Camel(string name)
    {
        string pascal = Pascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal[1..];
    }

    /// <summary>A property may not have the name of its type, so <c>Score.score</c> is <c>ScoreValue</c>.</summary>
    internal static string Property(TableModel table, FieldModel field)
    {
        string name = Pascal(field.Name);
        return name == table.Name ? name + "Value" : name;
    }

    internal static string Parameter(FieldModel field)
    {
        string name = Camel(field.Name);
        return Keywords.Contains(name) ? "@" + name : name;
    }

    /// <summary><c>PRODUCER_GET_STATS</c> is <c>ProducerGetStats</c>; the enum's words spell compounds.</summary>
    internal static string Member(EnumModel item, MemberModel member)
    {
        if (member.Name.Any(char.IsAsciiLetterLower))
        {
            return Pascal(member.Name);
        }
        var text = new StringBuilder();
        foreach (string part in member.Name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            string? word = item.Words.FirstOrDefault(x => x.Equals(part, StringComparison.OrdinalIgnoreCase));
            text.Append(word ?? part[0] + part[1..].ToLowerInvariant());
        }
        return text.ToString();
    }
}
