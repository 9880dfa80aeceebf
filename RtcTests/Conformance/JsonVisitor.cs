using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Channel.Wire;

namespace RtcTests.Conformance;

/// <summary>
/// Writes down a message in the form that Node's unpack() gives, every number as text, so that 64 bits survive.
/// </summary>
internal sealed class JsonVisitor(WireLayout layout) : IWireVisitor
{
    private readonly Stack<JsonNode> _open = new([new JsonObject()]);

    internal JsonObject Result => (JsonObject)_open.Peek();

    public bool Wants(int field) => layout.Slot(field) != 0;

    public int Variant(int field) => layout.Variant(field);

    public void BeginTable(string name) => Open(name, new JsonObject());

    public void BeginVector(string name) => Open(name, new JsonArray());

    public void End() => _open.Pop();

    public void Null(string name) => Put(name, null);

    public void Scalar<T>(string name, T? value)
        where T : struct => Put(name, value is { } present ? Node(present) : null);

    public void Scalars<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var array = new JsonArray();
        foreach (T value in values)
        {
            array.Add(Node(value));
        }
        Put(name, array);
    }

    public void Enum(string name, int map, byte? own)
    {
        string? text = own switch
        {
            null => null,
            WireLayout.UnknownEnum => "unknown",
            { } value when layout.HasEnum(map, value) =>
                layout.EnumToWire(map, value).ToString(CultureInfo.InvariantCulture),
            _ => "not in the dialect",
        };
        Put(name, text);
    }

    public void Text(string name, ReadOnlySpan<byte> utf8, bool isPresent) =>
        Put(name, isPresent ? Encoding.UTF8.GetString(utf8) : null);

    private static JsonNode Node<T>(T value)
        where T : struct => value is bool flag
            ? JsonValue.Create(flag)
            : JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture))!;

    private void Open(string name, JsonNode node)
    {
        Put(name, node);
        _open.Push(node);
    }

    private void Put(string name, JsonNode? node)
    {
        if (_open.Peek() is JsonArray array)
        {
            array.Add(node);
        }
        else
        {
            _open.Peek()[name] = node;
        }
    }
}
