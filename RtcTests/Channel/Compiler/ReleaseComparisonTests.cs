using Channel.Compiler.Model;
using Channel.Compiler.Syntax;
using Xunit;

namespace RtcTests.ChannelTests.Compiler;

public sealed class ReleaseComparisonTests
{
    private const string Ours =
        """
        attribute "covers"; attribute "dialects"; attribute "until"; attribute "longest";
        namespace FBS;
        enum Release: uint8 (dialects) { V3_26 (covers: "3.26", longest: "9"), V3_27 (covers: "3.27", longest: "9") }
        namespace FBS.T;
        enum E: uint8 { A, B, C }
        table Old { x: uint8; }
        table T { gone_before: bool (until: "3.26"); n: uint32; kept: string (required); gone: bool; e: E; f: E; }

        """;

    private static IReadOnlyList<string> Compare(string theirs, string release)
    {
        Assert.True(ReleaseVersion.TryParse(release, 0, out ReleaseVersion version));
        return ReleaseComparison.Compare(Model(Ours), Model(theirs), version);
    }

    private static SchemaModel Model(string text) => Resolver.Resolve([Parser.Parse("test.fbs", text, ["required"])]);

    [Fact]
    public void EveryKindOfChangeIsNamedWithWhatToWrite()
    {
        const string Theirs =
            """
            namespace FBS.T;
            enum E: uint8 { B, A, D }
            table New { y: uint16 = 7; }
            table T { n: uint64 = null; kept: string; added: [New]; f: E; e: E; }
            """;
        Assert.Equal(
            [
                "FBS.T.New: write the table (since: \"3.28\")",
                "FBS.T.New: add `y: uint16 = 7` first",
                "FBS.T.T: n: uint64 = null (was: \"uint32 until 3.27\")",
                "FBS.T.T: kept: string (was: \"string (required) until 3.27\")",
                "FBS.T.T: add `added: [FBS.T.New] (since: \"3.28\")` after kept",
                "FBS.T.T: give gone (until: \"3.27\")",
                "FBS.T.T: the order is now n, kept, f, e: use `before`, or for an enum a second one",
                "FBS.T.Old: give the table (until: \"3.27\")",
                "FBS.T.E: add `D (since: \"3.28\")` after A",
                "FBS.T.E: give C (until: \"3.27\")",
                "FBS.T.E: the order is now B, A: use `before`, or for an enum a second one",
                "Release: add V3_28 (covers: \"3.28\") at the end",
            ],
            Compare(Theirs, "3.28.0").SkipLast(1));
    }

    [Theory]
    [InlineData("3.28.0", "the same as dialect V3_27: let its covers end with \"3.28\"")]
    [InlineData("3.27.4", "the same as dialect V3_27, which covers it")]
    public void TheSameSchemasNeedNothingButTheRelease(string release, string expected)
    {
        const string Theirs =
            """
            namespace FBS.T;
            enum E: uint8 { A, B, C }
            table Old { x: uint8; }
            table T { n: uint32; kept: string (required); gone: bool; e: E; f: E; }
            """;
        Assert.True(ReleaseVersion.TryParse(release, 0, out ReleaseVersion version));
        string hash = ReleaseComparison.Hash(DialectText.Describe(Model(Theirs), version));
        Assert.Equal([expected, $"schemas.txt: {release} {hash}"], Compare(Theirs, release));
    }

    [Fact]
    public void AChangeInAPatchOfACoveredReleaseSaysSince()
    {
        const string Theirs =
            """
            namespace FBS.T;
            enum E: uint8 { A, B, C }
            table Old { x: uint8; z: bool; }
            table T { n: uint32; kept: string (required); gone: bool; e: E; f: E; }
            """;
        Assert.Equal(
            [
                "FBS.T.Old: add `z: bool (since: \"3.27.2\")` after x",
                "Release: add V3_27_2 (covers: \"3.27.2 - 3.27\"), and end V3_27 (3.27) with 3.27.1",
            ],
            Compare(Theirs, "3.27.2").SkipLast(1));
    }
}
