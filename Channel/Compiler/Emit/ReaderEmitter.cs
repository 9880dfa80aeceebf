using Channel.Compiler.Model;

namespace Channel.Compiler.Emit;

/// <summary>Emits the properties that read a table.</summary>
internal sealed class ReaderEmitter(CodeWriter code, EnumMaps maps)
{
    internal void Emit(TableModel table)
    {
        string name = table.Name;
        code.Line($"private readonly global::Channel.Wire.TableView _view;");
        code.Line();
        code.Line($"internal {name}(global::Channel.Wire.TableView view) => _view = view;");
        code.Line();
        code.Line($"static {name} global::Channel.Wire.IWireTable<{name}>.Wrap(global::Channel.Wire.TableView view) => new(view);");
        code.Line();
        code.Line("/// <summary>Whether this is no table at all: what an absent field of this type reads as.</summary>");
        code.Line("public bool IsNull => _view.IsNull;");
        code.Line();
        code.Line("/// <summary>Verifies a buffer whose root is this table, and reads it.</summary>");
        code.Line("/// <param name=\"buffer\">The buffer, without a size prefix; it must outlive the table.</param>");
        code.Line("/// <param name=\"layout\">The dialect.</param>");
        code.Line("/// <param name=\"table\">The table, when true is returned.</param>");
        code.Line("/// <param name=\"defect\">What is wrong, when false is returned.</param>");
        code.Open($"public static bool TryRead(ReadOnlySpan<byte> buffer, global::Channel.Wire.WireLayout layout, out {name} table, out global::Channel.Wire.WireDefect defect)");
        code.Line($"bool ok = global::Channel.Wire.TableView.TryRoot(buffer, layout, {table.Index}, out global::Channel.Wire.TableView view, out defect);");
        code.Line("table = new(view);");
        code.Line("return ok;");
        code.Close();
        foreach (FieldModel field in table.Fields)
        {
            code.Line();
            EmitField(table, field);
        }
    }

    private void EmitField(TableModel table, FieldModel field)
    {
        string name = Names.Property(table, field);
        TypeModel type = field.Newest.Type;
        code.Summary(field.Documentation);
        if (type.IsVector)
        {
            EmitVector(name, field);
        }
        else if (type.Kind is TypeKind.Scalar or TypeKind.Enum)
        {
            EmitInline(name, field);
        }
        else if (type.Kind == TypeKind.String)
        {
            EmitString(name, field);
        }
        else if (type.Kind == TypeKind.Table)
        {
            code.Line($"public {Names.Full(type.Table!)} {name} => new(_view.Table({field.Index}));");
            EmitHas(name, field);
        }
        else
        {
            EmitUnion(name, field);
        }
    }

    private void EmitInline(string name, FieldModel field)
    {
        bool nullable = field.Variants.Any(x => x.IsOptionalScalar);
        string type = ScalarNames.Inline(field.Newest.Type) + (nullable ? "?" : "");
        var reads = new List<string>();
        foreach (FieldVariant variant in field.Variants)
        {
            string read = Read(field, variant);
            reads.Add(variant.IsOptionalScalar ? $"_view.Has({field.Index}) ? {read} : ({type})null" : read);
        }
        if (reads.Count == 1)
        {
            code.Line($"public {type} {name} => {reads[0]};");
            return;
        }
        code.Open($"public {type} {name} => _view.Variant({field.Index}) switch");
        for (int i = 1; i < reads.Count; i++)
        {
            code.Line($"{i} => {reads[i]},");
        }
        code.Line($"_ => {reads[0]},");
        code.Close(";");
    }

    private string Read(FieldModel field, FieldVariant variant)
    {
        TypeModel type = variant.Type;
        if (type.Kind == TypeKind.Enum)
        {
            EnumModel model = field.Newest.Type.Enum!;
            string own = Names.Full(model);
            return $"({own})_view.Enum({field.Index}, {maps.Index(type.Enum!, model)}, {Defaults.EnumDefault(variant, model)})";
        }
        string literal = ScalarNames.Literal(type.Scalar, variant.Default);
        return $"_view.{type.Scalar}({field.Index}, {literal})";
    }

    private void EmitString(string name, FieldModel field)
    {
        bool required = Defaults.IsAlwaysRequired(field);
        code.Line(required
            ? $"public string {name} => _view.String({field.Index}) ?? \"\";"
            : $"public string? {name} => _view.String({field.Index});");
        code.Line();
        code.Line($"/// <summary>The bytes of <see cref=\"{name}\"/>, without allocation; empty when absent.</summary>");
        code.Line($"public ReadOnlySpan<byte> {name}Utf8 => _view.Utf8({field.Index});");
        EmitHas(name, field);
    }

    private void EmitVector(string name, FieldModel field)
    {
        TypeModel type = field.Newest.Type;
        string read = type.Kind switch
        {
            TypeKind.String => $"global::Channel.Wire.StringVector {name} => _view.Strings({field.Index});",
            TypeKind.Table =>
                $"global::Channel.Wire.TableVector<{Names.Full(type.Table!)}> {name} => _view.Tables<{Names.Full(type.Table!)}>({field.Index});",
            TypeKind.Enum =>
                $"global::Channel.Wire.EnumVector<{Names.Full(type.Enum!)}> {name} => _view.Enums<{Names.Full(type.Enum!)}>({field.Index}, {maps.Index(type.Enum!, type.Enum!)});",
            _ => $"ReadOnlySpan<{ScalarNames.Keyword(type.Scalar)}> {name} => _view.Scalars<{ScalarNames.Keyword(type.Scalar)}>({field.Index});",
        };
        code.Line("public " + read);
        EmitHas(name, field);
    }

    private void EmitUnion(string name, FieldModel field)
    {
        EnumModel union = field.Newest.Type.Enum!;
        string type = Names.Full(union);
        code.Line($"public {type} {name}Type => ({type})_view.Enum({field.Index}, {maps.Index(union, union)}, 0);");
        foreach (MemberModel member in union.Members)
        {
            string memberName = Names.Member(union, member);
            code.Line();
            code.Line($"/// <summary>Reads {name} when it is a <see cref=\"{type}.{memberName}\"/>.</summary>");
            code.Open($"public bool TryGet{name}(out {Names.Full(member.Table!)} value)");
            code.Line($"bool ok = {name}Type == {type}.{memberName};");
            code.Line($"value = ok ? new(_view.UnionValue({field.Index})) : default;");
            code.Line("return ok;");
            code.Close();
        }
    }

    private void EmitHas(string name, FieldModel field)
    {
        if (!Defaults.IsAlwaysRequired(field))
        {
            code.Line();
            code.Line($"/// <summary>Whether <see cref=\"{name}\"/> is there.</summary>");
            code.Line($"public bool Has{name} => _view.Has({field.Index});");
        }
    }
}
