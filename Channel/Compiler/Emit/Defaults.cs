using System.Globalization;
using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>Questions about a field's declarations that reader and builder both ask.</summary>
internal static class Defaults
{
    /// <summary>Whether the field is required in every release that has it.</summary>
    internal static bool IsAlwaysRequired(FieldModel field) => field.Variants.All(x => x.Required);

    /// <summary>
    /// Whether a builder must be given the field. One that newer releases no longer have need not be: written for an
    /// older one it is empty.
    /// </summary>
    internal static bool IsMandatory(FieldModel field) => IsAlwaysRequired(field) && !IsGone(field);

    /// <summary>Whether the newest releases lack the field.</summary>
    internal static bool IsGone(FieldModel field) => field.Range.Last != ReleaseRange.All.Last;

    /// <summary>
    /// An enum field's default as code: a value of the model's enum where the schema names a member, else the member
    /// that is 0 in the dialect.
    /// </summary>
    internal static string EnumDefault(FieldVariant variant, EnumModel model) => variant.Default is null or "null"
        ? "global::Channel.Wire.WireLayout.ZeroOnWire"
        : EnumValue(variant, model).ToString(CultureInfo.InvariantCulture);

    /// <summary>An enum field's default as a value of the model's enum, for who is asked without a dialect.</summary>
    internal static int EnumValue(FieldVariant variant, EnumModel model)
    {
        if (variant.Default is null or "null")
        {
            MemberModel zero = variant.Type.Enum!.Values(null).Find(x => x.Value == 0).Member;
            return zero is null ? 0 : model.Values(null).Find(x => x.Member.Name == zero.Name).Value;
        }
        return model.Values(null).Find(x => x.Member.Name == variant.Default).Value;
    }
}
