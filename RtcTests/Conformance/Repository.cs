using System.Text.Json;
using Channel.Compiler.Model;

namespace RtcTests.Conformance;

/// <summary>Finds what the tests need in the repository: schemas, installed npm packages, Node.</summary>
internal static class Repository
{
    /// <summary>The repository's folder.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Our schemas.</summary>
    internal static string Schemas => Path.Combine(Root, "fbs");

    /// <summary>Node: the one of the npm packages where it is, else the machine's.</summary>
    internal static string Node
    {
        get
        {
            string local = Path.Combine(Root, "node_modules", ".bin", "node");
            return File.Exists(local) ? local : "node";
        }
    }

    /// <summary>Names a folder of further npm packages mediasoup, each in a folder of its own.</summary>
    private const string MorePackages = "MEDIASOUP_RELEASES";

    /// <summary>The installed npm packages mediasoup, by version.</summary>
    internal static SortedDictionary<ReleaseVersion, string> MediasoupPackages()
    {
        var packages = new SortedDictionary<ReleaseVersion, string>();
        string?[] homes = [Path.Combine(Root, "node_modules"), Environment.GetEnvironmentVariable(MorePackages)];
        foreach (string home in homes.OfType<string>().Where(Directory.Exists))
        {
            foreach (string manifest in Directory.GetDirectories(home).Select(x => Path.Combine(x, "package.json")))
            {
                if (TryReadMediasoupVersion(manifest, out ReleaseVersion version))
                {
                    packages[version] = Path.GetDirectoryName(manifest)!;
                }
            }
        }
        return packages.Count > 0
            ? packages
            : throw new InvalidOperationException("no npm package mediasoup: run `npm ci` in the repository first");
    }

    private static bool TryReadMediasoupVersion(string manifest, out ReleaseVersion version)
    {
        version = default;
        if (!File.Exists(manifest))
        {
            return false;
        }
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(manifest));
        return json.RootElement.TryGetProperty("name", out JsonElement name)
            && name.GetString() == "mediasoup"
            && ReleaseVersion.TryParse(json.RootElement.GetProperty("version").GetString(), 0, out version);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "mediasoup-worker.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
