using Rtc.Seams;

namespace Worker.Net;

/// <summary>A peer of a UDP socket, written to through the send queue.</summary>
internal sealed class UdpTuple : TransportTuple
{
    private readonly SendDestination _destination;
    private readonly SendQueue _queue;

    public UdpTuple(UdpSocket socket, UdpLane lane, in TransportAddress remote)
        : base(socket, remote)
    {
        _destination = new SendDestination(lane, remote);
        _queue = lane.Queue;
    }

    /// <inheritdoc/>
    public override Span<byte> Reserve(int maxLength) => _queue.Reserve(_destination, maxLength);

    /// <inheritdoc/>
    public override void Commit(int length) => _queue.Commit(_destination, length);

    /// <inheritdoc/>
    public override void Close() => _queue.Close(_destination);
}
