using System.Globalization;
using Channel.Compiler.Syntax;

namespace Channel.Compiler.Model;

/// <summary>Turns parsed files into one model: names become types, attributes become releases.</summary>
public sealed class Resolver
{
    private static readonly Dictionary<string, Scalar> ScalarNames = new()
    {
        ["bool"] = Scalar.Bool,
        ["byte"] = Scalar.Int8, ["int8"] = Scalar.Int8,
        ["ubyte"] = Scalar.UInt8, ["uint8"] = Scalar.UInt8,
        ["short"] = Scalar.Int16, ["int16"] = Scalar.Int16,
        ["ushort"] = Scalar.UInt16, ["uint16"] = Scalar.UInt16,
        ["int"] = Scalar.Int32, ["int32"] = Scalar.Int32,
        ["uint"] = Scalar.UInt32, ["uint32"] = Scalar.UInt32,
        ["long"] = Scalar.Int64, ["int64"] = Scalar.Int64,
        ["ulong"] = Scalar.UInt64, ["uint64"] = Scalar.UInt64,
        ["float"] = Scalar.Float32, ["float32"] = Scalar.Float32,
        ["double"] = Scalar.Float64, ["float64"] = Scalar.Float64,
    };

    private readonly SchemaModel _model = new();
    private readonly Dictionary<string, TableModel> _tables = [];
    private readonly Dictionary<string, EnumModel> _enums = [];

    /// <summary>Resolves all files together.</summary>
    /// <exception cref="SchemaException">An unknown or repeated name, or a change that a field cannot express.</exception>
    public static SchemaModel Resolve(IReadOnlyList<SchemaFile> files)
    {
        var resolver = new Resolver();
        var declarations = new List<DeclarationSyntax>();
        foreach (SchemaFile file in files)
        {
            declarations.AddRange(file.Declarations);
        }
        foreach (DeclarationSyntax declaration in declarations)
        {
            resolver.Declare(declaration);
        }
        foreach (EnumSyntax item in declarations.OfType<EnumSyntax>())
        {
            if (resolver._enums.TryGetValue(item.FullName, out EnumModel? model))
            {
                resolver.FillEnum(item, model);
            }
        }
        foreach (TableSyntax table in declarations.OfType<TableSyntax>())
        {
            resolver.FillTable(table, resolver._tables[table.FullName]);
        }
        resolver.NumberFields();
        DialectCheck.Check(resolver._model);
        return resolver._model;
    }

    private void Declare(DeclarationSyntax declaration)
    {
        if (_tables.ContainsKey(declaration.FullName) || _enums.ContainsKey(declaration.FullName))
        {
            throw new SchemaException(declaration.Position, $"'{declaration.FullName}' is declared twice");
        }
        ReleaseRange range = Attributes.Range(declaration.Attributes, declaration.Position);
        string wireName = Attributes.Value(declaration.Attributes, "named") is { } named
            ? $"{declaration.Namespace}.{named}"
            : declaration.FullName;

        if (declaration is TableSyntax)
        {
            var table = new TableModel
            {
                Namespace = declaration.Namespace,
                Name = declaration.Name,
                WireName = wireName,
                Range = range,
                Documentation = declaration.Documentation,
                Position = declaration.Position,
                Index = _model.Tables.Count,
            };
            _tables.Add(declaration.FullName, table);
            _model.Tables.Add(table);
            return;
        }

        var syntax = (EnumSyntax)declaration;
        var model = new EnumModel
        {
            Namespace = declaration.Namespace,
            Name = declaration.Name,
            WireName = wireName,
            IsUnion = syntax.IsUnion,
            Range = range,
            Documentation = declaration.Documentation,
            Words = (Attributes.Value(declaration.Attributes, "words") ?? "")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Position = declaration.Position,
        };
        if (Attributes.Has(declaration.Attributes, "dialects"))
        {
            _model.DialectEnum = model;
            foreach (MemberSyntax member in syntax.Members)
            {
                _model.Dialects.Add(new DialectModel(
                    member.Name, Attributes.Covers(member), Attributes.Longest(member), member.Documentation));
            }
            return;
        }
        if (!syntax.IsUnion && syntax.Underlying is not ("uint8" or "ubyte"))
        {
            throw new SchemaException(declaration.Position, $"enum '{declaration.Name}' must be uint8");
        }
        _enums.Add(declaration.FullName, model);
        _model.Enums.Add(model);
    }

    private void NumberFields()
    {
        int next = 0;
        foreach (TableModel table in _model.Tables)
        {
            foreach (FieldModel field in table.Fields)
            {
                field.Index = next++;
            }
        }
    }

    private void FillEnum(EnumSyntax syntax, EnumModel model)
    {
        foreach (MemberSyntax member in syntax.Members)
        {
            TableModel? table = member.Type is null ? null : Table(member.Type, syntax.Namespace);
            int? value = member.Value is null ? null : int.Parse(member.Value, CultureInfo.InvariantCulture);
            model.Members.Add(new MemberModel(
                member.Name,
                Attributes.Value(member.Attributes, "named") ?? member.Name,
                value,
                table,
                Attributes.Range(member.Attributes, member.Position),
                member.Documentation));
        }
        List<(MemberModel Member, int Value)> values = model.Values(null);
        if (values.Count == 0 || values.Exists(x => x.Value is < 0 or > 254))
        {
            throw new SchemaException(syntax.Position, $"'{syntax.Name}' must have values from 0 to 254");
        }
        if (values.DistinctBy(x => x.Value).Count() != values.Count)
        {
            throw new SchemaException(syntax.Position, $"'{syntax.Name}' has two members of one value");
        }
        if (model.IsUnion && model.Members.DistinctBy(x => x.Table).Count() != model.Members.Count)
        {
            throw new SchemaException(syntax.Position, $"union '{syntax.Name}' has one table twice");
        }
    }

    private void FillTable(TableSyntax syntax, TableModel table)
    {
        foreach (FieldSyntax field in syntax.Fields)
        {
            if (table.Fields.Exists(x => x.Name == field.Name))
            {
                throw new SchemaException(field.Position, $"'{field.Name}' is declared twice; give one 'named'");
            }
            var variants = new List<FieldVariant>
            {
                Variant(
                    field,
                    syntax.Namespace,
                    field.Type,
                    field.Default,
                    Attributes.Has(field.Attributes, "required"),
                    ReleaseRange.All.Last),
            };
            foreach ((TypeSyntax type, string? value, bool required, ReleaseVersion until) in Attributes.Was(field))
            {
                variants.Add(Variant(field, syntax.Namespace, type, value, required, until));
                CheckChange(field, variants[^1], variants[0]);
            }
            table.Fields.Add(new FieldModel
            {
                Name = field.Name,
                WireName = Attributes.Value(field.Attributes, "named") ?? field.Name,
                Range = Attributes.Range(field.Attributes, field.Position),
                Variants = variants,
                Documentation = field.Documentation,
                Position = field.Position,
                Before = Attributes.Before(field),
            });
        }
        foreach (FieldModel moved in table.Fields)
        {
            if (moved.Before is { } before
                && !table.Fields.Exists(x => x.Name == before.Field && x != moved && x.Range.Contains(before.Until)))
            {
                throw new SchemaException(moved.Position, $"'{moved.Name}' stood before '{before.Field}', which was not there");
            }
        }
    }

    private FieldVariant Variant(
        FieldSyntax field, string scope, TypeSyntax syntax, string? value, bool required, ReleaseVersion until)
    {
        TypeModel type = Type(syntax, scope);
        bool isInline = !type.IsVector && type.Kind is TypeKind.Scalar or TypeKind.Enum;
        if (type is { Kind: TypeKind.Union, IsVector: true })
        {
            throw new SchemaException(field.Position, $"'{field.Name}': vectors of unions are not supported");
        }
        if (value is not null && (!isInline || type.IsVector))
        {
            throw new SchemaException(field.Position, $"'{field.Name}': only scalars and enums have defaults");
        }
        if (required && isInline && !type.IsVector)
        {
            throw new SchemaException(field.Position, $"'{field.Name}': a scalar cannot be required");
        }
        if (type is { Kind: TypeKind.Enum, IsVector: false } && value != "null")
        {
            List<(MemberModel Member, int Value)> members = type.Enum!.Values(null);
            if (value is null ? members.All(x => x.Value != 0) : members.All(x => x.Member.Name != value))
            {
                throw new SchemaException(field.Position, $"'{field.Name}': the default is not a member of the enum");
            }
        }
        return new FieldVariant(type, value, required, until);
    }

    /// <summary>A field may widen a number, exchange an enum by name, change default or requiredness; no more.</summary>
    private static void CheckChange(FieldSyntax field, FieldVariant earlier, FieldVariant newest)
    {
        TypeModel from = earlier.Type;
        TypeModel to = newest.Type;
        bool allowed = from.IsVector == to.IsVector && from.Kind == to.Kind && from.Kind switch
        {
            TypeKind.Scalar => from.Scalar == to.Scalar || (!from.IsVector && Widens(from.Scalar, to.Scalar)),
            TypeKind.Enum => from.Enum == to.Enum
                || (!from.IsVector && from.Enum!.Members.All(x => to.Enum!.Members.Exists(y => y.Name == x.Name))),
            TypeKind.Table => from.Table == to.Table,
            TypeKind.Union => from.Enum == to.Enum,
            _ => true,
        };
        if (!allowed)
        {
            throw new SchemaException(
                field.Position,
                $"'{field.Name}': {from} cannot become {to} in one field; declare two fields, one of them 'named'");
        }
    }

    private static bool Widens(Scalar from, Scalar to)
    {
        Scalar[][] ladders =
        [
            [Scalar.UInt8, Scalar.UInt16, Scalar.UInt32, Scalar.UInt64],
            [Scalar.Int8, Scalar.Int16, Scalar.Int32, Scalar.Int64],
        ];
        return ladders.Any(x => Array.IndexOf(x, from) >= 0 && Array.IndexOf(x, to) > Array.IndexOf(x, from));
    }

    private TypeModel Type(TypeSyntax syntax, string scope)
    {
        if (syntax.Name == "string")
        {
            return new TypeModel(TypeKind.String, syntax.IsVector);
        }
        if (ScalarNames.TryGetValue(syntax.Name, out Scalar scalar))
        {
            return new TypeModel(TypeKind.Scalar, syntax.IsVector, scalar);
        }
        foreach (string name in Candidates(syntax.Name, scope))
        {
            if (_tables.TryGetValue(name, out TableModel? table))
            {
                return new TypeModel(TypeKind.Table, syntax.IsVector, Table: table);
            }
            if (_enums.TryGetValue(name, out EnumModel? model))
            {
                TypeKind kind = model.IsUnion ? TypeKind.Union : TypeKind.Enum;
                return new TypeModel(kind, syntax.IsVector, Enum: model);
            }
        }
        throw new SchemaException(syntax.Position, $"'{syntax.Name}' is not a type");
    }

    private TableModel Table(TypeSyntax syntax, string scope)
    {
        TypeModel type = Type(syntax, scope);
        return type is { Kind: TypeKind.Table, IsVector: false }
            ? type.Table!
            : throw new SchemaException(syntax.Position, $"'{syntax.Name}' is not a table");
    }

    /// <summary>A name is looked for in its own namespace, then in each one around it.</summary>
    private static IEnumerable<string> Candidates(string name, string scope)
    {
        while (scope.Length > 0)
        {
            yield return $"{scope}.{name}";
            int dot = scope.LastIndexOf('.');
            scope = dot < 0 ? "" : scope[..dot];
        }
        yield return name;
    }
}
