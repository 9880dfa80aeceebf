using Rtc.Seams;

namespace Worker.Net;

/// <summary>The peer of a TCP connection, written to through the send queue.</summary>
internal sealed class TcpTuple(TcpConnection connection, TcpLane lane, in TransportAddress remote)
    : TransportTuple(connection, remote)
{
    private bool _isClosed;

    /// <inheritdoc/>
    public override Span<byte> Reserve(int maxLength) =>
        _isClosed || lane.IsClosed ? default : lane.Queue.Reserve(lane.Destination, maxLength);

    /// <inheritdoc/>
    public override void Commit(int length) => lane.Queue.Commit(lane.Destination, _isClosed ? 0 : length);

    /// <inheritdoc/>
    public override void Close()
    {
        if (_isClosed)
            return;

        Commit(0);
        _isClosed = true;
        connection.Close();
    }
}
