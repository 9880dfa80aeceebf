using Channel.Compiler.Model;
using Xunit;

namespace RtcTests.Conformance;

/// <summary>
/// Our schemas, seen as each release, against what that release's npm package ships: field by field where the package
/// is installed, by the hash in <c>schemas.txt</c> for all others.
/// </summary>
public sealed class SchemaConformanceTests
{
    /// <summary>The releases that are installed with the repository, whatever else is.</summary>
    private static readonly string[] InstalledMinors = ["3.14", "3.19", "3.26", "3.27"];

    public static TheoryData<string> Packages => [.. Repository.MediasoupPackages().Keys.Select(x => x.ToString())];

    public static TheoryData<string> Known => [.. ReadHashes().Keys.Select(x => x.ToString())];

    [Theory]
    [MemberData(nameof(Packages))]
    public void AReleaseMeansWhatItsPackageSays(string release)
    {
        Assert.True(ReleaseVersion.TryParse(release, 0, out ReleaseVersion version));
        string folder = Repository.MediasoupPackages()[version];
        SortedSet<string> expected = Facts(Path.Combine(folder, "worker", "fbs"), version);
        SortedSet<string> actual = Facts(Repository.Schemas, version);

        Assert.True(expected.Count > 700, $"only {expected.Count} facts in {folder}");
        string[] missing = [.. expected.Except(actual).Select(x => "- " + x)];
        string[] extra = [.. actual.Except(expected).Select(x => "+ " + x)];
        Assert.True(
            missing.Length + extra.Length == 0,
            $"fbs/ differs from mediasoup {version} (- theirs, + ours):\n{string.Join('\n', missing.Concat(extra))}");
        Assert.Equal(ReadHashes().GetValueOrDefault(version), ReleaseComparison.Hash(expected));
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void AReleaseMeansWhatItMeantWhenItWasCompared(string release)
    {
        Assert.True(ReleaseVersion.TryParse(release, 0, out ReleaseVersion version));
        Assert.Equal(ReadHashes()[version], ReleaseComparison.Hash(Facts(Repository.Schemas, version)));
    }

    [Fact]
    public void OldestAndNewestReleasesAreInstalled()
    {
        string[] installed = [.. Repository.MediasoupPackages().Keys.Select(x => $"{x.Major}.{x.Minor}").Distinct()];
        Assert.Subset(installed.ToHashSet(), InstalledMinors.ToHashSet());
    }

    [Fact]
    public void DialectsDiffer()
    {
        SchemaModel ours = SchemaLoader.LoadFolder(Repository.Schemas);
        var texts = ours.Dialects.Select(x => string.Join('\n', DialectText.Describe(ours, x.Version))).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public void NoReleaseIsBetweenTwoDialects()
    {
        DialectModel[] dialects = [.. SchemaLoader.LoadFolder(Repository.Schemas).Dialects];
        for (int i = 1; i < dialects.Length; i++)
        {
            Assert.True(dialects[i].Covers.Follows(dialects[i - 1].Covers), dialects[i].Name);
        }
    }

    private static SortedSet<string> Facts(string folder, ReleaseVersion version) =>
        DialectText.Describe(SchemaLoader.LoadFolder(folder), version);

    private static Dictionary<ReleaseVersion, string> ReadHashes()
    {
        var hashes = new Dictionary<ReleaseVersion, string>();
        string file = Path.Combine(Repository.Root, "RtcTests", "Conformance", "schemas.txt");
        foreach (string line in File.ReadLines(file))
        {
            string[] words = line.Split(' ');
            Assert.Equal(2, words.Length);
            Assert.True(ReleaseVersion.TryParse(words[0], 0, out ReleaseVersion version), line);
            hashes.Add(version, words[1]);
        }
        return hashes;
    }
}
