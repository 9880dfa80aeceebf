using System.Diagnostics;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>What the application waits for: start, a round trip, a WebRtcTransport.</summary>
internal static class ControlProbe
{
    private const int WarmUpRequests = 500;
    private const int Requests = 2_000;
    private const int Transports = 200;
    private const int Starts = 11;
    private const int Handshakes = 400;

    public static ControlResult Measure(LoadOptions options)
    {
        double[] starts = new double[Starts];
        for (int i = 0; i < Starts; i++)
        {
            using WorkerSession started = WorkerSession.Start(options);
            starts[i] = started.StartTime.TotalMilliseconds;
        }

        using WorkerSession worker = WorkerSession.Start(options);
        WorkerChannel channel = worker.Channel;
        double[] dumps = Time(WarmUpRequests + Requests, _ =>
            channel.Request(channel.NewBuilder(), "", Wire.Request.Method.WorkerDump));
        var room = new RoomRequests(channel);
        double[] transports = Time(Transports, i => room.OpenWebRtcTransport($"webrtc{i}", isOnServer: false));
        return new ControlResult(
            Median(starts), Median(dumps[WarmUpRequests..]) * 1000, Median(transports[(Transports / 2)..]),
            MeasureHandshake(options));
    }

    // A room of its own, so that what is compiled for the first handshakes does not count.
    private static double MeasureHandshake(LoadOptions options)
    {
        using WorkerSession worker = WorkerSession.Start(options);
        using LoadRoom room = LoadRoom.OpenUnconnected(
            worker.Channel, options with { Shape = LoadShape.WebRtc, Consumers = Handshakes });
        room.ConnectPeers(Handshakes / 2);
        long cpuNs = worker.Process.CpuNs;
        room.ConnectPeers(Handshakes);
        return (worker.Process.CpuNs - cpuNs) / 1e6 / (Handshakes - (Handshakes / 2));
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double[] Time(int count, Action<int> action)
    {
        double[] milliseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            long started = Stopwatch.GetTimestamp();
            action(i);
            milliseconds[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return milliseconds;
    }
}

/// <summary>Medians of what the application waits for.</summary>
/// <param name="StartMs">From the start of the process to WORKER_RUNNING.</param>
/// <param name="DumpUs">Round trip of worker.dump().</param>
/// <param name="CreateWebRtcTransportMs">Round trip of createWebRtcTransport, once warm.</param>
/// <param name="HandshakeCpuMs">CPU time of the worker for connecting one peer: ICE, DTLS, SRTP keys.</param>
internal sealed record ControlResult(
    double StartMs, double DumpUs, double CreateWebRtcTransportMs, double HandshakeCpuMs);
