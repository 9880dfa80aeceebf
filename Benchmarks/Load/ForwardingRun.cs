namespace Benchmarks.Load;

/// <summary>One worker process with one room, or what stands in its place, loaded as often as is wanted.</summary>
internal sealed class ForwardingRun : IDisposable
{
    private const int AlignmentAttempts = 20;

    // A worker that compiles does so on other threads; above this share of the time it still does.
    private const double CompilingShare = 0.02;
    private const int LongestWarmUpFactor = 4;

    private readonly LoadOptions _options;
    private readonly IForwarder _forwarder;
    private readonly PacketSink _sink;
    private readonly LoadLoop _loop;

    /// <summary>Takes a forwarder over and warms it up.</summary>
    public ForwardingRun(LoadOptions options, IForwarder forwarder)
    {
        _options = options;
        _forwarder = forwarder;
        _sink = forwarder.Sink;
        _loop = forwarder.Loop;
        try
        {
            Align();
            WarmUp();

            // In a conference pictures have moved to higher encodings, and timestamps with them.
            Align();
        }
        catch
        {
            forwarder.Dispose();
            throw;
        }
    }

    private ChildProcess Process => _forwarder.Process;

    private BurstSource Source => _forwarder.Source;

    /// <summary>Loads the worker and measures it the while.</summary>
    /// <param name="rate">Packets/s into the worker.</param>
    /// <param name="seconds">For how long.</param>
    public RunResult Measure(int rate, int seconds)
    {
        _sink.Reset();
        Source.Reset();
        long receiverDrops = UdpDrops.Of(_sink.Ports);
        long workerDrops = UdpDrops.Of([_forwarder.Port]);
        long cpuNs = Process.CpuNs;
        long forwardingNs = Process.MainThreadCpuNs;
        var stolen = new StolenTime(_options);
        long waitNs = Process.WaitNs;
        long userNs = Process.UserNs;
        double intervalNs = _forwarder.IntervalNs(rate);

        Sending sending = _loop.Run(Math.Max(1, (long)(seconds * 1e9 / intervalNs)), intervalNs);

        cpuNs = Process.CpuNs - cpuNs;
        forwardingNs = Process.MainThreadCpuNs - forwardingNs;
        userNs = Process.UserNs - userNs;
        return new RunResult
        {
            Rate = rate,
            Expected = Source.Expected,
            Received = _sink.Packets,
            CpuNsPerPacket = cpuNs / (double)Math.Max(1, _sink.Packets),
            ForwardingNsPerPacket = forwardingNs / (double)Math.Max(1, _sink.Packets),
            UserShare = userNs / (double)Math.Max(1, cpuNs),
            StolenShare = stolen.Share(),
            WaitShare = (Process.WaitNs - waitNs) / (sending.Seconds * 1e9),
            CoreShare = cpuNs / (sending.Seconds * 1e9),
            PacketsPerSecond = _sink.Packets / sending.Seconds,
            DroppedAtReceivers = UdpDrops.Of(_sink.Ports) - receiverDrops,
            DroppedBeforeWorker = UdpDrops.Of([_forwarder.Port]) - workerDrops,
            LateBurstShare = sending.LateShare,
            LatencyP50Us = _sink.Latency.Quantile(0.5),
            LatencyP99Us = _sink.Latency.Quantile(0.99),
            LatencyP999Us = _sink.Latency.Quantile(0.999),
            IdleBytes = _forwarder.IdleBytes,
            LoadedBytes = Process.ResidentBytes,
            StartMs = _forwarder.StartTime.TotalMilliseconds,
        };
    }

    public void Dispose() => _forwarder.Dispose();

    /// <summary>
    /// Loads the worker for the time that was asked for, and on while its other threads are at work: what is compiled
    /// while it runs is compiled by then, however slow the machine is at the moment.
    /// </summary>
    private void WarmUp()
    {
        double intervalNs = _forwarder.IntervalNs(_options.Rate);
        for (int second = 0; second < _options.WarmUpSeconds * LongestWarmUpFactor; second++)
        {
            long startedNs = BurstClock.NowNs();
            long othersNs = Process.CpuNs - Process.MainThreadCpuNs;
            _loop.Run((long)(1e9 / intervalNs), intervalNs);
            othersNs = Process.CpuNs - Process.MainThreadCpuNs - othersNs;
            bool compiles = othersNs > CompilingShare * (BurstClock.NowNs() - startedNs);
            if (second + 1 >= _options.WarmUpSeconds && !compiles)
                return;
        }
    }

    /// <summary>Sends single bursts until every consumer had one, so that latencies are counted from the right burst.</summary>
    private void Align()
    {
        for (int attempt = 0; attempt < AlignmentAttempts; attempt++)
        {
            _sink.Realign();
            _loop.Run(Source.BurstsPerRound, _forwarder.IntervalNs(_options.Rate));
            if (_sink.IsAligned)
                return;
        }

        throw new InvalidOperationException(
            $"the worker forwards nothing: {_sink.Packets} packets came of {Source.Expected}");
    }
}

/// <summary>What one load did to a worker.</summary>
internal sealed record RunResult
{
    /// <summary>Packets/s into the worker.</summary>
    public required int Rate { get; init; }

    /// <summary>Packets that the consumers should have had.</summary>
    public required long Expected { get; init; }

    public required long Received { get; init; }

    /// <summary>CPU time of the worker for each packet that left it, in nanoseconds.</summary>
    public required double CpuNsPerPacket { get; init; }

    /// <summary>The part of it that the worker's first thread used, which forwards.</summary>
    public required double ForwardingNsPerPacket { get; init; }

    /// <summary>How much of it was spent outside the kernel, 0 to 1.</summary>
    public required double UserShare { get; init; }

    /// <summary>How much of its core the worker used while packets were sent.</summary>
    public required double CoreShare { get; init; }

    /// <summary>How much of the time the worker had work and waited while something else had its core.</summary>
    public required double WaitShare { get; init; }

    /// <summary>How much of the time the host had the CPUs of the worker and of the benchmark.</summary>
    public required double StolenShare { get; init; }

    /// <summary>Packets/s out of the worker.</summary>
    public required double PacketsPerSecond { get; init; }

    /// <summary>Lost because the benchmark itself did not read in time.</summary>
    public required long DroppedAtReceivers { get; init; }

    /// <summary>Lost because the worker did not read in time.</summary>
    public required long DroppedBeforeWorker { get; init; }

    /// <summary>Share of bursts that left late: the benchmark was too slow to send at this rate when it is over 0.01.</summary>
    public required double LateBurstShare { get; init; }

    public required long LatencyP50Us { get; init; }

    public required long LatencyP99Us { get; init; }

    public required long LatencyP999Us { get; init; }

    public required long IdleBytes { get; init; }

    public required long LoadedBytes { get; init; }

    /// <summary>From the start of the process to WORKER_RUNNING.</summary>
    public required double StartMs { get; init; }

    public long Lost => Expected - Received;
}
