namespace Channel.Compiler.Syntax;

/// <summary>One attribute of a declaration; a flag has no value.</summary>
public sealed record AttributeSyntax(string Name, string? Value, SourcePosition Position);

/// <summary>A type as written: a name, or a vector of one.</summary>
public sealed record TypeSyntax(string Name, bool IsVector, SourcePosition Position)
{
    /// <inheritdoc/>
    public override string ToString() => IsVector ? $"[{Name}]" : Name;
}

/// <summary>A field of a table.</summary>
/// <remarks>The default is as written, or null where none is.</remarks>
public sealed record FieldSyntax(
    string Name,
    TypeSyntax Type,
    string? Default,
    IReadOnlyList<AttributeSyntax> Attributes,
    string Documentation,
    SourcePosition Position);

/// <summary>A member of an enum (value) or of a union (type).</summary>
public sealed record MemberSyntax(
    string Name,
    string? Value,
    TypeSyntax? Type,
    IReadOnlyList<AttributeSyntax> Attributes,
    string Documentation,
    SourcePosition Position);

/// <summary>A table, enum or union.</summary>
public abstract record DeclarationSyntax(
    string Namespace,
    string Name,
    IReadOnlyList<AttributeSyntax> Attributes,
    string Documentation,
    SourcePosition Position)
{
    /// <summary>Namespace and name.</summary>
    public string FullName => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}

/// <summary>A table.</summary>
public sealed record TableSyntax(
    string Namespace,
    string Name,
    IReadOnlyList<AttributeSyntax> Attributes,
    string Documentation,
    SourcePosition Position,
    IReadOnlyList<FieldSyntax> Fields)
    : DeclarationSyntax(Namespace, Name, Attributes, Documentation, Position);

/// <summary>An enum or a union.</summary>
/// <remarks>The underlying type is the enum's scalar type; null for a union.</remarks>
public sealed record EnumSyntax(
    string Namespace,
    string Name,
    IReadOnlyList<AttributeSyntax> Attributes,
    string Documentation,
    SourcePosition Position,
    string? Underlying,
    IReadOnlyList<MemberSyntax> Members)
    : DeclarationSyntax(Namespace, Name, Attributes, Documentation, Position)
{
    /// <summary>Whether this is a union.</summary>
    public bool IsUnion => Underlying is null;
}

/// <summary>One schema file.</summary>
public sealed record SchemaFile(
    string Path,
    IReadOnlyList<string> Includes,
    IReadOnlyList<DeclarationSyntax> Declarations);
