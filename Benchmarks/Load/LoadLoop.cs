namespace Benchmarks.Load;

/// <summary>
/// Sends bursts at their times and drains the receivers between them, on one thread: what arrives is read as soon as
/// it does, and nothing else runs on its core.
/// </summary>
internal sealed class LoadLoop : IDisposable
{
    private const long QuietNs = 100_000_000;
    private const long LongestDrainNs = 2_000_000_000;
    private const long ManyNs = 1_000_000_000;

    private readonly PacketSink _sink;
    private readonly BurstClock _clock;
    private readonly PacketSource? _source;
    private readonly WorkerChannel? _channel;
    private readonly int _epoll;
    private readonly int _channelIndex;
    private readonly int[] _ready = new int[64];

    /// <summary>A loop that drains what a worker's consumers get, and the worker's notifications.</summary>
    public LoadLoop(PacketSink sink, PacketSource source, WorkerChannel channel)
    {
        _sink = sink;
        _source = source;
        _clock = source.Clock;
        _channel = channel;
        _epoll = Posix.OpenEpoll(sink.Sockets);
        _channelIndex = sink.Sockets.Length;
        Posix.AddToEpoll(_epoll, channel.ReadDescriptor, _channelIndex);
    }

    /// <summary>A loop that only drains.</summary>
    public LoadLoop(PacketSink sink)
    {
        _sink = sink;
        _clock = new BurstClock(timestampStep: 1);
        _epoll = Posix.OpenEpoll(sink.Sockets);
        _channelIndex = -1;
    }

    /// <summary>Sends that many bursts at this rate of packets/s and drains the while, and after until it is quiet.</summary>
    /// <returns>How it went.</returns>
    public Sending Run(long bursts, int burst, int rate)
    {
        if (_source is null)
            throw new InvalidOperationException("this loop has nothing to send");

        double intervalNs = 1e9 * burst / rate;
        long startNs = BurstClock.NowNs();
        long late = 0;
        for (long sent = 0; sent < bursts;)
        {
            long nowNs = BurstClock.NowNs();
            long dueNs = startNs + (long)(sent * intervalNs);
            if (dueNs <= nowNs)
            {
                late += nowNs - dueNs > intervalNs ? 1 : 0;
                _source.SendBurst();
                sent++;
                dueNs = startNs + (long)(sent * intervalNs);
            }

            // Always look: a load that is late must not starve its receivers.
            DrainReady(Math.Max(0, dueNs - BurstClock.NowNs()));
        }

        double seconds = Math.Max((BurstClock.NowNs() - startNs) / 1e9, bursts * intervalNs / 1e9);
        DrainUntilQuiet();
        return new Sending((double)late / bursts, seconds);
    }

    /// <summary>Drains until nothing has come for 100 ms; no longer than two seconds.</summary>
    public void DrainUntilQuiet()
    {
        long endNs = BurstClock.NowNs() + LongestDrainNs;
        while (DrainReady(QuietNs) && BurstClock.NowNs() < endNs)
        {
        }
    }

    /// <summary>Drains until the other side says that it is done; no longer than that many seconds.</summary>
    public void DrainWhile(Func<bool> isRunning, int seconds)
    {
        long endNs = BurstClock.NowNs() + (seconds * ManyNs);
        while (isRunning() && BurstClock.NowNs() < endNs)
            DrainReady(QuietNs / 10);
    }

    public void Dispose() => Posix.close(_epoll);

    private bool DrainReady(long timeoutNs)
    {
        int count = Posix.WaitForEpoll(_epoll, _ready, timeoutNs);
        foreach (int index in _ready.AsSpan(0, count))
        {
            if (index == _channelIndex)
                _channel!.ReadAvailable();
            else
                _sink.Drain(index, _clock);
        }

        return count > 0;
    }
}

/// <summary>How bursts were sent.</summary>
/// <param name="LateShare">The share that left more than a burst's interval late.</param>
/// <param name="Seconds">How long it took to send them all.</param>
internal readonly record struct Sending(double LateShare, double Seconds);
