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

    /// <summary>The installed npm package mediasoup whose version a dialect covers.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static (string Folder, ReleaseVersion Version) MediasoupPackage(DialectModel dialect)
    {
        string modules = Path.Combine(Root, "node_modules");
        string[] folders = Directory.Exists(modules) ? Directory.GetDirectories(modules, "mediasoup*") : [];
        foreach (string folder in folders)
        {
            string manifest = Path.Combine(folder, "package.json");
            if (!File.Exists(manifest))
            {
                continue;
            }
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(manifest));
            if (json.RootElement.GetProperty("name").GetString() == "mediasoup"
                && ReleaseVersion.TryParse(json.RootElement.GetProperty("version").GetString(), 0, out var version)
                && dialect.Covers.Contains(version))
            {
                return (folder, version);
            }
        }
        throw new InvalidOperationException(
            $"no npm package mediasoup for {dialect.Name} in {modules}: run `npm install` in the repository first");
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
