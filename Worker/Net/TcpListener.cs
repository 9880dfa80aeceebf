using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>What a listener did since it was opened.</summary>
public sealed class TcpCounters
{
    /// <summary>Connections accepted.</summary>
    public long Accepted { get; internal set; }

    /// <summary>Connections closed at once because there were too many and all were in use, or no descriptor.</summary>
    public long Refused { get; internal set; }

    /// <summary>Connections of unknown peers that were closed to make room for new ones.</summary>
    public long Evicted { get; internal set; }

    /// <summary>Frames handed in.</summary>
    public long Frames { get; internal set; }

    /// <summary>Connections closed because of a frame that is too long.</summary>
    public long BrokenStreams { get; internal set; }
}

/// <summary>
/// A listening TCP socket. Its connections are bounded: when there are too many, the oldest that no tuple was made for
/// (its peer never authenticated) gives way.
/// </summary>
public sealed class TcpListener : IFdHandler
{
    /// <summary>How many connections wait in the kernel to be accepted.</summary>
    public const int Backlog = 512;

    /// <summary>The default bound of the connections.</summary>
    public const int DefaultMaxConnections = 4_096;

    private const int MaxAcceptsPerTurn = 64;

    private readonly EventLoop _loop;
    private readonly BoundSocket _bound;
    private readonly IDatagramReceiver _receiver;
    private readonly FdRegistration _registration;
    private readonly LinkedList<TcpConnection> _connections = new();
    private readonly int _maxConnections;
    private readonly int _backlogBytes;
    private int _spareFd;
    private bool _isClosed;

    /// <summary>Takes a listening socket into the loop, and owns it from then on.</summary>
    /// <param name="loop">The loop that it lives in.</param>
    /// <param name="bound">The socket, from <see cref="PortManager.Bind"/>.</param>
    /// <param name="receiver">Who gets the datagrams of all connections.</param>
    /// <param name="announcedAddress">What peers are told instead of the local IP; null for nothing.</param>
    /// <param name="maxConnections">The bound of the connections.</param>
    /// <param name="backlogBytes">The bound of what waits for a slow reader, in bytes a connection.</param>
    public TcpListener(
        EventLoop loop,
        BoundSocket bound,
        IDatagramReceiver receiver,
        string? announcedAddress = null,
        int maxConnections = DefaultMaxConnections,
        int backlogBytes = TcpConnection.DefaultBacklogBytes)
    {
        _loop = loop;
        _bound = bound;
        _receiver = receiver;
        _maxConnections = maxConnections;
        _backlogBytes = backlogBytes;
        AnnouncedAddress = announcedAddress;
        LocalAddress = bound.Address;
        _spareFd = OpenSpare();
        _registration = loop.Register(bound.Fd, this, FdEvents.Readable);
    }

    /// <summary>The address that it listens on.</summary>
    public TransportAddress LocalAddress { get; }

    /// <summary>What peers are told instead of the local IP; null for nothing.</summary>
    public string? AnnouncedAddress { get; }

    /// <summary>How many connections are open.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>What it did.</summary>
    public TcpCounters Counters { get; } = new();

    /// <summary>Closes it with all its connections. The receiver is not told.</summary>
    public void Close()
    {
        if (_isClosed)
            return;

        _isClosed = true;
        while (_connections.First is { } first)
            first.Value.Close();
        _registration.Close();
        _bound.Dispose();
        if (_spareFd >= 0)
            _ = Libc.close(_spareFd);
    }

    /// <inheritdoc/>
    public void OnReady(FdEvents events, long nowUs)
    {
        for (int i = 0; i < MaxAcceptsPerTurn && !_isClosed; i++)
        {
            int fd = Accept(out TransportAddress remote);
            if (fd >= 0)
            {
                Add(fd, remote, nowUs);
                continue;
            }

            // Without a descriptor the connection would stay ready for ever: one is kept for turning it away.
            if (Marshal.GetLastPInvokeError() is not (Libc.EMFILE or Libc.ENFILE) || !TryTurnAway())
                return;
        }
    }

    internal void OnConnectionClosed(TcpConnection connection) => _connections.Remove(connection);

    private static int OpenSpare() => Libc.eventfd(0, Libc.EFD_CLOEXEC);

    private unsafe int Accept(out TransportAddress remote)
    {
        remote = default;
        byte* name = stackalloc byte[SocketAddressCodec.MaxLength];
        uint length = SocketAddressCodec.MaxLength;
        int fd = Libc.accept4(_bound.Fd, name, &length, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        if (fd >= 0)
            SocketAddressCodec.TryRead(new ReadOnlySpan<byte>(name, (int)length), out remote);
        return fd;
    }

    private void Add(int fd, in TransportAddress remote, long nowUs)
    {
        if (_connections.Count >= _maxConnections && !TryEvict(nowUs))
        {
            Counters.Refused++;
            _ = Libc.close(fd);
            return;
        }

        Counters.Accepted++;
        SocketOptions.SetNoDelay(fd);
        TransportAddress local = SocketOptions.LocalAddress(fd);
        _connections.AddLast(new TcpConnection(_loop, this, _receiver, fd, local, remote, _backlogBytes));
    }

    private bool TryEvict(long nowUs)
    {
        foreach (TcpConnection connection in _connections)
        {
            if (connection.IsUsed)
                continue;

            Counters.Evicted++;
            connection.Break(nowUs);
            return true;
        }

        return false;
    }

    private bool TryTurnAway()
    {
        if (_spareFd < 0)
            return false;

        Counters.Refused++;
        _ = Libc.close(_spareFd);
        int fd = Accept(out _);
        if (fd >= 0)
            _ = Libc.close(fd);
        _spareFd = OpenSpare();
        return fd >= 0;
    }
}
