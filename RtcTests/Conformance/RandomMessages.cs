using System.Globalization;
using System.Text.Json.Nodes;
using Channel.Compiler.Model;

namespace RtcTests.Conformance;

/// <summary>
/// Makes messages of one release from the schemas: every table of every union is reached, values are random with
/// their extremes. In the form of <see cref="JsonVisitor"/>.
/// </summary>
internal sealed class RandomMessages(SchemaModel model, ReleaseVersion version, int seed)
{
    private const int MaxDepth = 9;

    private readonly Random _random = new(seed);

    /// <summary>One message of each kind and body.</summary>
    internal List<JsonObject> All()
    {
        var messages = new List<JsonObject>();
        foreach ((MemberModel kind, int kindValue) in Union("FBS.Message.Body").Values(version))
        {
            string bodies = $"{kind.Table!.Namespace}.Body";
            EnumModel? union = model.Enums.Find(x => x.WireName == bodies && x.IsUnion);
            IEnumerable<MemberModel?> members = union?.Values(version).Select(x => (MemberModel?)x.Member) ?? [];
            foreach (MemberModel? body in members.Append(null))
            {
                JsonObject data = Table(kind.Table, 1, body);
                messages.Add(new JsonObject { ["dataType"] = Text(kindValue), ["data"] = data });
            }
        }
        return messages;
    }

    private EnumModel Union(string name) => model.Enums.Single(x => x.WireName == name);

    private JsonObject Table(TableModel table, int depth, MemberModel? body = null, bool isRoot = true)
    {
        var result = new JsonObject();
        foreach (FieldModel field in table.FieldsAt(version))
        {
            FieldVariant variant = field.Variants[field.VariantAt(version)];
            string name = Camel(field.WireName);
            bool isPresent = variant.Required || (depth < MaxDepth && _random.Next(4) != 0);
            if (variant.Type is { Kind: TypeKind.Union, IsVector: false })
            {
                bool isBody = isRoot && depth == 1;
                MemberModel? member = isBody ? body : isPresent ? Member(variant.Type.Enum!, depth) : null;
                int value = member is null ? 0 : variant.Type.Enum!.Values(version).Find(x => x.Member == member).Value;
                result[name + "Type"] = Text(value);
                result[name] = member is null ? null : Table(member.Table!, depth + 1, null, false);
            }
            else if (variant.Type.IsVector)
            {
                result[name] = Vector(variant.Type, depth);
            }
            else
            {
                result[name] = isPresent || IsPlain(variant) ? Value(variant.Type, depth) : null;
            }
        }
        return result;
    }

    private static bool IsPlain(FieldVariant variant) =>
        variant.Type.Kind is TypeKind.Scalar or TypeKind.Enum && !variant.IsOptionalScalar;

    /// <summary>At the bottom, a member that leads no further.</summary>
    private MemberModel Member(EnumModel union, int depth)
    {
        List<MemberModel> members = [.. union.Values(version).Select(x => x.Member)];
        if (depth > 5)
        {
            List<MemberModel> leaves = members.FindAll(x => !x.Table!.Fields.Exists(
                y => y.Newest is { Required: true, Type.Kind: TypeKind.Table or TypeKind.Union }));
            members = leaves.Count > 0 ? leaves : members;
        }
        return members[_random.Next(members.Count)];
    }

    private JsonArray Vector(TypeModel type, int depth)
    {
        var array = new JsonArray();
        int count = depth > 7 ? _random.Next(2) : _random.Next(4);
        var element = type with { IsVector = false };
        for (int i = 0; i < count; i++)
        {
            array.Add(Value(element, depth));
        }
        return array;
    }

    private JsonNode Value(TypeModel type, int depth) => type.Kind switch
    {
        TypeKind.Table => Table(type.Table!, depth + 1, null, false),
        TypeKind.String => JsonValue.Create(String()),
        TypeKind.Enum => Enum(type.Enum!),
        _ => Number(type.Scalar),
    };

    private JsonValue Enum(EnumModel item)
    {
        List<(MemberModel Member, int Value)> values = item.Values(version);
        return Text(values[_random.Next(values.Count)].Value);
    }

    private string String()
    {
        string[] texts = ["", "a", "video/VP8", "f2f0c1e5-7d0a-4a4e-9d5c-1b1f6f5d8c7e", "müßig 😀 текст", "x\"\\\n"];
        return texts[_random.Next(texts.Length)];
    }

    private JsonValue Number(Scalar scalar)
    {
        bool isExtreme = _random.Next(3) == 0;
        bool high = _random.Next(2) == 0;
        return scalar switch
        {
            Scalar.Bool => JsonValue.Create(high),
            Scalar.Float32 or Scalar.Float64 => Text(_random.Next(-4000, 4000) * 0.25),
            Scalar.Int8 => Text(Signed(sbyte.MinValue, sbyte.MaxValue, isExtreme, high)),
            Scalar.Int16 => Text(Signed(short.MinValue, short.MaxValue, isExtreme, high)),
            Scalar.Int32 => Text(Signed(int.MinValue, int.MaxValue, isExtreme, high)),
            Scalar.Int64 => Text(Signed(long.MinValue, long.MaxValue, isExtreme, high)),
            Scalar.UInt8 => Text(Unsigned(byte.MaxValue, isExtreme, high)),
            Scalar.UInt16 => Text(Unsigned(ushort.MaxValue, isExtreme, high)),
            Scalar.UInt32 => Text(Unsigned(uint.MaxValue, isExtreme, high)),
            _ => Text(Unsigned(ulong.MaxValue, isExtreme, high)),
        };
    }

    private long Signed(long least, long most, bool isExtreme, bool high) =>
        isExtreme ? (high ? most : least) : _random.NextInt64(least, most);

    private ulong Unsigned(ulong most, bool isExtreme, bool high) =>
        isExtreme ? (high ? most : 0) : (ulong)_random.NextInt64() % most;

    private static JsonValue Text<T>(T number) => JsonValue.Create(Convert.ToString(number, CultureInfo.InvariantCulture))!;

    internal static string Camel(string name)
    {
        string[] parts = name.Split('_');
        return parts[0] + string.Concat(parts.Skip(1).Select(x => char.ToUpperInvariant(x[0]) + x[1..]));
    }
}
