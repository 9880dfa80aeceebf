using System.Runtime.CompilerServices;

namespace RtcTests.Architecture;

/// <summary>One line of a source file; <paramref name="Place"/> is "path:line" below the repository's root.</summary>
internal readonly record struct SourceLine(string Place, string Text);

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds mediasoup-worker.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All lines of the C# files below a folder, build output left out.</summary>
    public static IEnumerable<SourceLine> SourceLines(string folder)
    {
        string start = Path.Combine(Root, folder);
        foreach (string file in Directory.EnumerateFiles(start, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(Root, file);
            string[] parts = path.Split(Path.DirectorySeparatorChar);
            if (parts.Contains("bin") || parts.Contains("obj"))
                continue;

            int number = 0;
            foreach (string line in File.ReadLines(file))
                yield return new SourceLine($"{path}:{++number}", line);
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "mediasoup-worker.sln")))
            folder = Path.GetDirectoryName(folder);

        return folder ?? throw new InvalidOperationException("no mediasoup-worker.sln above the tests");
    }
}
