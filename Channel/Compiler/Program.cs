using Channel.Compiler.Emit;
using Channel.Compiler.Model;
using Channel.Compiler.Syntax;

// Compiles every schema of a folder; with --walk, to the walk that tests read messages with. Ends with 1 where a
// schema is wrong.

if (args.Length is not (2 or 3) || (args.Length == 3 && args[2] != "--walk"))
{
    Console.Error.WriteLine("usage: Channel.Compiler SCHEMA_FOLDER OUTPUT_FOLDER [--walk]");
    return 2;
}

try
{
    SchemaModel model = SchemaLoader.LoadFolder(args[0]);
    SortedDictionary<string, string> files = args.Length == 3
        ? new() { ["WireWalk.g.cs"] = WalkEmitter.Emit(model) }
        : CSharpEmitter.Emit(model);
    Directory.CreateDirectory(args[1]);
    foreach (string stale in Directory.GetFiles(args[1], "*.g.cs"))
    {
        if (!files.ContainsKey(Path.GetFileName(stale)))
        {
            File.Delete(stale);
        }
    }
    foreach ((string name, string text) in files)
    {
        File.WriteAllText(Path.Combine(args[1], name), text);
    }
    return 0;
}
catch (SchemaException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
