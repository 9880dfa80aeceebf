using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Benchmarks.Load;

/// <summary>All that was measured, and how it is printed.</summary>
internal sealed record Report(
    LoadOptions Options, IReadOnlyList<FloorResult> Floors, IReadOnlyList<RunResult> Runs,
    IReadOnlyList<RunResult> Bare, RunResult? Max, ControlResult? Control)
{
    private const double LateShareOfAValidRun = 0.01;
    private const double WaitShareOfAQuietCore = 0.02;
    private const double Megabyte = 1e6;

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Each run's cost relative to the floor that was measured just before it.</summary>
    public IReadOnlyList<double> Ratios =>
        [.. Runs.Zip(Floors, (run, floor) => run.CpuNsPerPacket / floor.CpuNsPerPacket)];

    /// <summary>Whether the benchmark kept up in every run; what it says of the worker is wrong otherwise.</summary>
    public bool IsValid =>
        Runs.Concat(Bare).All(run => run.DroppedAtReceivers == 0 && run.LateBurstShare < LateShareOfAValidRun) &&
        Floors.All(floor => floor.Lost == 0);

    /// <summary>Whether the worker had its core for itself; what is said of loss and latency is wrong otherwise.</summary>
    public bool IsQuiet => Runs.All(run => run.WaitShare < WaitShareOfAQuietCore);

    /// <summary>Whether the host left the benchmark its CPUs; nothing that was measured is sound otherwise.</summary>
    public bool IsHostQuiet => StolenShares.All(share => share < StolenTime.ShareOfAQuietHost);

    private IEnumerable<double> StolenShares =>
        Runs.Concat(Bare).Select(run => run.StolenShare).Concat(Floors.Select(floor => floor.StolenShare));

    /// <summary>
    /// Whether the best run cost no more than it may; true where nothing is judged. Only the thread that forwards
    /// counts: how much a worker compiles beside it depends on how much of its core others leave.
    /// </summary>
    public bool IsWithinBudget => Options.MaxFloors is not { } most || BestForwardingRatio <= most;

    private double BestForwardingRatio => Runs.Zip(Floors, ForwardingRatio).Min();

    /// <summary>What the forwarding thread of a run cost, in floors a packet.</summary>
    public static double ForwardingRatio(RunResult run, FloorResult floor) =>
        run.ForwardingNsPerPacket / floor.CpuNsPerPacket;

    public void Print(TextWriter output)
    {
        if (Options.PrintsJson)
        {
            output.WriteLine(JsonSerializer.Serialize(this, JsonOptions));
            return;
        }

        Line(output, "worker", Options.Worker);
        Line(output, "load", $"{Options.Describe()}, {Options.Seconds} s, {Options.Repeat} runs (median [least, most])");
        Line(output, "floor", Spread(Floors.Select(floor => floor.CpuNsPerPacket / 1000), "us a packet"));
        Line(output, "worker cpu", Spread(Runs.Select(run => run.CpuNsPerPacket / 1000), "us a packet"));
        Line(output, "in floors", Spread(Ratios, ""));
        Line(output, "forwarding alone", Spread(Runs.Zip(Floors, ForwardingRatio), "floors, of the first thread"));
        Line(output, "user share", Spread(Runs.Select(run => run.UserShare * 100), "%"));
        Line(output, "core share", Spread(Runs.Select(run => run.CoreShare * 100), "%"));
        Line(output, "out", Spread(Runs.Select(run => run.PacketsPerSecond), "packets/s", "N0"));
        Line(output, "lost", $"{Runs.Sum(run => run.Lost)} of {Runs.Sum(run => run.Expected)}, before the worker " +
            $"{Runs.Sum(run => run.DroppedBeforeWorker)}, at the receivers {Runs.Sum(run => run.DroppedAtReceivers)}");
        Line(output, "latency p50", Spread(Runs.Select(run => run.LatencyP50Us / 1000.0), "ms"));
        Line(output, "latency p99", Spread(Runs.Select(run => run.LatencyP99Us / 1000.0), "ms"));
        Line(output, "latency p99.9", Spread(Runs.Select(run => run.LatencyP999Us / 1000.0), "ms"));
        if (Options.MeasuresBare)
            PrintBare(output);
        Line(output, "memory idle", Spread(Runs.Select(run => run.IdleBytes / Megabyte), "MB", "N1"));
        Line(output, "memory loaded", Spread(Runs.Select(run => run.LoadedBytes / Megabyte), "MB", "N1"));
        if (Options.FindsMax)
            Line(output, "most without loss", DescribeMax());
        if (Control is not null)
        {
            Line(output, "start", $"{Number(Control.StartMs)} ms to WORKER_RUNNING");
            Line(output, "worker.dump()", $"{Number(Control.DumpUs)} us");
            Line(output, "webrtc transport", $"{Number(Control.CreateWebRtcTransportMs)} ms");
            Line(output, "dtls handshake", $"{Number(Control.HandshakeCpuMs)} ms of CPU, " +
                $"{Number(1000 / Control.HandshakeCpuMs, "N0")} a second and core");
        }

        if (Options.MaxFloors is { } most)
        {
            Line(output, "budget", $"{(IsWithinBudget ? 1 : 0)} within, {(IsWithinBudget ? 0 : 1)} over: at best " +
                $"{Number(BestForwardingRatio)} floors, {Number(most)} allowed");
        }

        if (!IsQuiet)
        {
            Line(output, "DISTURBED", "others had the worker's core for " +
                Spread(Runs.Select(run => run.WaitShare * 100), "% of the time"));
        }

        if (!IsHostQuiet)
        {
            Line(output, "STOLEN", "the host had the CPUs for " +
                Spread(StolenShares.Select(share => share * 100), "% of the time"));
        }

        if (!IsValid)
            Line(output, "INVALID", "the benchmark itself lost packets or sent late: lower the rate or free its core");
    }

    private void PrintBare(TextWriter output)
    {
        Line(output, "bare cpu", Spread(Bare.Select(run => run.CpuNsPerPacket / 1000), "us a packet"));
        Line(output, "bare in floors", Spread(
            Bare.Zip(Floors, (run, floor) => run.CpuNsPerPacket / floor.CpuNsPerPacket), ""));
        Line(output, "bare p50", Spread(Bare.Select(run => run.LatencyP50Us / 1000.0), "ms"));
        Line(output, "bare p99", Spread(Bare.Select(run => run.LatencyP99Us / 1000.0), "ms"));
        Line(output, "bare p99.9", Spread(Bare.Select(run => run.LatencyP999Us / 1000.0), "ms"));
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-18} {text}");

    private static string Number(double value, string format = "N2") =>
        value.ToString(format, CultureInfo.InvariantCulture);

    private static string Spread(IEnumerable<double> values, string unit, string format = "N2")
    {
        double[] sorted = [.. values.Order()];
        string median = Number(ControlProbe.Median(sorted), format);
        return $"{median} {unit} [{Number(sorted[0], format)}, {Number(sorted[^1], format)}]".Replace("  ", " ");
    }

    private string DescribeMax() => Max is null
        ? $"there is loss at {Options.Rate}/s already"
        : $"{Number(Max.PacketsPerSecond, "N0")} packets/s ({Max.Rate}/s in), {Number(Max.CpuNsPerPacket / 1000)} us " +
            $"a packet, {Number(Max.CoreShare * 100, "N0")} % of a core" +
            (Max.LateBurstShare >= LateShareOfAValidRun ? "; the benchmark sent late, it is the limit" : "");
}
