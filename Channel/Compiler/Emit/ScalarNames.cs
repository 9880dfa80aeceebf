using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>C# names of the scalar types.</summary>
internal static class ScalarNames
{
    internal static string Keyword(Scalar scalar) => scalar switch
    {
        Scalar.Bool => "bool",
        Scalar.Int8 => "sbyte",
        Scalar.UInt8 => "byte",
        Scalar.Int16 => "short",
        Scalar.UInt16 => "ushort",
        Scalar.Int32 => "int",
        Scalar.UInt32 => "uint",
        Scalar.Int64 => "long",
        Scalar.UInt64 => "ulong",
        Scalar.Float32 => "float",
        _ => "double",
    };

    internal static int Size(Scalar scalar) => scalar switch
    {
        Scalar.Bool or Scalar.Int8 or Scalar.UInt8 => 1,
        Scalar.Int16 or Scalar.UInt16 => 2,
        Scalar.Int32 or Scalar.UInt32 or Scalar.Float32 => 4,
        _ => 8,
    };

    internal static bool IsFloat(Scalar scalar) => scalar is Scalar.Float32 or Scalar.Float64;

    /// <summary>The default as a C# literal of the scalar's type.</summary>
    internal static string Literal(Scalar scalar, string? text) => scalar switch
    {
        _ when text is null or "null" => scalar == Scalar.Bool ? "false" : "0",
        Scalar.Float32 => text + "f",
        Scalar.Float64 => text + "d",
        _ => text,
    };

    /// <summary>C# type of a field as a property and as a builder's parameter, without its <c>?</c>.</summary>
    internal static string Inline(TypeModel type) =>
        type.Kind == TypeKind.Enum ? Names.Full(type.Enum!) : Keyword(type.Scalar);
}
