using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

/// <summary>A loop with real sockets on the loopback, turned by the test until something has happened.</summary>
internal sealed class LoopHarness : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly List<IDisposable> _owned = [];

    public LoopHarness(SendCalls? calls = null, int capacity = SendQueue.DefaultCapacity, IClock? clock = null)
    {
        Loop = new EventLoop(clock, new SendQueue(capacity, calls ?? new SendCalls()));
        Ports = new PortManager(new PortRange(20_000, 50_000), Loop.Input);
        _owned.Add(Loop);
    }

    public EventLoop Loop { get; }

    public PortManager Ports { get; }

    public static IPEndPoint EndPoint(in TransportAddress address) =>
        new(IPAddress.Parse(address.FormatAddress()), address.Port);

    public static TransportAddress Address(EndPoint? endPoint)
    {
        IPEndPoint ip = (IPEndPoint)endPoint!;
        return TransportAddress.Create(ip.Address.GetAddressBytes(), (ushort)ip.Port);
    }

    public UdpSocket OpenUdp(
        IDatagramReceiver receiver, string ip = "127.0.0.1", int backlogBytes = UdpSocket.DefaultBacklogBytes)
    {
        UdpSocket socket = new(Loop, Ports.Bind(new ListenInfo { Ip = ip }), receiver, null, backlogBytes);
        _owned.Insert(0, new Closer(socket.Close));
        return socket;
    }

    public Worker.Net.TcpListener OpenTcp(IDatagramReceiver receiver, int maxConnections = 100, int backlogBytes = 65536)
    {
        ListenInfo info = new() { Protocol = TransportProtocol.Tcp, Ip = "127.0.0.1" };
        Worker.Net.TcpListener listener = new(Loop, Ports.Bind(info), receiver, null, maxConnections, backlogBytes);
        _owned.Insert(0, new Closer(listener.Close));
        return listener;
    }

    public Socket OpenPeer(string ip = "127.0.0.1", int receiveBuffer = 4 * 1024 * 1024)
    {
        IPAddress address = IPAddress.Parse(ip);
        Socket peer = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = receiveBuffer,
            Blocking = false,
        };
        peer.Bind(new IPEndPoint(address, 0));
        _owned.Insert(0, peer);
        return peer;
    }

    public Socket Connect(Worker.Net.TcpListener listener)
    {
        Socket peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        peer.Connect(EndPoint(listener.LocalAddress));
        peer.Blocking = false;
        _owned.Insert(0, peer);
        return peer;
    }

    /// <summary>Turns the loop until the condition holds; fails the test when it never does.</summary>
    public void Until(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"still waiting for: {what}");
            Loop.RunTurn(1_000);
        }
    }

    /// <summary>Takes all datagrams that lie in the peer's buffer, until there are as many as expected.</summary>
    public List<byte[]> Receive(Socket peer, int count)
    {
        List<byte[]> datagrams = [];
        byte[] buffer = new byte[65_536];
        Until(
            () =>
            {
                while (peer.Available > 0 || peer.Poll(0, SelectMode.SelectRead))
                    datagrams.Add(buffer.AsSpan(0, peer.Receive(buffer)).ToArray());
                return datagrams.Count >= count;
            },
            $"{count} datagrams");
        return datagrams;
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
    }

    private sealed class Closer(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}

/// <summary>Keeps what it is handed.</summary>
internal sealed class Inbox : IDatagramReceiver
{
    public List<(IDatagramSocket Socket, TransportAddress Remote, byte[] Bytes)> Datagrams { get; } = [];

    public List<IDatagramSocket> Closed { get; } = [];

    public Action<IDatagramSocket, TransportAddress>? OnEach { get; set; }

    public void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        Datagrams.Add((socket, remote, datagram.ToArray()));
        OnEach?.Invoke(socket, remote);
    }

    public void OnSocketClosed(IDatagramSocket socket, long nowUs) => Closed.Add(socket);
}

/// <summary>Passes sends on to the kernel unless the test says otherwise.</summary>
internal sealed unsafe class ScriptedSendCalls : SendCalls
{
    /// <summary>The errno for a message with so many bytes and, for a run, that segment size; 0 sends it.</summary>
    public Func<int, int, int> Verdict { get; set; } = (_, _) => 0;

    /// <summary>Bytes and segment size of every message that the kernel took.</summary>
    public List<(int Bytes, int SegmentSize)> Sent { get; } = [];

    /// <summary>The most bytes that one call on a connection takes.</summary>
    public int MaxStreamBytes { get; set; } = int.MaxValue;

    public override int SendMany(int fd, Libc.MultiMessageHeader* messages, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int result = SendOne(fd, &messages[i].Header);
            if (result < 0)
                return i > 0 ? i : result;
            messages[i].Length = (uint)result;
        }

        return count;
    }

    public override int SendOne(int fd, Libc.MessageHeader* message)
    {
        int bytes = 0;
        for (int i = 0; i < (int)message->VectorCount; i++)
            bytes += (int)message->Vectors[i].Length;
        int segmentSize = message->Control is null ? 0 : ((Libc.SegmentControl*)message->Control)->SegmentSize;
        int errno = Verdict(bytes, segmentSize);
        if (errno != 0)
            return -errno;

        int excess = message->Name is null ? Math.Max(0, bytes - MaxStreamBytes) : 0;
        while (excess > 0)
        {
            ref Libc.IoVector last = ref message->Vectors[message->VectorCount - 1];
            int cut = Math.Min(excess, (int)last.Length);
            last.Length -= (nuint)cut;
            excess -= cut;
            if (last.Length == 0)
                message->VectorCount--;
        }

        int sent = base.SendOne(fd, message);
        if (sent >= 0)
            Sent.Add((sent, segmentSize));
        return sent;
    }
}
