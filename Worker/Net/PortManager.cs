using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// Binds sockets as a <see cref="ListenInfo"/> asks for and keeps the books of the ports taken out of ranges, so that
/// two sockets of this worker never meet on one even where the kernel would allow it.
/// </summary>
/// <param name="workerRange">Where ports come from when a listen info names neither port nor range.</param>
/// <param name="random">Where the search in a range starts.</param>
public sealed class PortManager(PortRange workerRange, IRandomSource random)
{
    // One for each range, IP and protocol: a handful.
    private readonly List<TakenPorts> _ranges = [];

    /// <summary>How many ranges have ports taken from them.</summary>
    public int RangesInUse => _ranges.Count;

    /// <summary>
    /// Opens and binds a socket; one for TCP listens already. The IP must be numeric. A range, when it is set, goes
    /// before the port, the port before the worker's range. A range is searched from a random port on until one is
    /// free.
    /// </summary>
    /// <exception cref="RequestException">
    /// TypeError: the IP is not numeric, the range is upside down, a buffer size does not fit an int. Error: the port
    /// or all ports of the range are taken, the IP is not one of this host, no descriptor is left.
    /// </exception>
    public BoundSocket Bind(ListenInfo info)
    {
        if (!TryParseIp(info.Ip, out TransportAddress ip))
            throw RequestException.TypeError($"invalid IP '{info.Ip}'");

        CheckBufferSize(info.SendBufferSize);
        CheckBufferSize(info.RecvBufferSize);
        if (info.PortRange.IsSet)
            return BindInRange(info, ip, info.PortRange);

        return info.Port != 0 ? BindPort(info, ip) : BindInRange(info, ip, workerRange);
    }

    /// <summary>Parses a numeric IP: dotted decimal with four parts, or IPv6 without a zone.</summary>
    public static bool TryParseIp(string text, out TransportAddress ip)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c is not ('.' or ':'))
            {
                ip = default;
                return false;
            }
        }

        return TransportAddress.TryParse(text, 0, out ip);
    }

    internal void Forget(TakenPorts ports) => _ranges.Remove(ports);

    private static void CheckBufferSize(uint size)
    {
        if (size > int.MaxValue)
            throw RequestException.TypeError($"invalid buffer size {(int)size}");
    }

    private static BoundSocket BindPort(ListenInfo info, in TransportAddress ip)
    {
        int errno = TryOpen(info, ip.WithPort(info.Port), out int fd);
        if (errno != 0)
            throw RequestException.Error($"port bind failed {Describe(info)}: {SocketOptions.ErrorText(errno)}");

        return new BoundSocket(fd, SocketOptions.LocalAddress(fd));
    }

    private static string Describe(ListenInfo info) =>
        $"[protocol:{(info.Protocol == TransportProtocol.Udp ? "udp" : "tcp")}, ip:'{info.Ip}', port:{info.Port}]";

    private static string Describe(ListenInfo info, int port) => Describe(info with { Port = (ushort)port });

    /// <summary>Opens, sets up and binds a socket. Returns 0 or the errno that stood in the way.</summary>
    private static int TryOpen(ListenInfo info, in TransportAddress address, out int fd)
    {
        bool isUdp = info.Protocol == TransportProtocol.Udp;
        int type = (isUdp ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM) | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;
        fd = Libc.socket(address.IsIPv6 ? Libc.AF_INET6 : Libc.AF_INET, type, 0);
        if (fd < 0)
            return Marshal.GetLastPInvokeError();

        if (TrySetUp(fd, info, address) && TryBind(fd, address) && (isUdp || Libc.listen(fd, TcpListener.Backlog) == 0))
            return 0;

        int errno = Marshal.GetLastPInvokeError();
        _ = Libc.close(fd);
        fd = -1;
        return errno;
    }

    private static bool TrySetUp(int fd, ListenInfo info, in TransportAddress address)
    {
        // A listener that was restarted must not wait for the old connections' TIME_WAIT; for UDP the option means
        // that several sockets share the port, which is only done when asked for.
        bool isUdp = info.Protocol == TransportProtocol.Udp;
        return (!(info.UdpReusePort || !isUdp) || SocketOptions.TrySet(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1))
            && (!address.IsIPv6
                || SocketOptions.TrySet(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, info.IPv6Only ? 1 : 0))
            && TrySetBuffer(fd, Libc.SO_SNDBUF, info.SendBufferSize)
            && TrySetBuffer(fd, Libc.SO_RCVBUF, info.RecvBufferSize);
    }

    private static bool TrySetBuffer(int fd, int option, uint size) =>
        size == 0 || SocketOptions.TrySet(fd, Libc.SOL_SOCKET, option, (int)size);

    private static unsafe bool TryBind(int fd, in TransportAddress address)
    {
        Span<byte> name = stackalloc byte[SocketAddressCodec.MaxLength];
        int length = SocketAddressCodec.Write(address, name);
        fixed (byte* pointer = name)
            return Libc.bind(fd, pointer, (uint)length) == 0;
    }

    private BoundSocket BindInRange(ListenInfo info, in TransportAddress ip, PortRange range)
    {
        if (range.Max < range.Min)
            throw RequestException.TypeError($"port range {range.Min}-{range.Max} ends before it starts");

        TakenPorts? known = FindRange(info.Protocol, ip, range);
        TakenPorts taken = known ?? new TakenPorts(this, info.Protocol, ip, range);
        int count = taken.Length;
        int start = (int)random.NextBetween(0, (uint)count - 1);
        for (int attempt = 1; attempt <= count; attempt++)
        {
            int index = (start + attempt) % count;
            if (taken.IsTaken(index) || TryBindTaken(info, ip, taken.PortAt(index)) is not { } fd)
                continue;

            taken.Take(index);
            if (known is null)
                _ranges.Add(taken);
            return new BoundSocket(fd, SocketOptions.LocalAddress(fd), taken);
        }

        throw RequestException.Error(
            $"no more available ports {Describe(info, 0)} in {range.Min}-{range.Max}, {count} tried");
    }

    /// <summary>Binds a port of a range; null when the next one is to be tried.</summary>
    private static int? TryBindTaken(ListenInfo info, in TransportAddress ip, int port)
    {
        if (port == 0)
            return null;

        int errno = TryOpen(info, ip.WithPort((ushort)port), out int fd);
        return errno switch
        {
            0 => fd,
            Libc.EMFILE or Libc.EADDRNOTAVAIL => throw RequestException.Error(
                $"port bind failed {Describe(info, port)}: {SocketOptions.ErrorText(errno)}"),
            _ => null,
        };
    }

    private TakenPorts? FindRange(TransportProtocol protocol, in TransportAddress ip, PortRange range)
    {
        foreach (TakenPorts taken in _ranges)
        {
            if (taken.IsAbout(protocol, ip, range))
                return taken;
        }

        return null;
    }
}
