using System.Globalization;

namespace Benchmarks.Load;

/// <summary>
/// How much of the time that the CPUs of a measurement wanted to run their host ran something else: the `steal` of
/// proc_stat(5), counted in hundredths of a second. Whatever was measured meanwhile is the host's as well.
/// </summary>
internal readonly struct StolenTime
{
    /// <summary>Below this share a measurement is the worker's own.</summary>
    public const double ShareOfAQuietHost = 0.02;

    private const int StealField = 8;
    private const double TicksPerSecond = 100;

    private readonly int[] _cpus;
    private readonly long _ticks;
    private readonly long _startNs;

    /// <summary>Counts from now on.</summary>
    public StolenTime(LoadOptions options)
    {
        _cpus = [.. new[] { options.WorkerCpu, options.LoadCpu }.Distinct()];
        _ticks = Ticks(_cpus);
        _startNs = BurstClock.NowNs();
    }

    /// <summary>The share of the CPUs' time since then, 0 to 1.</summary>
    public double Share()
    {
        double seconds = (BurstClock.NowNs() - _startNs) / 1e9;
        return (Ticks(_cpus) - _ticks) / (TicksPerSecond * seconds * _cpus.Length);
    }

    private static long Ticks(int[] cpus) => File.ReadLines("/proc/stat")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => cpus.Any(cpu => fields[0] == string.Create(CultureInfo.InvariantCulture, $"cpu{cpu}")))
        .Sum(fields => long.Parse(fields[StealField], CultureInfo.InvariantCulture));
}
