using BenchmarkDotNet.Attributes;

namespace Benchmarks.Micro;

/// <summary>Times every operation with BenchmarkDotNet.</summary>
[MemoryDiagnoser]
public class OperationBenchmarks
{
    private Operation? _operation;

    /// <summary>Which operation.</summary>
    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> Names => Catalog.Names;

    /// <summary>Makes what is run.</summary>
    [GlobalSetup]
    public void SetUp() => _operation = Catalog.Make(Name);

    /// <summary>Gives it back.</summary>
    [GlobalCleanup]
    public void CleanUp() => _operation?.Dispose();

    /// <summary>Runs it once.</summary>
    [Benchmark]
    public void Run() => _operation!.Run();
}
