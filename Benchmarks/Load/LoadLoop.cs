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
    private readonly BurstSource? _source;
    private readonly LoadRoom? _room;
    private readonly WorkerChannel? _channel;
    private readonly int _epoll;
    private readonly int _channelIndex;
    private readonly int[] _ready = new int[64];

    /// <summary>A loop that drains what a worker's consumers get, and the worker's notifications.</summary>
    public LoadLoop(LoadRoom room, WorkerChannel channel)
    {
        _sink = room.Sink;
        _source = room.Source;
        _room = room;
        _channel = channel;
        _epoll = Posix.OpenEpoll(_sink.Sockets);
        _channelIndex = _sink.Sockets.Length;
        Posix.AddToEpoll(_epoll, channel.ReadDescriptor, _channelIndex);
    }

    /// <summary>A loop that drains, and sends where there is a source.</summary>
    public LoadLoop(PacketSink sink, BurstSource? source = null)
    {
        _sink = sink;
        _source = source;
        _epoll = Posix.OpenEpoll(sink.Sockets);
        _channelIndex = -1;
    }

    /// <summary>Sends that many bursts and drains the while, and after until it is quiet.</summary>
    /// <param name="bursts">How many.</param>
    /// <param name="intervalNs">Time between two.</param>
    /// <param name="keepsOn">Whether the last one has its interval too before the loop ends.</param>
    /// <param name="drainsAfter">Whether it goes on until nothing comes any more.</param>
    /// <returns>How it went.</returns>
    public Sending Run(long bursts, double intervalNs, bool keepsOn = false, bool drainsAfter = true)
    {
        if (_source is null)
            throw new InvalidOperationException("this loop has nothing to send");

        long startNs = BurstClock.NowNs();
        long late = 0;
        long endNs = keepsOn ? startNs + (long)(bursts * intervalNs) : 0;
        for (long sent = 0; sent < bursts || BurstClock.NowNs() < endNs;)
        {
            long nowNs = BurstClock.NowNs();
            _room?.KeepAlive(nowNs);
            long dueNs = startNs + (long)(sent * intervalNs);
            if (dueNs <= nowNs && sent < bursts)
            {
                late += nowNs - dueNs > intervalNs ? 1 : 0;
                _source.SendBurst();
                sent++;
                dueNs = startNs + (long)(sent * intervalNs);
            }

            // Always look: a load that is late must not starve its receivers.
            DrainReady(Math.Max(0, Math.Min(dueNs, _room?.NextKeepAliveNs ?? dueNs) - BurstClock.NowNs()));
        }

        double seconds = Math.Max((BurstClock.NowNs() - startNs) / 1e9, bursts * intervalNs / 1e9);
        if (drainsAfter)
            DrainUntilQuiet();
        return new Sending((double)late / Math.Max(1, bursts), seconds);
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
                _channel!.ReadAvailable(_sink);
            else
                _sink.Drain(index);
        }

        return count > 0;
    }
}

/// <summary>How bursts were sent.</summary>
/// <param name="LateShare">The share that left more than a burst's interval late.</param>
/// <param name="Seconds">How long it took to send them all.</param>
internal readonly record struct Sending(double LateShare, double Seconds);
