using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Benchmarks.Load;

/// <summary>
/// The kernel's floor: what one `sendmsg` a packet costs on the worker's core, from and to as many sockets as the
/// worker's consumers have. A child of its own does it, so that only this is in its CPU time. Its rhythm is always the
/// same, bursts of ten at 100,000 packets/s: what it costs to wake up for less is the worker's to pay.
/// </summary>
internal static unsafe class FloorProbe
{
    /// <summary>The argument that makes this program that child.</summary>
    public const string ChildOption = "--floor-child";

    private const int StandardOutput = 1;
    private const int WarmUpBursts = 20;
    private const int Burst = 10;
    private const int OutgoingRate = 100_000;

    /// <summary>Runs the child and drains what it sends.</summary>
    public static FloorResult Measure(LoadOptions options)
    {
        var stolen = new StolenTime(options);
        using var sink = new PacketSink(options.TakesRuns);
        for (int i = 0; i < options.FloorSockets; i++)
            sink.OpenSocket();
        sink.CountsAnything = true;
        using var loop = new LoadLoop(sink);
        (int ours, int theirs) = Posix.OpenSocketPair();
        using ChildProcess child = ChildProcess.StartSelf(
            ChildOption,
            [
                options.OutgoingSize, Burst, OutgoingRate / options.FloorSockets, options.Seconds,
                .. sink.Ports.Select(port => (int)port),
            ],
            [(theirs, StandardOutput)], options.WorkerCpu);
        Posix.close(theirs);
        loop.DrainWhile(() => child.IsAlive, options.Seconds + 30);
        loop.DrainUntilQuiet();

        byte[] buffer = new byte[256];
        int length;
        fixed (byte* start = buffer)
            length = Posix.Check((int)Posix.read(ours, start, (nuint)buffer.Length), "read");
        Posix.close(ours);
        string[] fields = Encoding.ASCII.GetString(buffer, 0, length).Trim().Split(' ');
        if (fields.Length != 3)
            throw new InvalidOperationException("the floor's child ended without a result");

        long[] numbers = [.. fields.Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        return new FloorResult(numbers[1] / (double)numbers[0], numbers[0], numbers[2] - sink.Packets, stolen.Share());
    }

    /// <summary>
    /// The child: sends, and writes packets measured, their CPU time in nanoseconds and all packets to its standard
    /// output.
    /// </summary>
    public static void RunChild(ReadOnlySpan<string> arguments)
    {
        int size = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int burst = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        int rate = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        int seconds = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        ReadOnlySpan<string> ports = arguments[4..];

        int* sockets = (int*)NativeMemory.Alloc((nuint)ports.Length, sizeof(int));
        var addresses = (Posix.SocketAddress*)NativeMemory.Alloc((nuint)ports.Length, Posix.SocketAddress.Size);
        for (int i = 0; i < ports.Length; i++)
        {
            sockets[i] = Posix.OpenUdpSocket(1 << 16, out _);
            addresses[i] = Posix.SocketAddress.Loopback(ushort.Parse(ports[i], CultureInfo.InvariantCulture));
        }

        var buffer = new Posix.Buffer { Start = (byte*)NativeMemory.AllocZeroed((nuint)size), Length = (nuint)size };
        buffer.Start[0] = 0x80;
        var message = new Posix.MessageHeader
        {
            NameLength = Posix.SocketAddress.Size,
            Buffers = &buffer,
            BufferCount = 1,
        };
        int nothing = Posix.OpenEpoll([]);
        Posix.SharpenTimers();

        long bursts = WarmUpBursts + ((long)seconds * rate / burst);
        double intervalNs = 1e9 * burst / rate;
        long startNs = BurstClock.NowNs();
        long cpuNs = 0;
        for (long sent = 0; sent < bursts; sent++)
        {
            long waitNs = startNs + (long)(sent * intervalNs) - BurstClock.NowNs();
            if (waitNs > 0)
                Posix.WaitForEpoll(nothing, new int[1], waitNs);

            long before = Posix.ThreadCpuNs();
            SendBurst(sockets, addresses, ports.Length, burst, &message);
            if (sent >= WarmUpBursts)
                cpuNs += Posix.ThreadCpuNs() - before;
        }

        long perBurst = (long)burst * ports.Length;
        byte[] line = Encoding.ASCII.GetBytes($"{(bursts - WarmUpBursts) * perBurst} {cpuNs} {bursts * perBurst}\n");
        fixed (byte* start = line)
            Posix.write(StandardOutput, start, (nuint)line.Length);
    }

    private static void SendBurst(
        int* sockets, Posix.SocketAddress* addresses, int count, int burst, Posix.MessageHeader* message)
    {
        for (int packet = 0; packet < burst; packet++)
        {
            for (int i = 0; i < count; i++)
            {
                message->Name = &addresses[i];
                Posix.Check((int)Posix.sendmsg(sockets[i], message, 0), "sendmsg");
            }
        }
    }
}

/// <summary>What one `sendmsg` costs.</summary>
/// <param name="CpuNsPerPacket">CPU time a packet in nanoseconds.</param>
/// <param name="Packets">How many were measured.</param>
/// <param name="Lost">How many of all did not arrive.</param>
/// <param name="StolenShare">How much of the time the host had the CPUs.</param>
internal sealed record FloorResult(double CpuNsPerPacket, long Packets, long Lost, double StolenShare);
