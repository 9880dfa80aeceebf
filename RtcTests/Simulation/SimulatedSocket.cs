using Rtc.Seams;

namespace RtcTests.Simulation;

/// <summary>What leaves a <see cref="SimulatedSocket"/>; the bytes are gone when the call returns.</summary>
internal delegate void SimulatedSend(TransportAddress remote, ReadOnlySpan<byte> datagram);

/// <summary>The seam to the network over whatever a test puts behind it, an emulated link most often.</summary>
internal sealed class SimulatedSocket(TransportAddress local, SimulatedSend send) : IDatagramSocket
{
    public TransportProtocol Protocol => TransportProtocol.Udp;

    public TransportAddress LocalAddress { get; } = local;

    public string? AnnouncedAddress { get; init; }

    /// <summary>Tuples that were opened and not closed.</summary>
    public int OpenTuples { get; private set; }

    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram) => send(remote, datagram);

    public TransportTuple OpenTuple(in TransportAddress remote)
    {
        OpenTuples++;
        return new Tuple(this, remote);
    }

    private sealed class Tuple(SimulatedSocket socket, in TransportAddress remote) : TransportTuple(socket, remote)
    {
        private readonly byte[] _room = new byte[65_536];
        private bool _isReserved;
        private bool _isClosed;

        public override Span<byte> Reserve(int maxLength)
        {
            if (_isClosed || _isReserved)
                throw new InvalidOperationException("the tuple is closed, or a reservation is open");

            _isReserved = true;
            return _room.AsSpan(0, maxLength);
        }

        public override void Commit(int length)
        {
            if (!_isReserved)
                throw new InvalidOperationException("nothing is reserved");

            _isReserved = false;
            if (length > 0)
                Socket.SendTo(RemoteAddress, _room.AsSpan(0, length));
        }

        public override void Close()
        {
            if (_isClosed)
                throw new InvalidOperationException("closed twice");

            _isClosed = true;
            ((SimulatedSocket)Socket).OpenTuples--;
        }
    }
}
