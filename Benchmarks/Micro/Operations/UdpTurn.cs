using Rtc.Seams;
using Worker.Net;

namespace Benchmarks.Micro.Operations;

/// <summary>
/// A turn of the event loop over real sockets: ten datagrams to one peer are queued and flushed, and the ten that the
/// peer sent before are received.
/// </summary>
internal sealed class UdpTurn : Operation, IDatagramReceiver
{
    private const int Datagrams = 10;
    private const ushort LowestPort = 20_000;
    private const ushort HighestPort = 60_000;
    private const long LongestWaitUs = 1_000_000;

    private readonly EventLoop _loop = new();
    private readonly UdpSocket _left;
    private readonly UdpSocket _right;
    private readonly TransportTuple _tuple;
    private readonly byte[] _datagram = new byte[SamplePackets.Length];
    private long _received;

    public UdpTurn()
    {
        var ports = new PortManager(new PortRange(LowestPort, HighestPort), new FixedRandom());
        _left = new UdpSocket(_loop, ports.Bind(new ListenInfo { Ip = "127.0.0.1" }), this);
        _right = new UdpSocket(_loop, ports.Bind(new ListenInfo { Ip = "127.0.0.1" }), this);
        _tuple = _left.OpenTuple(_right.LocalAddress);
    }

    public override void Run()
    {
        for (int i = 0; i < Datagrams; i++)
            Expect(_tuple.TrySend(_datagram));

        // The first turn flushes at its end; what it sent is there for the next.
        long wanted = _received + Datagrams;
        _loop.RunTurn(0);
        while (_received < wanted)
            _loop.RunTurn(LongestWaitUs);
    }

    public override void Dispose()
    {
        _loop.Dispose();
        base.Dispose();
    }

    public void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs) =>
        _received++;

    public void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
    }
}
