using Benchmarks.Load;

if (args is [FloorProbe.ChildOption, ..])
{
    FloorProbe.RunChild(args.AsSpan(1));
    return 0;
}

if (args is [BareRelay.ChildOption, ..])
{
    BareRelay.RunChild(args.AsSpan(1));
    return 0;
}

if (args.Length == 0 || args.Contains("--help"))
{
    Console.WriteLine(LoadOptions.Help);
    return args.Length == 0 ? 2 : 0;
}

try
{
    LoadOptions options = LoadOptions.Parse(args);
    Posix.SharpenTimers();
    if (options.AliveTransports > 0)
    {
        Posix.Pin(options.LoadCpu);
        AliveReport.Print(AliveRun.Measure(options), options.Worker, Console.Out);
        return 0;
    }

    if (options.MeasuresPauses)
    {
        Posix.Pin(options.LoadCpu);
        PauseRun.Print(PauseRun.Measure(options), options, Console.Out);
        return 0;
    }

    if (options.ShowsTimeline)
    {
        Posix.Pin(options.LoadCpu);
        Timeline.Print(options, Console.Out);
        return 0;
    }

    Report report = Benchmark.Run(options);
    report.Print(Console.Out);
    return report.IsWithinBudget ? 0 : 1;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (InvalidOperationException failed)
{
    Console.Error.WriteLine(failed.Message);
    return 1;
}
