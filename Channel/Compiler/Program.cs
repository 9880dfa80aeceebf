using Channel.Compiler.Emit;
using Channel.Compiler.Model;
using Channel.Compiler.Syntax;

// channel-compiler SCHEMA_FOLDER OUTPUT_FOLDER: compiles every schema of the folder. Ends with 1 where one is wrong.

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Channel.Compiler SCHEMA_FOLDER OUTPUT_FOLDER");
    return 2;
}

try
{
    SchemaModel model = SchemaLoader.LoadFolder(args[0]);
    SortedDictionary<string, string> files = CSharpEmitter.Emit(model);
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
