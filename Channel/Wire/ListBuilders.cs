namespace Channel.Wire;

/// <summary>A vector of tables that are written one by one.</summary>
/// <typeparam name="T">The table.</typeparam>
public readonly ref struct ListBuilder<T>
    where T : allows ref struct
{
    private readonly WireBuilder _builder;
    private readonly int _mark;

    internal ListBuilder(WireBuilder builder, int mark)
    {
        _builder = builder;
        _mark = mark;
    }

    /// <summary>Adds a table.</summary>
    /// <exception cref="InvalidOperationException">There is no table.</exception>
    public void Add(Offset<T> table)
    {
        if (table.IsNull)
        {
            throw new InvalidOperationException("a vector holds no absent tables");
        }
        _builder.PushList(table.Value);
    }

    /// <summary>Writes the vector. Lists begun within this one must have ended.</summary>
    public VectorOffset<T> End() => new(_builder.EndList(_mark));
}

/// <summary>A vector of texts that are written one by one.</summary>
public readonly ref struct StringListBuilder
{
    private readonly WireBuilder _builder;
    private readonly int _mark;

    internal StringListBuilder(WireBuilder builder, int mark)
    {
        _builder = builder;
        _mark = mark;
    }

    /// <summary>Writes a text and adds it.</summary>
    public void Add(string text) => _builder.PushList(_builder.String(text).Value);

    /// <summary>Writes a text and adds it.</summary>
    public void Add(ReadOnlySpan<byte> utf8) => _builder.PushList(_builder.String(utf8).Value);

    /// <summary>Writes the vector. Lists begun within this one must have ended.</summary>
    public VectorOffset<string> End() => new(_builder.EndList(_mark));
}
