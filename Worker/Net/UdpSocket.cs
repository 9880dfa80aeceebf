using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>What a UDP socket received since it was opened.</summary>
public sealed class UdpCounters
{
    /// <summary>Datagrams handed in.</summary>
    public long Datagrams { get; internal set; }

    /// <summary>Bytes handed in, without the headers of UDP.</summary>
    public long Bytes { get; internal set; }

    /// <summary>System calls made to receive.</summary>
    public long Calls { get; internal set; }

    /// <summary>Datagrams dropped because they were cut off or their sender has no readable address.</summary>
    public long Dropped { get; internal set; }
}

/// <summary>
/// A bound, non-blocking UDP socket in the loop. It is drained by batches and, within a turn, only so far that no
/// socket keeps others waiting.
/// </summary>
public sealed class UdpSocket : IDatagramSocket, IFdHandler
{
    /// <summary>The bound of what waits for room in the kernel's buffer, in bytes.</summary>
    public const int DefaultBacklogBytes = 1024 * 1024;

    /// <summary>How many batches one turn takes from one socket.</summary>
    internal const int MaxBatchesPerTurn = 2;

    private readonly EventLoop _loop;
    private readonly BoundSocket _bound;
    private readonly IDatagramReceiver _receiver;
    private readonly FdRegistration _registration;
    private readonly UdpLane _lane;
    private bool _isClosed;

    /// <summary>Takes a bound socket into the loop, and owns it from then on.</summary>
    /// <param name="loop">The loop that it lives in.</param>
    /// <param name="bound">The socket, from <see cref="PortManager.Bind"/>.</param>
    /// <param name="receiver">Who gets the datagrams.</param>
    /// <param name="announcedAddress">What peers are told instead of the local IP; null for nothing.</param>
    /// <param name="backlogBytes">The bound of what waits for room in the kernel's buffer, in bytes.</param>
    public UdpSocket(
        EventLoop loop,
        BoundSocket bound,
        IDatagramReceiver receiver,
        string? announcedAddress = null,
        int backlogBytes = DefaultBacklogBytes)
    {
        _loop = loop;
        _bound = bound;
        _receiver = receiver;
        AnnouncedAddress = announcedAddress;
        LocalAddress = bound.Address;
        _lane = new UdpLane(loop.SendQueue, bound.Fd, this, backlogBytes);
        _registration = loop.Register(bound.Fd, this, FdEvents.Readable);
    }

    /// <inheritdoc/>
    public TransportProtocol Protocol => TransportProtocol.Udp;

    /// <inheritdoc/>
    public TransportAddress LocalAddress { get; }

    /// <inheritdoc/>
    public string? AnnouncedAddress { get; }

    /// <summary>What it received.</summary>
    public UdpCounters Counters { get; } = new();

    internal UdpLane Lane => _lane;

    /// <inheritdoc/>
    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (!_isClosed)
            _lane.SendTo(remote, datagram);
    }

    /// <inheritdoc/>
    public TransportTuple OpenTuple(in TransportAddress remote) => new UdpTuple(this, _lane, remote);

    /// <summary>Sends what is queued and gives socket and port back. Its receiver is not told.</summary>
    public void Close()
    {
        if (_isClosed)
            return;

        _isClosed = true;
        _lane.Close();
        _registration.Close();
        _bound.Dispose();
    }

    /// <inheritdoc/>
    public void OnReady(FdEvents events, long nowUs)
    {
        if ((events & FdEvents.Writable) != 0)
        {
            _lane.FlushBacklog();
            WatchWritable(_lane.IsBlocked);
        }

        // An ICMP error of a peer that went away also ends here: the call reports it once and forgets it.
        if ((events & (FdEvents.Readable | FdEvents.Error)) != 0)
            Drain(nowUs);
    }

    internal void WatchWritable(bool isBlocked)
    {
        if (!_isClosed)
            _registration.Events = isBlocked ? FdEvents.Readable | FdEvents.Writable : FdEvents.Readable;
    }

    private void Drain(long nowUs)
    {
        ReceiveBuffers buffers = _loop.ReceiveBuffers;
        for (int batch = 0; batch < MaxBatchesPerTurn && !_isClosed; batch++)
        {
            int count = buffers.Receive(_bound.Fd);
            Counters.Calls++;
            if (count < 0)
            {
                if (Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR)
                    return;
                continue;
            }

            DeliverBatch(buffers, count, nowUs);
            if (count < ReceiveBuffers.BatchSize)
                return;
            nowUs = _loop.Clock.NowUs;
        }
    }

    private void DeliverBatch(ReceiveBuffers buffers, int count, long nowUs)
    {
        if (count == 1)
        {
            Deliver(buffers, 0, nowUs);
            return;
        }

        _loop.Input.OpenBatch();
        for (int i = 0; i < count; i++)
            Deliver(buffers, i, nowUs);
        _loop.Input.CloseBatch();
    }

    private void Deliver(ReceiveBuffers buffers, int index, long nowUs)
    {
        ReadOnlySpan<byte> name = buffers.TakeName(index);
        if (_isClosed)
            return;

        if (buffers.IsTruncated(index) || !SocketAddressCodec.TryRead(name, out TransportAddress remote))
        {
            Counters.Dropped++;
            return;
        }

        Span<byte> datagram = buffers.Datagram(index);
        Counters.Datagrams++;
        Counters.Bytes += datagram.Length;
        _loop.Input.Deliver(_receiver, this, remote, datagram, nowUs);
    }
}
