using System.Globalization;
using Channel.Compiler.Syntax;

namespace Channel.Compiler.Model;

/// <summary>Reads the attributes that say which release has what.</summary>
internal static class Attributes
{
    /// <summary>Attributes of the language itself; ours are declared by a schema.</summary>
    internal static HashSet<string> BuiltIn() => ["required"];

    internal static string? Value(IReadOnlyList<AttributeSyntax> attributes, string name)
    {
        foreach (AttributeSyntax attribute in attributes)
        {
            if (attribute.Name == name)
            {
                return attribute.Value ?? "";
            }
        }
        return null;
    }

    internal static bool Has(IReadOnlyList<AttributeSyntax> attributes, string name) => Value(attributes, name) is not null;

    /// <summary>The releases between <c>since</c> and <c>until</c>.</summary>
    internal static ReleaseRange Range(IReadOnlyList<AttributeSyntax> attributes, SourcePosition position)
    {
        ReleaseVersion first = ReleaseRange.All.First;
        ReleaseVersion last = ReleaseRange.All.Last;
        if (Value(attributes, "since") is { } since && !ReleaseVersion.TryParse(since, 0, out first))
        {
            throw new SchemaException(position, $"'since' is not a release: \"{since}\"");
        }
        if (Value(attributes, "until") is { } until && !ReleaseVersion.TryParse(until, int.MaxValue, out last))
        {
            throw new SchemaException(position, $"'until' is not a release: \"{until}\"");
        }
        if (first.CompareTo(last) > 0)
        {
            throw new SchemaException(position, "'since' is later than 'until'");
        }
        return new ReleaseRange(first, last);
    }

    /// <summary>The releases of <c>covers</c>: "3.26" or "3.19.0 - 3.19.6".</summary>
    internal static ReleaseRange Covers(MemberSyntax member)
    {
        string text = Value(member.Attributes, "covers")
            ?? throw new SchemaException(member.Position, $"dialect '{member.Name}' needs 'covers'");
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length > 2
            || !ReleaseVersion.TryParse(ends[0], 0, out ReleaseVersion first)
            || !ReleaseVersion.TryParse(ends[^1], int.MaxValue, out ReleaseVersion last)
            || first.CompareTo(last) > 0)
        {
            throw new SchemaException(member.Position, $"'covers' is not a release or a range: \"{text}\"");
        }
        return new ReleaseRange(first, last);
    }

    /// <summary>The number of <c>longest</c>.</summary>
    internal static int Longest(MemberSyntax member) =>
        int.TryParse(Value(member.Attributes, "longest"), CultureInfo.InvariantCulture, out int longest) && longest > 0
            ? longest
            : throw new SchemaException(member.Position, $"dialect '{member.Name}' needs 'longest', a number of bytes");

    /// <summary>
    /// The earlier declarations of <c>was</c>, oldest first, each as type, default, requiredness and last release.
    /// </summary>
    internal static List<(TypeSyntax Type, string? Default, bool Required, ReleaseVersion Until)> Was(FieldSyntax field)
    {
        var earlier = new List<(TypeSyntax, string?, bool, ReleaseVersion)>();
        if (Value(field.Attributes, "was") is not { } text)
        {
            return earlier;
        }
        foreach (string entry in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            earlier.Add(WasEntry(field, entry));
            if (earlier.Count > 1 && earlier[^1].Item4.CompareTo(earlier[^2].Item4) <= 0)
            {
                throw new SchemaException(field.Position, "entries of 'was' must be ordered, oldest first");
            }
        }
        return earlier;
    }

    /// <summary>Where a field stood earlier, by <c>before</c>: the field it stood before, and until which release.</summary>
    internal static (string Field, ReleaseVersion Until)? Before(FieldSyntax field)
    {
        if (Value(field.Attributes, "before") is not { } text)
        {
            return null;
        }
        string[] sides = text.Split(" until ", StringSplitOptions.TrimEntries);
        if (sides.Length != 2 || !ReleaseVersion.TryParse(sides[1], int.MaxValue, out ReleaseVersion until))
        {
            throw new SchemaException(field.Position, $"'before' needs \"FIELD until RELEASE\": \"{text}\"");
        }
        return (sides[0], until);
    }

    private static (TypeSyntax, string?, bool, ReleaseVersion) WasEntry(FieldSyntax field, string entry)
    {
        int split = entry.LastIndexOf(" until ", StringComparison.Ordinal);
        if (split < 0 || !ReleaseVersion.TryParse(entry[(split + 7)..].Trim(), int.MaxValue, out ReleaseVersion until))
        {
            throw new SchemaException(field.Position, $"'was' needs \"TYPE [= DEFAULT] [(required)] until RELEASE\": \"{entry}\"");
        }
        string declaration = entry[..split].Trim();
        bool required = declaration.EndsWith("(required)", StringComparison.Ordinal);
        if (required)
        {
            declaration = declaration[..^"(required)".Length].Trim();
        }
        string[] sides = declaration.Split('=', StringSplitOptions.TrimEntries);
        string type = sides[0];
        bool isVector = type.StartsWith('[') && type.EndsWith(']');
        if (sides.Length > 2 || type.Length == 0)
        {
            throw new SchemaException(field.Position, $"'was' has no type: \"{entry}\"");
        }
        var syntax = new TypeSyntax(isVector ? type[1..^1].Trim() : type, isVector, field.Position);
        return (syntax, sides.Length == 2 ? sides[1] : null, required, until);
    }
}
