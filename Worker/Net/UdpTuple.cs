using Rtc.Seams;

namespace Worker.Net;

/// <summary>A peer of a UDP socket, written to through the send queue.</summary>
internal sealed class UdpTuple : TransportTuple
{
    private readonly SendDestination _destination;
    private bool _isClosed;

    public UdpTuple(UdpSocket socket, UdpLane lane, in TransportAddress remote)
        : base(socket, remote) => _destination = new SendDestination(lane, remote);

    /// <inheritdoc/>
    public override Span<byte> Reserve(int maxLength)
    {
        SendLane lane = _destination.Lane;
        if (_isClosed || lane.IsClosed)
            return default;

        return lane.Queue.Reserve(_destination, maxLength);
    }

    /// <inheritdoc/>
    public override void Commit(int length) =>
        _destination.Lane.Queue.Commit(_destination, _isClosed ? 0 : length);

    /// <inheritdoc/>
    public override void Close()
    {
        Commit(0);
        _isClosed = true;
    }
}
