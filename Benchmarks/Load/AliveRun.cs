using System.Diagnostics;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>
/// Many WebRtcTransports in one worker, each with a consumer of one audio producer: what it costs to connect them, to
/// keep them alive without media, to feed them, and to close them all at once.
/// </summary>
internal static class AliveRun
{
    private const int WarmUpSeconds = 5;
    private const int SilentSeconds = 10;
    private const int FedSeconds = 5;

    // One packet a second for each: enough for sender reports to everybody.
    private const double FedIntervalNs = 1e9;

    public static AliveResult Measure(LoadOptions options)
    {
        using WorkerSession worker = WorkerSession.Start(options);
        LoadOptions roomOptions = options with
        {
            Shape = LoadShape.WebRtc, Consumers = options.AliveTransports, IsVideo = false, Burst = 1, Rate = 1,
        };
        long idleBytes = worker.Process.ResidentBytes;
        long startedNs = BurstClock.NowNs();
        using LoadRoom room = LoadRoom.Open(worker.Channel, roomOptions);
        double connectSeconds = (BurstClock.NowNs() - startedNs) / 1e9;
        double connectCpuMs = worker.Process.CpuNs / 1e6 / options.AliveTransports;
        using var loop = new LoadLoop(room, worker.Channel);

        loop.Run(1, WarmUpSeconds * 1e9, keepsOn: true);
        double silentShare = ShareOfCore(worker, () => loop.Run(1, SilentSeconds * 1e9, keepsOn: true));
        double fedShare = ShareOfCore(worker, () => loop.Run(FedSeconds, FedIntervalNs, keepsOn: true));
        long delivered = room.Sink.Packets;
        long expected = room.Source.Expected;
        long loadedBytes = worker.Process.ResidentBytes;
        double dumpMs = Milliseconds(() => worker.Channel.Request(
            worker.Channel.NewBuilder(), "", Wire.Request.Method.WorkerDump));
        double statsMs = Milliseconds(() => worker.Channel.Request(
            worker.Channel.NewBuilder(), "viewer0", Wire.Request.Method.TransportGetStats));
        double closeMs = Milliseconds(room.Close);
        return new AliveResult(
            options.AliveTransports, connectSeconds, connectCpuMs, silentShare, fedShare, expected - delivered,
            (loadedBytes - idleBytes) / (double)options.AliveTransports, dumpMs, statsMs, closeMs);
    }

    private static double ShareOfCore(WorkerSession worker, Action run)
    {
        long startedNs = BurstClock.NowNs();
        long cpuNs = worker.Process.CpuNs;
        run();
        return (worker.Process.CpuNs - cpuNs) / (double)(BurstClock.NowNs() - startedNs);
    }

    private static double Milliseconds(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}

/// <summary>Many transports in one worker.</summary>
/// <param name="Transports">How many.</param>
/// <param name="ConnectSeconds">Time to connect all, one after the other, both ends on two cores.</param>
/// <param name="ConnectCpuMs">CPU time of the worker for each, with its start: transport, ICE, DTLS, consumer.</param>
/// <param name="SilentShare">Share of a core with consent and receiver reports every 2.5 s and no media.</param>
/// <param name="FedShare">Share of a core with one audio packet a second to each beside it.</param>
/// <param name="Lost">Audio packets that did not arrive.</param>
/// <param name="BytesEach">Resident memory for each.</param>
/// <param name="DumpMs">Round trip of worker.dump().</param>
/// <param name="StatsMs">Round trip of one transport's getStats().</param>
/// <param name="CloseMs">Round trip of closing the router with all of them.</param>
internal sealed record AliveResult(
    int Transports, double ConnectSeconds, double ConnectCpuMs, double SilentShare, double FedShare, long Lost,
    double BytesEach, double DumpMs, double StatsMs, double CloseMs);
