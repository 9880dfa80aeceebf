using System.Globalization;

namespace Benchmarks.Load;

/// <summary>What forwarding costs in each of a worker's first seconds, while it is still being compiled.</summary>
internal static class Timeline
{
    private const int Seconds = 10;

    public static void Print(LoadOptions options, TextWriter output)
    {
        FloorResult floor = FloorProbe.Measure(options);
        using var run = new ForwardingRun(options, new WorkerForwarder(options));
        output.WriteLine($"worker             {options.Worker}");
        output.WriteLine($"load               {options.Describe()}");
        for (int second = 1; second <= Seconds; second++)
        {
            RunResult result = run.Measure(options.Rate, seconds: 1);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"second {second,-11} {result.CpuNsPerPacket / floor.CpuNsPerPacket:N2} floors a packet, " +
                $"{result.ForwardingNsPerPacket / floor.CpuNsPerPacket:N2} of the forwarding thread, {result.Lost} lost"));
        }
    }
}
