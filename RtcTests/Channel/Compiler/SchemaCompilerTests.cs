using Channel.Compiler.Emit;
using Channel.Compiler.Model;
using Channel.Compiler.Syntax;
using Xunit;

namespace RtcTests.ChannelTests.Compiler;

public sealed class SchemaCompilerTests
{
    private const string Header =
        """
        attribute "since"; attribute "until"; attribute "was"; attribute "named"; attribute "covers"; attribute "dialects";
        attribute "words"; attribute "before"; attribute "longest";
        namespace FBS;
        enum Release: uint8 (dialects) { Old (covers: "3.19", longest: "9"), New (covers: "3.20.0 - 3.21.4", longest: "9") }
        namespace FBS.T;

        """;

    private static SchemaModel Compile(string text) =>
        Resolver.Resolve([Parser.Parse("test.fbs", Header.ReplaceLineEndings(" ") + text, ["required"])]);

    private static SortedSet<string> Lines(string text, int dialect)
    {
        SchemaModel model = Compile(text);
        return DialectText.Describe(model, model.Dialects[dialect].Version);
    }

    [Fact]
    public void RemovedAndAddedFieldsMoveTheOthers()
    {
        const string Text =
            """
            table A { a: uint8; gone: string (required, until: "3.19"); b: uint8; come: bool (since: "3.20"); c: uint8; }
            """;
        Assert.Equal(
            [
                "FBS.T.A.a = field 0: uint8 = 0",
                "FBS.T.A.b = field 2: uint8 = 0",
                "FBS.T.A.c = field 3: uint8 = 0",
                "FBS.T.A.gone = field 1: string (required)",
                "table FBS.T.A",
            ],
            Lines(Text, 0));
        Assert.Equal(
            [
                "FBS.T.A.a = field 0: uint8 = 0",
                "FBS.T.A.b = field 1: uint8 = 0",
                "FBS.T.A.c = field 3: uint8 = 0",
                "FBS.T.A.come = field 2: bool = false",
                "table FBS.T.A",
            ],
            Lines(Text, 1));
    }

    [Fact]
    public void TypeDefaultAndRequirednessChangeTogether()
    {
        const string Text =
            """
            table B { x: uint8; }
            table A {
                n: uint64 = null (was: "uint16 = 7 until 3.18; uint32 until 3.19");
                t: B (was: "B (required) until 3.19");
                v: [B] (required);
            }
            """;
        Assert.Contains("FBS.T.A.n = field 0: uint32 = 0", Lines(Text, 0));
        Assert.Contains("FBS.T.A.t = field 1: FBS.T.B (required)", Lines(Text, 0));
        Assert.Contains("FBS.T.A.n = field 0: uint64 = null", Lines(Text, 1));
        Assert.Contains("FBS.T.A.t = field 1: FBS.T.B", Lines(Text, 1));
    }

    [Fact]
    public void InsertedMembersRenumberTheLaterOnes()
    {
        const string Text =
            """
            enum E: uint8 { A, B (since: "3.20"), C, D (until: "3.19"), F }
            table X { e: E; }
            table Y { e: E; }
            union U { X, Y (since: "3.20"), Z: X2 }
            table X2 { u: U (required); }
            """;
        Assert.Subset(
            Lines(Text, 0),
            new SortedSet<string> { "FBS.T.E.C = 1", "FBS.T.E.D = 2", "FBS.T.E.F = 3", "FBS.T.U.Z = 2: FBS.T.X2" });
        Assert.Subset(
            Lines(Text, 1),
            new SortedSet<string> { "FBS.T.E.C = 2", "FBS.T.E.F = 3", "FBS.T.U.Z = 3: FBS.T.X2" });
        Assert.DoesNotContain(Lines(Text, 0), x => x.StartsWith("FBS.T.E.B", StringComparison.Ordinal));
    }

    [Fact]
    public void AReplacedTableAndAFieldThatMovedKeepTheirNames()
    {
        const string Text =
            """
            table OldP (named: "P", until: "3.19") { os: uint16 = 1024; }
            table P (since: "3.20") { size: uint32; }
            table A { old_p: OldP (named: "p", until: "3.19"); x: bool; p: P (since: "3.20"); }
            """;
        Assert.Equal(
            [
                "FBS.T.A.p = field 0: FBS.T.P",
                "FBS.T.A.x = field 1: bool = false",
                "FBS.T.P.os = field 0: uint16 = 1024",
                "table FBS.T.A",
                "table FBS.T.P",
            ],
            Lines(Text, 0));
        Assert.Contains("FBS.T.A.p = field 1: FBS.T.P", Lines(Text, 1));
        Assert.Contains("FBS.T.P.size = field 0: uint32 = 0", Lines(Text, 1));
    }

    [Fact]
    public void AnExchangedEnumIsReadByName()
    {
        SchemaModel model = Compile(
            """
            enum E: uint8 { SCTP, DIRECT }
            enum F: uint8 { NONE, DIRECT, SCTP }
            table A { t: F (was: "E until 3.19"); }
            """);
        string layout = CSharpEmitter.Emit(model)["WireLayout.g.cs"];
        // Map 2 is E on the wire and F in the model: SCTP is 2 there and 0 on the wire, DIRECT is 1 in both.
        Assert.Contains("2, 2, 0, 2, 1, 1,", layout);
    }

    [Fact]
    public void AFieldThatMovedStandsWhereItStood()
    {
        const string Text = "table A { a: uint8; b: uint8; c: string (before: \"b until 3.19\"); d: uint8; }";
        Assert.Subset(
            Lines(Text, 0),
            new SortedSet<string> { "FBS.T.A.b = field 2: uint8 = 0", "FBS.T.A.c = field 1: string" });
        Assert.Subset(
            Lines(Text, 1),
            new SortedSet<string> { "FBS.T.A.b = field 1: uint8 = 0", "FBS.T.A.c = field 2: string" });
    }

    [Fact]
    public void GeneratedNamesFollowTheRules()
    {
        SchemaModel model = Compile(
            """
            enum Method: uint8 (words: "DataProducer") { DATAPRODUCER_GET_STATS, AES_CM_128 }
            table Score { score: uint8; producer_id: string (required); event: Method; }
            """);
        string text = CSharpEmitter.Emit(model)["Wire.T.g.cs"];
        Assert.Contains("DataProducerGetStats = 0,", text);
        Assert.Contains("AesCm128 = 1,", text);
        Assert.Contains("public byte ScoreValue =>", text);
        Assert.Contains("public ReadOnlySpan<byte> ProducerIdUtf8 =>", text);
        Assert.Contains("global::Channel.Wire.T.Method @event = ", text);
    }

    [Fact]
    public void ARequiredFieldThatIsGoneNeedNotBeGiven()
    {
        SchemaModel model = Compile(
            """table A { kept: string (required); gone: [string] (required, until: "3.19"); }""");
        string text = CSharpEmitter.Emit(model)["Wire.T.g.cs"];
        Assert.Contains("StringOffset kept,", text);
        Assert.Contains("VectorOffset<string> gone = default)", text);
        Assert.Contains("gone = new global::Channel.Wire.VectorOffset<string>(builder.EmptyVector());", text);
    }

    [Theory]
    [InlineData("table A { x: uint8 }", 1, "expected ';', found '}'")]
    [InlineData("table A {\n x: Missing;\n}", 2, "'Missing' is not a type")]
    [InlineData("table A {\n x: uint8 (sinse: \"3.20\");\n}", 2, "attribute 'sinse' is not declared")]
    [InlineData("table A {\n x: uint8 (since: \"three\");\n}", 2, "'since' is not a release")]
    [InlineData("table A {\n x: uint8 (since: \"3.20\", until: \"3.19\");\n}", 2, "'since' is later than 'until'")]
    [InlineData("table A {\n x: uint8 (since: \"3.21.2\");\n}", 2, "changes within the releases that dialect New covers")]
    [InlineData("table A {\n x: string (was: \"uint8 until 3.19\");\n}", 2, "cannot become string")]
    [InlineData("table A {\n x: uint16 (was: \"uint32 until 3.19\");\n}", 2, "uint32 cannot become uint16")]
    [InlineData("table A {\n x: uint8 (was: \"uint8\");\n}", 2, "'was' needs")]
    [InlineData("table A {\n x: uint8;\n x: bool;\n}", 3, "'x' is declared twice")]
    [InlineData("table A {\n x: bool;\n y: bool (before: \"x\");\n}", 3, "'before' needs")]
    [InlineData("table A {\n x: bool;\n y: bool (before: \"z until 3.19\");\n}", 3, "'z', which was not there")]
    [InlineData("table A {\n x: bool;\n y: bool (before: \"x until 3.20\");\n}", 3, "changes within the releases")]
    [InlineData("table A {\n x: uint8 (required);\n}", 2, "a scalar cannot be required")]
    [InlineData("table A {\n x: string = \"a\";\n}", 2, "only scalars and enums have defaults")]
    [InlineData("enum E: uint8 { A = 1 }\ntable A {\n e: E;\n}", 3, "the default is not a member of the enum")]
    [InlineData("enum E: uint32 { A }", 1, "must be uint8")]
    [InlineData("enum E: uint8 { A = 1, B = 1 }", 1, "two members of one value")]
    [InlineData("struct S { x: uint8; }", 1, "'struct' is not supported here")]
    [InlineData("table A {\n x: \"y\n\";\n}", 2, "text without closing quote")]
    [InlineData("table A {}\ntable A {}", 2, "'FBS.T.A' is declared twice")]
    [InlineData("table A { x: uint8; } $", 1, "unexpected character '$'")]
    public void ErrorsSayWhereAndWhat(string text, int line, string reason)
    {
        var error = Assert.Throws<SchemaException>(() => Compile(text));
        Assert.StartsWith($"test.fbs:{line}: error: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void EveryTruncationOfASchemaIsUnderstoodOrRefused()
    {
        string path = Path.Combine(Conformance.Repository.Schemas, "rtp_parameters.fbs");
        string text = File.ReadAllText(path);
        int refused = 0;
        for (int length = 0; length < text.Length; length += 7)
        {
            try
            {
                Parser.Parse(path, text[..length], ["required", "was", "until"]);
            }
            catch (SchemaException)
            {
                refused++;
            }
        }
        Assert.True(refused > 100, $"{refused}");
    }
}
