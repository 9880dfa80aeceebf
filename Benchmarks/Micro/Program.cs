using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Benchmarks.Micro;

const string Help =
    """
    dotnet run --project Benchmarks/Micro -c Release -- --budget     allocated bytes against budgets.json, seconds
    dotnet run --project Benchmarks/Micro -c Release -- --scale      layers to 10 and to 500 consumers, a minute
    dotnet run --project Benchmarks/Micro -c Release -- [options]    time and memory, minutes (BenchmarkDotNet's options)
    """;

if (args.Contains("--help"))
{
    Console.WriteLine(Help);
    return 0;
}

if (args.Contains("--budget"))
    return Budget.Check(Console.Out) ? 0 : 1;

if (args.Contains("--scale"))
{
    Scale.Measure(Console.Out);
    return 0;
}

// In this process: what is measured needs no build of its own.
const int LongestName = 40;
IConfig config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(LongestName));
BenchmarkRunner.Run<OperationBenchmarks>(config, args);
return 0;
