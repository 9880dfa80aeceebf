namespace Channel.Compiler.Syntax;

/// <summary>A place in a schema file.</summary>
/// <param name="File">Path as it was given.</param>
/// <param name="Line">Line, from 1.</param>
public readonly record struct SourcePosition(string File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>A schema that cannot be compiled. The message begins with file and line.</summary>
public sealed class SchemaException(SourcePosition position, string message)
    : Exception($"{position}: error: {message}")
{
    /// <summary>Where.</summary>
    public SourcePosition Position { get; } = position;
}
