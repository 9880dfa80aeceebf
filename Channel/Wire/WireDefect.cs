namespace Channel.Wire;

/// <summary>What can be wrong with a received buffer.</summary>
public enum WireDefectKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The buffer is too short to hold a root.</summary>
    TooShort,

    /// <summary>A table, or its vtable, lies outside the buffer or contradicts itself.</summary>
    BadTable,

    /// <summary>A field lies outside its table.</summary>
    BadField,

    /// <summary>A text lies outside the buffer or does not end with a zero.</summary>
    BadString,

    /// <summary>A vector lies outside the buffer.</summary>
    BadVector,

    /// <summary>A union has a type without a value, or a value without a type.</summary>
    BadUnion,

    /// <summary>A required field is absent.</summary>
    MissingField,

    /// <summary>Tables lie in each other deeper than the limit.</summary>
    TooDeep,

    /// <summary>The buffer names more bytes than it has: many references to one place.</summary>
    TooMuch,
}

/// <summary>What is wrong with a received buffer, and where. The default is nothing.</summary>
/// <param name="Kind">What.</param>
/// <param name="Table">The table that was being verified, by the protocol's name.</param>
/// <param name="Position">Offset in the buffer, in bytes.</param>
public readonly record struct WireDefect(WireDefectKind Kind, string Table, int Position)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} in {Table} at byte {Position}";
}
