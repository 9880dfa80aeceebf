using Channel.Compiler.Emit;
using Channel.Compiler.Model;
using Channel.Compiler.Syntax;

// Compiles every schema of a folder; with --walk, to the walk that tests read messages with. With --compare, says
// what to write so that our schemas describe a release. Ends with 1 where a schema is wrong.

try
{
    switch (args)
    {
        case ["--compare", string ours, string theirs, string release]
            when ReleaseVersion.TryParse(release, 0, out ReleaseVersion version):
            Compare(ours, theirs, version);
            return 0;
        case [string schemas, string output, "--walk"]:
            Write(output, new() { ["WireWalk.g.cs"] = WalkEmitter.Emit(SchemaLoader.LoadFolder(schemas)) });
            return 0;
        case [string schemas, string output]:
            Write(output, CSharpEmitter.Emit(SchemaLoader.LoadFolder(schemas)));
            return 0;
        default:
            Console.Error.WriteLine(
                "usage: Channel.Compiler SCHEMA_FOLDER OUTPUT_FOLDER [--walk]\n"
                + "       Channel.Compiler --compare SCHEMA_FOLDER FOLDER_OF_A_RELEASE RELEASE");
            return 2;
    }
}
catch (SchemaException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

static void Compare(string ours, string theirs, ReleaseVersion version)
{
    SchemaModel model = SchemaLoader.LoadFolder(ours);
    foreach (string line in ReleaseComparison.Compare(model, SchemaLoader.LoadFolder(theirs), version))
    {
        Console.WriteLine(line);
    }
}

static void Write(string folder, SortedDictionary<string, string> files)
{
    Directory.CreateDirectory(folder);
    foreach (string stale in Directory.GetFiles(folder, "*.g.cs"))
    {
        if (!files.ContainsKey(Path.GetFileName(stale)))
        {
            File.Delete(stale);
        }
    }
    foreach ((string name, string text) in files)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
    }
}
