using System.Text.Json.Nodes;
using Channel.Compiler.Model;

namespace RtcTests.Conformance;

/// <summary>Adds to a message what JavaScript needs to pack it: classes of tables and kinds of numbers.</summary>
internal sealed class NodeAnnotation(SchemaModel model, ReleaseVersion version)
{
    internal JsonNode Message(JsonObject json) =>
        Table(model.Tables.Single(x => x.WireName == "FBS.Message.Message"), json);

    private JsonObject Table(TableModel table, JsonObject json)
    {
        var result = new JsonObject { ["$class"] = table.WireName };
        foreach (FieldModel field in table.FieldsAt(version))
        {
            TypeModel type = field.Variants[field.VariantAt(version)].Type;
            string name = RandomMessages.Camel(field.WireName);
            JsonNode? value = json[name];
            if (type is { Kind: TypeKind.Union, IsVector: false })
            {
                string unionType = json[name + "Type"]!.GetValue<string>();
                result[name + "Type"] = new JsonObject { ["$number"] = unionType };
                MemberModel? member = type.Enum!.Values(version).Find(x => $"{x.Value}" == unionType).Member;
                result[name] = member is null ? null : Table(member.Table!, (JsonObject)value!);
            }
            else if (type.IsVector)
            {
                TypeModel element = type with { IsVector = false };
                result[name] = new JsonArray([.. ((JsonArray)value!).Select(x => Value(element, x))]);
            }
            else
            {
                result[name] = Value(type, value);
            }
        }
        return result;
    }

    private JsonNode? Value(TypeModel type, JsonNode? value) => value is null
        ? null
        : type switch
        {
            { Kind: TypeKind.Table } => Table(type.Table!, (JsonObject)value),
            { Kind: TypeKind.String } => new JsonObject { ["$text"] = value.GetValue<string>() },
            { Kind: TypeKind.Scalar, Scalar: Scalar.Bool } => value.GetValue<bool>(),
            { Kind: TypeKind.Scalar, Scalar: Scalar.Int64 or Scalar.UInt64 } =>
                new JsonObject { ["$big"] = value.GetValue<string>() },
            _ => new JsonObject { ["$number"] = value.GetValue<string>() },
        };
}
