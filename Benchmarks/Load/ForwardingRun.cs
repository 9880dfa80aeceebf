namespace Benchmarks.Load;

/// <summary>One worker process with one room, loaded as often as is wanted.</summary>
internal sealed class ForwardingRun : IDisposable
{
    private const int AlignmentAttempts = 20;

    private readonly LoadOptions _options;
    private readonly WorkerSession _worker;
    private readonly PacketSink _sink;
    private readonly PacketSource _source;
    private readonly LoadLoop _loop;
    private readonly ushort _workerPort;
    private readonly long _idleBytes;

    /// <summary>Starts the worker, makes the room and warms it up.</summary>
    public ForwardingRun(LoadOptions options)
    {
        _options = options;
        _worker = WorkerSession.Start(options);
        try
        {
            _idleBytes = _worker.Process.ResidentBytes;
            _sink = new PacketSink(options.Consumers);
            _workerPort = new ForwardingRoom(_worker.Channel, options).Open(_sink.Ports);
            _source = new PacketSource(options, _workerPort);
            _loop = new LoadLoop(_sink, _source, _worker.Channel);
            Align();
            _loop.Run((long)options.WarmUpSeconds * options.Rate / options.Burst, options.Burst, options.Rate);
        }
        catch
        {
            _worker.Dispose();
            throw;
        }
    }

    /// <summary>Loads the worker and measures it the while.</summary>
    /// <param name="rate">Packets/s into the worker.</param>
    /// <param name="seconds">For how long.</param>
    public RunResult Measure(int rate, int seconds)
    {
        _sink.Reset();
        _source.Reset();
        long receiverDrops = UdpDrops.Of(_sink.Ports);
        long workerDrops = UdpDrops.Of([_workerPort]);
        long cpuNs = _worker.Process.CpuNs;
        long waitNs = _worker.Process.WaitNs;
        long userNs = _worker.Process.UserNs;
        long bursts = Math.Max(1, (long)seconds * rate / _options.Burst);

        Sending sending = _loop.Run(bursts, _options.Burst, rate);

        cpuNs = _worker.Process.CpuNs - cpuNs;
        userNs = _worker.Process.UserNs - userNs;
        return new RunResult
        {
            Rate = rate,
            Expected = _source.Packets * _options.Consumers,
            Received = _sink.Packets,
            CpuNsPerPacket = cpuNs / (double)Math.Max(1, _sink.Packets),
            UserShare = userNs / (double)Math.Max(1, cpuNs),
            WaitShare = (_worker.Process.WaitNs - waitNs) / (sending.Seconds * 1e9),
            CoreShare = cpuNs / (sending.Seconds * 1e9),
            PacketsPerSecond = _sink.Packets / sending.Seconds,
            DroppedAtReceivers = UdpDrops.Of(_sink.Ports) - receiverDrops,
            DroppedBeforeWorker = UdpDrops.Of([_workerPort]) - workerDrops,
            LateBurstShare = sending.LateShare,
            LatencyP50Us = _sink.Latency.Quantile(0.5),
            LatencyP99Us = _sink.Latency.Quantile(0.99),
            LatencyP999Us = _sink.Latency.Quantile(0.999),
            IdleBytes = _idleBytes,
            LoadedBytes = _worker.Process.ResidentBytes,
            StartMs = _worker.StartTime.TotalMilliseconds,
        };
    }

    public void Dispose()
    {
        _loop.Dispose();
        _source.Dispose();
        _sink.Dispose();
        _worker.Dispose();
    }

    /// <summary>Sends single bursts until every consumer had one, so that latencies are counted from the right burst.</summary>
    private void Align()
    {
        for (int attempt = 0; attempt < AlignmentAttempts; attempt++)
        {
            _sink.Realign();
            _loop.Run(bursts: 1, _options.Burst, _options.Rate);
            if (_sink.IsAligned)
                return;
        }

        throw new InvalidOperationException(
            $"the worker forwards nothing: {_sink.Packets} packets came of {_source.Packets * _options.Consumers}");
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

    /// <summary>How much of it was spent outside the kernel, 0 to 1.</summary>
    public required double UserShare { get; init; }

    /// <summary>How much of its core the worker used while packets were sent.</summary>
    public required double CoreShare { get; init; }

    /// <summary>How much of the time the worker had work and waited while something else had its core.</summary>
    public required double WaitShare { get; init; }

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
