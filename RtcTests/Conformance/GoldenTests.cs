using System.Diagnostics;
using System.Text.Json.Nodes;
using Channel.Compiler.Model;
using Channel.Wire;
using Xunit;

namespace RtcTests.Conformance;

/// <summary>
/// Every kind of message, with random contents, written by the encoder that Node uses and read here, and written
/// here and read by Node's decoder.
/// </summary>
public sealed class GoldenTests
{
    private const int Seeds = 6;

    public static TheoryData<string> Packages => SchemaConformanceTests.Packages;

    [Theory]
    [MemberData(nameof(Packages))]
    public void NodeAndWeReadEachOther(string release)
    {
        SchemaModel model = SchemaLoader.LoadFolder(Repository.Schemas);
        Assert.True(WireLayout.TryResolve(release, out WireLayout? layout, out string? reason), reason);
        Assert.True(ReleaseVersion.TryParse(release, 0, out ReleaseVersion version));
        string folder = Repository.MediasoupPackages()[version];

        var messages = new List<JsonObject>();
        for (int seed = 0; seed < Seeds; seed++)
        {
            messages.AddRange(new RandomMessages(model, version, seed).All());
        }
        var ours = new ReflectiveBuilder(model, version, new WireBuilder(layout));
        var annotate = new NodeAnnotation(model, version);
        (List<byte[]> packed, List<JsonNode> unpacked) = Golden(
            folder, messages.ConvertAll(x => annotate.Message(x)), messages.ConvertAll(ours.Frame));

        Assert.True(messages.Count > 500, $"{messages.Count} messages");
        for (int i = 0; i < messages.Count; i++)
        {
            string expected = Sorted(messages[i]);
            Assert.Equal(expected, Read(packed[i], layout));
            Assert.Equal(expected, Sorted(unpacked[i]));
            Assert.Equal(expected, Read(ours.Frame(messages[i]), layout));
        }
    }

    /// <summary>A frame as JSON, read through every generated property.</summary>
    internal static string Read(byte[] frame, WireLayout layout)
    {
        Assert.Equal(frame.Length - 4, BitConverter.ToInt32(frame));
        Assert.True(
            Channel.Wire.Message.Message.TryRead(frame.AsSpan(4), layout, out var message, out WireDefect defect),
            defect.ToString());
        var visitor = new JsonVisitor(layout);
        WireWalk.Walk(message, visitor);
        return Sorted(visitor.Result);
    }

    /// <summary>JSON without the order of fields, which is not the same in every release.</summary>
    private static string Sorted(JsonNode node) => Sort(node)!.ToJsonString();

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(
            fields.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => KeyValuePair.Create(x.Key, Sort(x.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sort)]),
        _ => node?.DeepClone(),
    };

    private static (List<byte[]> Packed, List<JsonNode> Unpacked) Golden(
        string package, List<JsonNode> pack, List<byte[]> unpack)
    {
        string script = Path.Combine(Repository.Root, "RtcTests", "Conformance", "golden.mjs");
        var start = new ProcessStartInfo(Repository.Node, [script, package])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        var input = new JsonObject
        {
            ["pack"] = new JsonArray([.. pack]),
            ["unpack"] = new JsonArray([.. unpack.Select(x => JsonValue.Create(Convert.ToBase64String(x)))]),
        };
        process.StandardInput.Write(input.ToJsonString());
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        JsonNode result = JsonNode.Parse(output.Result)!;
        return (
            [.. result["packed"]!.AsArray().Select(x => Convert.FromBase64String(x!.GetValue<string>()))],
            [.. result["unpacked"]!.AsArray().Select(x => x!)]);
    }
}
