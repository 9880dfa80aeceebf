using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>Emits a table's <c>Create</c>, which writes it with the builder.</summary>
internal sealed class BuilderEmitter(CodeWriter code, EnumMaps maps)
{
    internal void Emit(TableModel table)
    {
        code.Line();
        code.Line("/// <summary>Writes a table. What it refers to is written before, by the arguments themselves.</summary>");
        code.Line("/// <remarks>Fields that the dialect lacks are left out; numbers too large for it are clamped.</remarks>");
        var mandatory = new List<string> { "global::Channel.Wire.WireBuilder builder" };
        var optional = new List<string>();
        foreach (FieldModel field in table.Fields)
        {
            (Defaults.IsMandatory(field) ? mandatory : optional).Add(Parameter(field));
        }
        code.Line($"public static global::Channel.Wire.Offset<{table.Name}> Create(");
        string[] parameters = [.. mandatory, .. optional];
        for (int i = 0; i < parameters.Length; i++)
        {
            code.Line("    " + parameters[i] + (i + 1 < parameters.Length ? "," : ")"));
        }
        code.Open("");
        foreach (FieldModel field in table.Fields.Where(x => Defaults.IsAlwaysRequired(x) && Defaults.IsGone(x)))
        {
            EmitEmpty(field);
        }
        code.Line($"builder.StartTable({table.Index});");
        foreach (FieldModel field in table.Fields.OrderByDescending(x => Size(x.Newest.Type)))
        {
            EmitAdd(table, field);
        }
        code.Line($"return new global::Channel.Wire.Offset<{table.Name}>(builder.EndTable());");
        code.Close();
    }

    /// <summary>A required text or vector that the newest releases lack is empty unless it was given.</summary>
    private void EmitEmpty(FieldModel field)
    {
        TypeModel type = field.Newest.Type;
        if (!type.IsVector && type.Kind != TypeKind.String)
        {
            return;
        }
        string name = Names.Parameter(field);
        string empty = type.IsVector ? "builder.EmptyVector()" : "builder.String(\"\").Value";
        code.Open($"if ({name}.IsNull && builder.Layout.Slot({field.Index}) != 0)");
        code.Line($"{name} = new {ReferenceType(type)}({empty});");
        code.Close();
    }

    private static int Size(TypeModel type) => type switch
    {
        { IsVector: true } or { Kind: TypeKind.String or TypeKind.Table or TypeKind.Union } => 4,
        { Kind: TypeKind.Enum } => 1,
        _ => ScalarNames.Size(type.Scalar),
    };

    private static string Parameter(FieldModel field)
    {
        TypeModel type = field.Newest.Type;
        string name = Names.Parameter(field);
        bool mandatory = Defaults.IsMandatory(field);
        if (!type.IsVector && type.Kind is TypeKind.Scalar or TypeKind.Enum && !type.IsVector)
        {
            string keyword = ScalarNames.Inline(type);
            if (field.Variants.Any(x => x.IsOptionalScalar))
            {
                return $"{keyword}? {name} = null";
            }
            string value = type.Kind == TypeKind.Enum
                ? $"({keyword}){Defaults.EnumValue(field.Newest, type.Enum!)}"
                : ScalarNames.Literal(type.Scalar, field.Newest.Default);
            return $"{keyword} {name} = {value}";
        }
        return $"{ReferenceType(type)} {name}" + (mandatory ? "" : " = default");
    }

    private static string ReferenceType(TypeModel type) => type switch
    {
        { IsVector: true, Kind: TypeKind.String } => "global::Channel.Wire.VectorOffset<string>",
        { IsVector: true, Kind: TypeKind.Table } => $"global::Channel.Wire.VectorOffset<{Names.Full(type.Table!)}>",
        { IsVector: true } => $"global::Channel.Wire.VectorOffset<{ScalarNames.Inline(type)}>",
        { Kind: TypeKind.String } => "global::Channel.Wire.StringOffset",
        { Kind: TypeKind.Table } => $"global::Channel.Wire.Offset<{Names.Full(type.Table!)}>",
        _ => Names.UnionOffset(type.Enum!),
    };

    private void EmitAdd(TableModel table, FieldModel field)
    {
        if (field.Variants.Count == 1)
        {
            code.Line(Add(table, field, field.Newest));
            return;
        }
        code.Open($"switch (builder.Layout.Variant({field.Index}))");
        for (int i = 1; i < field.Variants.Count; i++)
        {
            code.Line($"case {i}:");
            code.Line("    " + Add(table, field, field.Variants[i]));
            code.Line("    break;");
        }
        code.Line("default:");
        code.Line("    " + Add(table, field, field.Newest));
        code.Line("    break;");
        code.Close();
    }

    private string Add(TableModel table, FieldModel field, FieldVariant variant)
    {
        string name = Names.Parameter(field);
        TypeModel type = variant.Type;
        if (type is { IsVector: false, Kind: TypeKind.Scalar or TypeKind.Enum })
        {
            bool nullable = field.Variants.Any(x => x.IsOptionalScalar);
            return AddInline(field, variant, name, nullable);
        }
        string required = variant.Required ? $"\"{table.Name}.{field.Name}\"" : "null";
        if (type is { IsVector: false, Kind: TypeKind.Union })
        {
            return $"builder.AddUnion({field.Index}, {maps.Index(type.Enum!, type.Enum!)}, (byte){name}.Type, {name}.Value, {required});";
        }
        return $"builder.AddOffset({field.Index}, {name}.Value, {required});";
    }

    private string AddInline(FieldModel field, FieldVariant variant, string name, bool nullable)
    {
        TypeModel type = variant.Type;
        if (type.Kind == TypeKind.Enum)
        {
            EnumModel model = field.Newest.Type.Enum!;
            int map = maps.Index(type.Enum!, model);
            int value = Defaults.EnumValue(variant, model);
            string absent = Defaults.EnumDefault(variant, model);
            return (nullable, variant.IsOptionalScalar) switch
            {
                (true, true) => $"if ({name}.HasValue) {{ builder.AddEnum({field.Index}, {map}, (byte){name}.Value, global::Channel.Wire.WireLayout.NoDefault); }}",
                (true, false) => $"builder.AddEnum({field.Index}, {map}, (byte)({name} ?? ({Names.Full(model)}){value}), {absent});",
                _ => $"builder.AddEnum({field.Index}, {map}, (byte){name}, {absent});",
            };
        }
        string literal = ScalarNames.Literal(type.Scalar, variant.Default);
        bool narrows = type.Scalar != field.Newest.Type.Scalar;
        string Converted(string x) => narrows ? $"{ScalarNames.Keyword(type.Scalar)}.CreateSaturating({x})" : x;
        return (nullable, variant.IsOptionalScalar) switch
        {
            (true, true) => $"if ({name}.HasValue) {{ builder.Add{type.Scalar}({field.Index}, {Converted($"{name}.Value")}); }}",
            (true, false) => $"builder.Add{type.Scalar}({field.Index}, {Converted($"({name} ?? {literal})")}, {literal});",
            _ => $"builder.Add{type.Scalar}({field.Index}, {Converted(name)}, {literal});",
        };
    }
}
