using Rtc.Seams;

namespace Benchmarks.Micro.Operations;

/// <summary>Takes datagrams and drops them, so that what is measured ends where the kernel begins.</summary>
internal sealed class NullSocket : IDatagramSocket
{
    public TransportProtocol Protocol => TransportProtocol.Udp;

    public TransportAddress LocalAddress => default;

    public string? AnnouncedAddress => null;

    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
    }

    public TransportTuple OpenTuple(in TransportAddress remote) => new NullTuple(this, remote);

    private sealed class NullTuple(IDatagramSocket socket, in TransportAddress remote) : TransportTuple(socket, remote)
    {
        private readonly byte[] _room = new byte[2048];

        public override Span<byte> Reserve(int maxLength) => _room.AsSpan(0, maxLength);

        public override void Commit(int length)
        {
        }

        public override void Close()
        {
        }
    }
}

/// <summary>The same bytes in every run.</summary>
internal sealed class FixedRandom : IRandomSource
{
    private readonly Random _random = new(1);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
