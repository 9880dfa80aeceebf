using System.Diagnostics;
using System.Globalization;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>
/// A worker under load whose application asks for stats and makes and closes transports all the while, so that its
/// collector has something to do: how long it stood still, how long a request took, how long a packet.
/// </summary>
internal static class PauseRun
{
    private const int SliceMs = 20;
    private const int SlicesPerViewer = 5;
    private const int Fleeting = 1_000_000;

    public static PauseResult Measure(LoadOptions options)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pauses-{Environment.ProcessId}.nettrace");
        var requestMs = new List<double>();
        PauseResult result;
        using (WorkerSession worker = WorkerSession.Start(options, RuntimeTrace.EnvironmentFor(path)))
        {
            using LoadRoom room = LoadRoom.Open(worker.Channel, options);
            using var loop = new LoadLoop(room, worker.Channel);
            loop.Run(room.Source.BurstsPerRound, room.IntervalNs(options.Rate));
            room.Sink.Realign();
            Load(options, worker.Channel, room, loop, options.WarmUpSeconds, []);
            room.Sink.Reset();
            Load(options, worker.Channel, room, loop, options.Seconds, requestMs);
            result = new PauseResult
            {
                RequestsMs = requestMs,
                LatencyP999Us = room.Sink.Latency.Quantile(0.999),
                LatencyMaxUs = room.Sink.Latency.Quantile(1),
                LoadedBytes = worker.Process.ResidentBytes,
            };
            worker.Close();
        }

        if (File.Exists(path))
        {
            result = result with { Trace = RuntimeTrace.Read(path) };
            File.Delete(path);
        }

        return result;
    }

    public static void Print(PauseResult result, LoadOptions options, TextWriter output)
    {
        void Line(string name, string text) => output.WriteLine($"{name,-18} {text}");
        CultureInfo plain = CultureInfo.InvariantCulture;
        Line("worker", options.Worker);
        Line("load", options.Describe());
        if (result.Trace is { } trace)
        {
            double[] pauses = [.. trace.PausesMs.Order()];
            Line("collections", string.Create(
                plain,
                $"{trace.Collections[0]} / {trace.Collections[1]} / {trace.Collections[2]} of generation 0 / 1 / 2, longest " +
                $"{trace.LongestMs[0]:N2} / {trace.LongestMs[1]:N2} / {trace.LongestMs[2]:N2} ms"));
            Line("pauses", pauses.Length == 0 ? "none" : string.Create(
                plain,
                $"{pauses.Length}, median {pauses[pauses.Length / 2]:N2} ms, longest {pauses[^1]:N2} ms, " +
                $"all {pauses.Sum():N1} ms"));
        }

        double[] requests = [.. result.RequestsMs.Order()];
        Line("requests", string.Create(
            plain,
            $"{requests.Length}, median {requests[requests.Length / 2]:N2} ms, longest {requests[^1]:N2} ms"));
        Line("latency", string.Create(
            plain, $"p99.9 {result.LatencyP999Us / 1e3:N2} ms, longest {result.LatencyMaxUs / 1e3:N2} ms"));
        Line("memory loaded", string.Create(plain, $"{result.LoadedBytes / 1e6:N1} MB"));
    }

    private static void Load(
        LoadOptions options, WorkerChannel channel, LoadRoom room, LoadLoop loop, int seconds, List<double> requestMs)
    {
        double intervalNs = room.IntervalNs(options.Rate);
        long bursts = Math.Max(1, (long)(SliceMs * 1e6 / intervalNs));
        for (int slice = 0; slice < seconds * 1000 / SliceMs; slice++)
        {
            loop.Run(bursts, intervalNs, drainsAfter: false);
            int viewer = slice % options.Consumers;
            requestMs.Add(Milliseconds(() => channel.Request(
                channel.NewBuilder(), $"viewer{viewer}", Wire.Request.Method.TransportGetStats)));
            requestMs.Add(Milliseconds(() => channel.Request(
                channel.NewBuilder(), $"consumer{viewer}", Wire.Request.Method.ConsumerGetStats)));
            requestMs.Add(Milliseconds(() => channel.Request(
                channel.NewBuilder(), $"viewer{viewer}", Wire.Request.Method.TransportDump)));
            if (slice % SlicesPerViewer == 0)
                requestMs.Add(Milliseconds(() => room.ComeAndGo(Fleeting)));
        }
    }

    private static double Milliseconds(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}

/// <summary>How steadily a worker worked.</summary>
internal sealed record PauseResult
{
    /// <summary>What the runtime says; null for a worker that has none.</summary>
    public RuntimeTrace? Trace { get; init; }

    public required List<double> RequestsMs { get; init; }

    public required long LatencyP999Us { get; init; }

    public required long LatencyMaxUs { get; init; }

    public required long LoadedBytes { get; init; }
}
