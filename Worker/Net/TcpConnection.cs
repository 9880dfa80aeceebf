using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// An accepted TCP connection as a socket for datagrams, each a frame of RFC 4571. It has one peer; closing that
/// peer's tuple closes the connection.
/// </summary>
public sealed class TcpConnection : IDatagramSocket, IFdHandler
{
    /// <summary>The bound of what waits for a slow reader, in bytes.</summary>
    public const int DefaultBacklogBytes = 512 * 1024;

    // How many reads one turn takes from one connection.
    private const int MaxReadsPerTurn = 4;

    private readonly EventLoop _loop;
    private readonly TcpListener _listener;
    private readonly IDatagramReceiver _receiver;
    private readonly int _fd;
    private readonly FdRegistration _registration;
    private readonly TcpLane _lane;
    private readonly FrameAssembler _assembler = new();

    internal TcpConnection(
        EventLoop loop,
        TcpListener listener,
        IDatagramReceiver receiver,
        int fd,
        in TransportAddress local,
        in TransportAddress remote,
        int backlogBytes)
    {
        _loop = loop;
        _listener = listener;
        _receiver = receiver;
        _fd = fd;
        LocalAddress = local;
        RemoteAddress = remote;
        _lane = new TcpLane(loop.SendQueue, fd, this, backlogBytes);
        _registration = loop.Register(fd, this, FdEvents.Readable);
    }

    /// <inheritdoc/>
    public TransportProtocol Protocol => TransportProtocol.Tcp;

    /// <inheritdoc/>
    public TransportAddress LocalAddress { get; }

    /// <inheritdoc/>
    public string? AnnouncedAddress => _listener.AnnouncedAddress;

    /// <summary>The peer.</summary>
    public TransportAddress RemoteAddress { get; }

    /// <summary>Whether it is closed, by either side.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether somebody made the peer's tuple, which says that the peer is known.</summary>
    internal bool IsUsed { get; private set; }

    internal TcpLane Lane => _lane;

    /// <inheritdoc/>
    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (IsClosed)
            return;

        Span<byte> room = _loop.SendQueue.Reserve(_lane.Destination, datagram.Length);
        if (room.Length < datagram.Length)
            return;

        datagram.CopyTo(room);
        _loop.SendQueue.Commit(_lane.Destination, datagram.Length);
    }

    /// <inheritdoc/>
    public TransportTuple OpenTuple(in TransportAddress remote)
    {
        IsUsed = true;
        _assembler.IsPeerKnown = true;
        return new TcpTuple(this, _lane, remote);
    }

    /// <summary>Sends what is queued, as far as the kernel takes it, and closes. Its receiver is not told.</summary>
    public void Close()
    {
        if (IsClosed)
            return;

        IsClosed = true;
        _lane.Close();
        _registration.Close();
        _ = Libc.close(_fd);
        _listener.OnConnectionClosed(this);
    }

    /// <inheritdoc/>
    public void OnReady(FdEvents events, long nowUs)
    {
        if ((events & FdEvents.Writable) != 0)
        {
            _lane.FlushBacklog();
            WatchWritable(_lane.HasPending);
        }

        if ((events & (FdEvents.Readable | FdEvents.Error | FdEvents.HangUp)) != 0)
            Drain(nowUs);
    }

    internal void WatchWritable(bool isBlocked)
    {
        if (!IsClosed)
            _registration.Events = isBlocked ? FdEvents.Readable | FdEvents.Writable : FdEvents.Readable;
    }

    /// <summary>Closes and tells the receiver.</summary>
    internal void Break(long nowUs)
    {
        if (IsClosed)
            return;

        Close();
        _loop.Input.DeliverClosed(_receiver, this, nowUs);
    }

    private unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
            return (int)Libc.recv(_fd, pointer, (nuint)buffer.Length, Libc.MSG_DONTWAIT);
    }

    private void Drain(long nowUs)
    {
        Span<byte> buffer = _loop.ReceiveBuffers.First;
        for (int i = 0; i < MaxReadsPerTurn && !IsClosed; i++)
        {
            int length = Read(buffer);
            if (length < 0 && Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR)
                return;

            _loop.Input.OpenBatch();
            bool isWhole = length > 0 && TryDeliver(buffer[..length], nowUs);
            _loop.Input.CloseBatch();
            if (!isWhole)
            {
                Break(nowUs);
                return;
            }

            if (length < buffer.Length)
                return;
        }
    }

    private bool TryDeliver(Span<byte> input, long nowUs)
    {
        bool isBroken;
        while (_assembler.TryRead(ref input, out Span<byte> frame, out isBroken))
        {
            _listener.Counters.Frames++;
            _loop.Input.Deliver(_receiver, this, RemoteAddress, frame, nowUs);
            if (IsClosed)
                return true;
        }

        if (isBroken)
            _listener.Counters.BrokenStreams++;
        return !isBroken;
    }
}
