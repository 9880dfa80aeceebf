using Channel.Compiler.Syntax;

namespace Channel.Compiler.Model;

/// <summary>Reads schema files and what they include.</summary>
public static class SchemaLoader
{
    /// <summary>All schemas of a folder as one model, included ones first.</summary>
    /// <exception cref="SchemaException">A schema that cannot be compiled.</exception>
    public static SchemaModel LoadFolder(string folder)
    {
        string[] paths = Directory.GetFiles(folder, "*.fbs");
        Array.Sort(paths, StringComparer.Ordinal);
        return Load(paths);
    }

    /// <summary>These schemas and what they include as one model.</summary>
    /// <exception cref="SchemaException">A schema that cannot be compiled.</exception>
    public static SchemaModel Load(IEnumerable<string> paths)
    {
        var files = new List<SchemaFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string> attributes = Attributes.BuiltIn();
        foreach (string path in paths)
        {
            Read(Path.GetFullPath(path), new SourcePosition(path, 1), files, seen, attributes);
        }
        return Resolver.Resolve(files);
    }

    private static void Read(
        string path, SourcePosition from, List<SchemaFile> files, HashSet<string> seen, HashSet<string> attributes)
    {
        if (!seen.Add(path))
        {
            return;
        }
        if (!File.Exists(path))
        {
            throw new SchemaException(from, $"included file '{path}' does not exist");
        }
        string source = File.ReadAllText(path);
        var position = new SourcePosition(path, 1);
        foreach (string include in Includes(path, source))
        {
            Read(Path.GetFullPath(include, Path.GetDirectoryName(path)!), position, files, seen, attributes);
        }
        files.Add(Parser.Parse(path, source, attributes));
    }

    /// <summary>Includes come first in a file, so that what they declare is known when the rest is parsed.</summary>
    private static IEnumerable<string> Includes(string path, string source)
    {
        List<Token> tokens = Lexer.Tokenize(path, source);
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i] is { Kind: TokenKind.Name, Text: "include" } && tokens[i + 1].Kind == TokenKind.Text)
            {
                yield return tokens[i + 1].Text;
            }
        }
    }
}
