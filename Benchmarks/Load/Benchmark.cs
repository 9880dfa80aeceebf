namespace Benchmarks.Load;

/// <summary>The order of things: floor and worker alternate, so that both see the same machine.</summary>
internal static class Benchmark
{
    public static Report Run(LoadOptions options)
    {
        Posix.Pin(options.LoadCpu);
        List<FloorResult> floors = [];
        List<RunResult> runs = [];
        for (int i = 0; i < options.Repeat; i++)
        {
            floors.Add(FloorProbe.Measure(options));
            using var run = new ForwardingRun(options);
            runs.Add(run.Measure(options.Rate, options.Seconds));

            // Noise only ever adds to a cost: one run that is cheap enough shows that the worker is.
            if (options.MaxFloors is { } most && Report.ForwardingRatio(runs[^1], floors[^1]) <= most)
                break;
        }

        RunResult? max = options.FindsMax ? MaxRateSearch.Find(options) : null;
        ControlResult? control = options.MeasuresControl ? ControlProbe.Measure(options) : null;
        return new Report(options, floors, runs, max, control);
    }
}
