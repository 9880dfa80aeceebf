using Rtc.Seams;

namespace RtcTests.Ice;

/// <summary>A socket that keeps what is sent by it, and the tuples that were opened on it.</summary>
internal sealed class FakeSocket(TransportProtocol protocol, TransportAddress local) : IDatagramSocket
{
    public FakeSocket(TransportProtocol protocol = TransportProtocol.Udp)
        : this(protocol, Address("192.0.2.10", 40_000))
    {
    }

    public List<(TransportAddress Remote, byte[] Datagram)> Sent { get; } = [];

    public List<FakeTuple> Opened { get; } = [];

    /// <summary>False while allocations are measured: then only the number of bytes is kept.</summary>
    public bool KeepsSent { get; set; } = true;

    public long SentBytes { get; private set; }

    public TransportProtocol Protocol => protocol;

    public TransportAddress LocalAddress => local;

    public string? AnnouncedAddress => null;

    public static TransportAddress Address(string ip, ushort port) =>
        TransportAddress.TryParse(ip, port, out TransportAddress address)
            ? address
            : throw new ArgumentException("not an IP address", nameof(ip));

    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        SentBytes += datagram.Length;
        if (KeepsSent)
            Sent.Add((remote, datagram.ToArray()));
    }

    public TransportTuple OpenTuple(in TransportAddress remote)
    {
        var tuple = new FakeTuple(this, remote);
        Opened.Add(tuple);
        return tuple;
    }
}

/// <summary>A tuple that only remembers that it was closed, and can call back when it is.</summary>
internal sealed class FakeTuple(IDatagramSocket socket, in TransportAddress remote) : TransportTuple(socket, remote)
{
    public bool IsClosed { get; private set; }

    public Action? Closing { get; set; }

    public override Span<byte> Reserve(int maxLength) => new byte[maxLength];

    public override void Commit(int length)
    {
    }

    public override void Close()
    {
        IsClosed = true;
        Closing?.Invoke();
    }
}
