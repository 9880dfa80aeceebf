namespace Channel.Wire;

/// <summary>What the verifier does with a field. The numbers are the compiler's.</summary>
internal enum FieldCheckKind : byte
{
    Scalar1 = 1,
    Scalar2 = 2,
    Scalar4 = 4,
    Scalar8 = 8,
    String = 10,
    Table = 11,
    ScalarVector = 12,
    StringVector = 13,
    TableVector = 14,
    Union = 15,
}

/// <summary>One field of a table in one dialect.</summary>
/// <param name="Slot">Offset in the vtable, in bytes.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Reference">The table or union it refers to, or a vector element's size.</param>
internal readonly record struct FieldCheck(ushort Slot, FieldCheckKind Kind, bool Required, ushort Reference)
{
    internal const int Numbers = 4;
}
