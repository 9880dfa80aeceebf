namespace Channel.Wire;

/// <summary>A table that a builder has written; the default is no table.</summary>
/// <typeparam name="T">The table.</typeparam>
public readonly struct Offset<T>
    where T : allows ref struct
{
    internal readonly int Value;

    internal Offset(int value) => Value = value;

    /// <summary>Whether there is no table.</summary>
    public bool IsNull => Value == 0;
}

/// <summary>A text that a builder has written; the default is no text.</summary>
public readonly struct StringOffset
{
    internal readonly int Value;

    internal StringOffset(int value) => Value = value;

    /// <summary>Whether there is no text.</summary>
    public bool IsNull => Value == 0;
}

/// <summary>A vector that a builder has written; the default is no vector, which differs from an empty one.</summary>
/// <typeparam name="T">The element: a table, string, enum or number.</typeparam>
public readonly struct VectorOffset<T>
    where T : allows ref struct
{
    internal readonly int Value;

    internal VectorOffset(int value) => Value = value;

    /// <summary>Whether there is no vector.</summary>
    public bool IsNull => Value == 0;
}
