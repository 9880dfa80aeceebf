using Channel.Compiler.Model;
using Xunit;

namespace RtcTests.Conformance;

/// <summary>Our schemas, seen as each dialect, against those that the npm package of that release ships.</summary>
public sealed class SchemaConformanceTests
{
    public static TheoryData<string> Dialects
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (DialectModel dialect in SchemaLoader.LoadFolder(Repository.Schemas).Dialects)
            {
                names.Add(dialect.Name);
            }
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void DialectMeansWhatItsReleaseMeans(string dialectName)
    {
        SchemaModel ours = SchemaLoader.LoadFolder(Repository.Schemas);
        DialectModel dialect = ours.Dialects.Single(x => x.Name == dialectName);
        (string folder, ReleaseVersion version) = Repository.MediasoupPackage(dialect);
        SchemaModel theirs = SchemaLoader.LoadFolder(Path.Combine(folder, "worker", "fbs"));

        SortedSet<string> expected = DialectText.Describe(theirs, version);
        SortedSet<string> actual = DialectText.Describe(ours, dialect.Version);

        Assert.True(expected.Count > 700, $"only {expected.Count} facts in {folder}");
        string[] missing = [.. expected.Except(actual).Select(x => "- " + x)];
        string[] extra = [.. actual.Except(expected).Select(x => "+ " + x)];
        Assert.True(
            missing.Length + extra.Length == 0,
            $"fbs/ differs from mediasoup {version} (- theirs, + ours):\n{string.Join('\n', missing.Concat(extra))}");
    }

    [Fact]
    public void DialectsDiffer()
    {
        SchemaModel ours = SchemaLoader.LoadFolder(Repository.Schemas);
        var texts = ours.Dialects.Select(x => string.Join('\n', DialectText.Describe(ours, x.Version))).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }
}
