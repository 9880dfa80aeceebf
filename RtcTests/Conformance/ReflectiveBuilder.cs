using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json.Nodes;
using Channel.Compiler.Model;
using Channel.Wire;

namespace RtcTests.Conformance;

/// <summary>Builds a message from its JSON with the generated <c>Create</c> of every table, found by reflection.</summary>
internal sealed class ReflectiveBuilder(SchemaModel model, ReleaseVersion version, WireBuilder builder)
{
    private readonly Dictionary<TableModel, (ParameterInfo[], Delegate)> _creates = [];

    /// <summary>The whole frame, prefix included.</summary>
    internal byte[] Frame(JsonObject message)
    {
        builder.Clear();
        object root = Table(model.Tables.Single(x => x.WireName == "FBS.Message.Message"), message);
        byte[] frame = builder.FinishSizePrefixed(((Offset<Channel.Wire.Message.Message>)root).Value).ToArray();
        builder.Clear();
        return frame;
    }

    private object Table(TableModel table, JsonObject json)
    {
        (ParameterInfo[] parameters, Delegate create) = Create(table);
        object?[] arguments = new object?[parameters.Length];
        arguments[0] = builder;
        for (int i = 1; i < parameters.Length; i++)
        {
            ParameterInfo parameter = parameters[i];
            FieldModel field = table.Fields.Single(x => RandomMessages.Camel(x.Name) == parameter.Name);
            FieldVariant variant = field.Variants[field.VariantAt(version)];
            bool isThere = field.Range.Contains(version);
            JsonNode? value = isThere ? json[RandomMessages.Camel(field.WireName)] : null;
            int unionType = isThere && variant.Type.Kind == TypeKind.Union
                ? int.Parse(json[RandomMessages.Camel(field.WireName) + "Type"]!.GetValue<string>())
                : 0;
            arguments[i] = value is null
                ? (parameter.HasDefaultValue && parameter.DefaultValue is not null
                    ? parameter.DefaultValue
                    : Default(parameter.ParameterType))
                : Argument(variant.Type, field.Newest.Type, parameter.ParameterType, value, unionType);
        }
        return create.DynamicInvoke(arguments)!;
    }

    /// <summary>A table's <c>Create</c>. Reflection calls no methods of ref structs; a delegate does.</summary>
    private (ParameterInfo[] Parameters, Delegate Create) Create(TableModel table)
    {
        if (!_creates.TryGetValue(table, out (ParameterInfo[], Delegate) found))
        {
            MethodInfo method = CSharp(table.Namespace, table.Name).GetMethod("Create")!;
            ParameterInfo[] parameters = method.GetParameters();
            Type[] signature = [.. parameters.Select(x => x.ParameterType), method.ReturnType];
            found = (parameters, method.CreateDelegate(Expression.GetDelegateType(signature)));
            _creates.Add(table, found);
        }
        return found;
    }

    private static object? Default(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;

    private object Argument(TypeModel type, TypeModel own, Type parameter, JsonNode value, int unionType)
    {
        if (type.IsVector)
        {
            return Vector(type, (JsonArray)value);
        }
        switch (type.Kind)
        {
            case TypeKind.String:
                return builder.String(value.GetValue<string>());
            case TypeKind.Table:
                return Table(type.Table!, (JsonObject)value);
            case TypeKind.Union:
                MemberModel member = type.Enum!.Values(version).Find(x => x.Value == unionType).Member;
                object table = Table(member.Table!, (JsonObject)value);
                MethodInfo convert = parameter.GetMethod("op_Implicit", [table.GetType()])!;
                return convert.Invoke(null, [table])!;
            default:
                return Scalar(type, own, Nullable.GetUnderlyingType(parameter) ?? parameter, value);
        }
    }

    /// <summary>A number or a member of an enum, which the field's own enum may number differently.</summary>
    private object Scalar(TypeModel type, TypeModel ownType, Type target, JsonNode value)
    {
        if (type.Kind == TypeKind.Enum)
        {
            int wire = int.Parse(value.GetValue<string>());
            string name = type.Enum!.Values(version).Find(x => x.Value == wire).Member.Name;
            int own = ownType.Enum!.Values(null).Find(x => x.Member.Name == name).Value;
            return Enum.ToObject(target, (byte)own);
        }
        return type.Scalar == Channel.Compiler.Model.Scalar.Bool
            ? value.GetValue<bool>()
            : Convert.ChangeType(value.GetValue<string>(), target, CultureInfo.InvariantCulture);
    }

    private object Vector(TypeModel type, JsonArray values)
    {
        switch (type.Kind)
        {
            case TypeKind.String:
                return builder.Vector([.. values.Select(x => x!.GetValue<string>())]);
            case TypeKind.Table:
                object[] tables = [.. values.Select(x => Table(type.Table!, (JsonObject)x!))];
                return typeof(ReflectiveBuilder).GetMethod(nameof(Tables), BindingFlags.NonPublic | BindingFlags.Instance)!
                    .MakeGenericMethod(CSharp(type.Table!.Namespace, type.Table.Name)).Invoke(this, [tables])!;
            case TypeKind.Enum:
                Type item = CSharp(type.Enum!.Namespace, type.Enum.Name);
                object[] members = [.. values.Select(x => Scalar(type, type, item, x!))];
                return EnumVector(item, members);
            default:
                return type.Scalar switch
                {
                    Channel.Compiler.Model.Scalar.UInt8 => builder.Vector(Numbers<byte>(values)),
                    Channel.Compiler.Model.Scalar.UInt16 => builder.Vector(Numbers<ushort>(values)),
                    Channel.Compiler.Model.Scalar.Int32 => (object)builder.Vector(Numbers<int>(values)),
                    _ => throw new InvalidOperationException($"no vector of {type.Scalar} in the builder"),
                };
        }
    }

    private object Tables<T>(object[] tables)
        where T : allows ref struct => builder.Vector<T>([.. tables.Cast<Offset<T>>()]);

    /// <summary>The overload of <c>Vector</c> for an enum, whose span reflection cannot pass.</summary>
    private object EnumVector(Type item, object[] members)
    {
        if (item == typeof(Channel.Wire.Producer.TraceEventType))
        {
            return builder.Vector([.. members.Cast<Channel.Wire.Producer.TraceEventType>()]);
        }
        return item == typeof(Channel.Wire.Consumer.TraceEventType)
            ? builder.Vector([.. members.Cast<Channel.Wire.Consumer.TraceEventType>()])
            : builder.Vector([.. members.Cast<Channel.Wire.Transport.TraceEventType>()]);
    }

    private static ReadOnlySpan<T> Numbers<T>(JsonArray values) =>
        values.Select(x => (T)Convert.ChangeType(x!.GetValue<string>(), typeof(T), CultureInfo.InvariantCulture)).ToArray();

    private static Type CSharp(string schemaNamespace, string name) =>
        typeof(WireBuilder).Assembly.GetType($"Channel.Wire{schemaNamespace["FBS".Length..]}.{name}", true)!;
}
