namespace Benchmarks.Load;

/// <summary>
/// The order of things: floor, worker and what is measured beside it alternate, so that all see the same machine.
/// </summary>
internal static class Benchmark
{
    public static Report Run(LoadOptions options)
    {
        Posix.Pin(options.LoadCpu);
        List<FloorResult> floors = [];
        List<RunResult> runs = [];
        List<RunResult> bare = [];
        for (int i = 0; i < options.Repeat; i++)
        {
            floors.Add(FloorProbe.Measure(options));
            runs.Add(Measure(options, new WorkerForwarder(options)));
            if (options.MeasuresBare)
                bare.Add(Measure(options, new BareRelay(options)));

            // Noise only ever adds to a cost: one run that is cheap enough shows that the worker is.
            if (options.MaxFloors is { } most && Report.ForwardingRatio(runs[^1], floors[^1]) <= most)
                break;
        }

        RunResult? max = options.FindsMax ? MaxRateSearch.Find(options) : null;
        ControlResult? control = options.MeasuresControl ? ControlProbe.Measure(options) : null;
        return new Report(options, floors, runs, bare, max, control);
    }

    private static RunResult Measure(LoadOptions options, IForwarder forwarder)
    {
        using var run = new ForwardingRun(options, forwarder);
        return run.Measure(options.Rate, options.Seconds);
    }
}
