using System.Globalization;
using System.Text;

namespace Benchmarks.Load;

/// <summary>
/// What is left of forwarding without a worker: a child that makes the same system calls as cheaply as they can be made
/// and does nothing between them but write each consumer's SSRC where the publisher's stood. It reads what has come with
/// one `recvmmsg` and sends it to each consumer, from a socket of the consumer's own, as one run (`UDP_SEGMENT`). What it
/// takes is the kernel's, and the part of a worker's that no worker has a hand in.
/// </summary>
internal sealed unsafe class BareRelay : IForwarder
{
    /// <summary>The argument that makes this program that child.</summary>
    public const string ChildOption = "--relay-child";

    private const int StandardOutput = 1;
    private const int BatchSize = 64;

    // What the kernel takes as one datagram of IPv4 before it cuts it.
    private const int LongestRunBytes = 65_507;
    private const long LongestSilenceNs = 60_000_000_000;

    private readonly LoadOptions _options;
    private readonly PacketSource _source;

    /// <summary>Starts the child and learns its port.</summary>
    public BareRelay(LoadOptions options)
    {
        _options = options;
        Sink = new PacketSink(options.TakesRuns);
        for (int i = 0; i < options.Consumers; i++)
            Sink.OpenSocket();

        (int ours, int theirs) = Posix.OpenSocketPair();
        long startedNs = BurstClock.NowNs();
        Process = ChildProcess.StartSelf(
            ChildOption, [options.OutgoingSize, .. Sink.Ports.Select(port => (int)port)],
            [(theirs, StandardOutput)], options.WorkerCpu);
        Posix.close(theirs);
        Port = ReadPort(ours);
        StartTime = TimeSpan.FromMicroseconds((BurstClock.NowNs() - startedNs) / 1000);
        IdleBytes = Process.ResidentBytes;
        _source = new PacketSource(options, new Track("producer", options.IsVideo, LoadRoom.PublisherSsrc), Port);
        for (int i = 0; i < options.Consumers; i++)
            Sink.AddConsumer(_source.Clock);
        Loop = new LoadLoop(Sink, _source);
    }

    public ChildProcess Process { get; }

    public TimeSpan StartTime { get; }

    public long IdleBytes { get; }

    public PacketSink Sink { get; }

    public BurstSource Source => _source;

    public LoadLoop Loop { get; }

    public ushort Port { get; }

    public double IntervalNs(int rate) => 1e9 * _options.Burst / rate;

    /// <summary>
    /// The child: writes its port to its standard output, and forwards until it is ended, or nothing has come for a
    /// minute.
    /// </summary>
    /// <param name="arguments">The size in bytes of what leaves, then the consumers' ports.</param>
    public static void RunChild(ReadOnlySpan<string> arguments)
    {
        int size = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int input = Posix.OpenUdpSocket(PacketSink.ReceiveBufferBytes, out ushort port);
        using var batch = new RelayBatch(Math.Min(BatchSize, LongestRunBytes / size), size);
        RelayTarget[] targets = new RelayTarget[arguments.Length - 1];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = new RelayTarget(
                Posix.OpenUdpSocket(1 << 16, out _),
                Posix.SocketAddress.Loopback(ushort.Parse(arguments[i + 1], CultureInfo.InvariantCulture)),
                RoomRequests.FirstConsumerSsrc + (uint)i);
        }

        byte[] line = Encoding.ASCII.GetBytes($"{port}\n");
        fixed (byte* start = line)
            Posix.write(StandardOutput, start, (nuint)line.Length);

        int epoll = Posix.OpenEpoll([input]);
        int[] ready = new int[1];
        while (Posix.WaitForEpoll(epoll, ready, LongestSilenceNs) > 0)
        {
            if (batch.Receive(input) == 0)
                continue;

            foreach (RelayTarget target in targets)
                batch.SendTo(target);
        }
    }

    public void Dispose()
    {
        Loop.Dispose();
        Process.Dispose();
        _source.Dispose();
        Sink.Dispose();
    }

    private static ushort ReadPort(int descriptor)
    {
        Span<byte> text = stackalloc byte[16];
        int length;
        fixed (byte* start = text)
            length = Posix.Check((int)Posix.read(descriptor, start, (nuint)text.Length), "read");
        Posix.close(descriptor);
        return ushort.TryParse(text[..length].TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out ushort port)
            ? port
            : throw new InvalidOperationException("the relay ended before it was ready");
    }
}
