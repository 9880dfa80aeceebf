using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class PortManagerTests
{
    private static readonly PortRange WorkerRange = new(30_000, 50_000);

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public void A_range_gives_every_port_once_and_then_refuses(TransportProtocol protocol)
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        PortRange range = FreeRange(protocol, 5);
        ListenInfo info = new() { Protocol = protocol, Ip = "127.0.0.1", PortRange = range };
        List<BoundSocket> taken = [.. Enumerable.Range(0, 5).Select(_ => ports.Bind(info))];
        Assert.Equal(
            Enumerable.Range(range.Min, 5), taken.Select(s => (int)s.Address.Port).Order());
        AssertRefused(ports, info, RequestErrorKind.Error, "no more available ports");

        ushort freed = taken[2].Address.Port;
        taken[2].Dispose();
        using BoundSocket again = ports.Bind(info);
        Assert.Equal(freed, again.Address.Port);
        again.Dispose();
        foreach (BoundSocket socket in taken)
            socket.Dispose();
        Assert.Equal(0, ports.RangesInUse);
    }

    [Fact]
    public void A_port_of_a_range_that_somebody_else_has_is_passed_over()
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        PortRange range = FreeRange(TransportProtocol.Udp, 3);
        using BoundSocket other = new PortManager(WorkerRange, new SeededRandom(2))
            .Bind(new ListenInfo { Ip = "127.0.0.1", Port = (ushort)(range.Min + 1) });
        ListenInfo info = new() { Ip = "127.0.0.1", PortRange = range };
        using BoundSocket first = ports.Bind(info);
        using BoundSocket second = ports.Bind(info);
        Assert.Equal([range.Min, range.Max], new[] { first.Address.Port, second.Address.Port }.Order());
        AssertRefused(ports, info, RequestErrorKind.Error, "no more available ports");
    }

    [Fact]
    public void Ranges_start_where_chance_says()
    {
        HashSet<ushort> starts = [];
        for (int seed = 0; seed < 10; seed++)
        {
            using BoundSocket socket = new PortManager(WorkerRange, new SeededRandom(seed))
                .Bind(new ListenInfo { Ip = "127.0.0.1" });
            Assert.InRange(socket.Address.Port, WorkerRange.Min, WorkerRange.Max);
            starts.Add(socket.Address.Port);
        }

        Assert.True(starts.Count > 5);
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public void The_same_fixed_port_twice_is_refused(TransportProtocol protocol)
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        ushort port = FreeRange(protocol, 1).Min;
        ListenInfo info = new() { Protocol = protocol, Ip = "127.0.0.1", Port = port };
        using BoundSocket first = ports.Bind(info);
        Assert.Equal(port, first.Address.Port);
        AssertRefused(ports, info, RequestErrorKind.Error, $"port:{port}");
    }

    [Fact]
    public void The_same_udp_port_twice_is_fine_when_both_ask_to_share_it()
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        ListenInfo info = new()
        {
            Ip = "127.0.0.1",
            Port = FreeRange(TransportProtocol.Udp, 1).Min,
            UdpReusePort = true,
        };
        using BoundSocket first = ports.Bind(info);
        using BoundSocket second = ports.Bind(info);
        Assert.Equal(first.Address, second.Address);
        AssertRefused(ports, info with { UdpReusePort = false }, RequestErrorKind.Error, "port bind failed");
    }

    [Fact]
    public void A_range_goes_before_a_port_and_a_port_before_the_workers_range()
    {
        PortManager ports = new(new PortRange(1, 2), new SeededRandom(1));
        PortRange free = FreeRange(TransportProtocol.Udp, 3);
        PortRange range = new(free.Min, (ushort)(free.Max - 1));
        ushort port = free.Max;
        using BoundSocket ranged = ports.Bind(new ListenInfo { Ip = "127.0.0.1", PortRange = range, Port = port });
        Assert.InRange(ranged.Address.Port, range.Min, range.Max);
        using BoundSocket fixedPort = ports.Bind(
            new ListenInfo { Ip = "127.0.0.1", PortRange = new PortRange(range.Min, 0), Port = port });
        Assert.Equal(port, fixedPort.Address.Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.256")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.1")]
    [InlineData("1")]
    [InlineData("::1%lo")]
    [InlineData("[::1]")]
    [InlineData("::g")]
    [InlineData(" 127.0.0.1")]
    public void An_ip_that_is_not_numeric_is_a_type_error(string ip) =>
        AssertRefused(
            new PortManager(WorkerRange, new SeededRandom(1)),
            new ListenInfo { Ip = ip },
            RequestErrorKind.TypeError,
            "invalid IP");

    [Fact]
    public void A_range_upside_down_is_a_type_error() =>
        AssertRefused(
            new PortManager(WorkerRange, new SeededRandom(1)),
            new ListenInfo { Ip = "127.0.0.1", PortRange = new PortRange(4_000, 3_999) },
            RequestErrorKind.TypeError,
            "4000-3999");

    [Fact]
    public void An_ip_of_another_host_is_refused_at_once()
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        AssertRefused(ports, new ListenInfo { Ip = "192.0.2.1" }, RequestErrorKind.Error, "port bind failed");
        AssertRefused(
            ports, new ListenInfo { Ip = "192.0.2.1", Port = 4_000 }, RequestErrorKind.Error, "port bind failed");
        Assert.Equal(0, ports.RangesInUse);
    }

    [Theory]
    [InlineData(0x8000_0000)]
    [InlineData(0xFFFF_FFFF)]
    public void A_buffer_size_that_is_no_positive_int_is_a_type_error(uint size)
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        AssertRefused(
            ports, new ListenInfo { Ip = "127.0.0.1", SendBufferSize = size }, RequestErrorKind.TypeError, "size");
        AssertRefused(
            ports, new ListenInfo { Ip = "127.0.0.1", RecvBufferSize = size }, RequestErrorKind.TypeError, "size");
    }

    [Fact]
    public void Buffer_sizes_reach_the_kernel_which_doubles_them()
    {
        PortManager ports = new(WorkerRange, new SeededRandom(1));
        using BoundSocket socket = ports.Bind(
            new ListenInfo { Ip = "127.0.0.1", SendBufferSize = 50_000, RecvBufferSize = 60_000 });
        Assert.Equal(100_000, SocketOptions.Get(socket.Fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF));
        Assert.Equal(120_000, SocketOptions.Get(socket.Fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF));
    }

    private static void AssertRefused(PortManager ports, ListenInfo info, RequestErrorKind kind, string text)
    {
        RequestException refusal = Assert.Throws<RequestException>(() => ports.Bind(info));
        Assert.Equal(kind, refusal.Kind);
        Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Ports one after the other that nobody had a moment ago, below those that the kernel hands out.</summary>
    private static PortRange FreeRange(TransportProtocol protocol, int count)
    {
        PortManager probe = new(WorkerRange, new SeededRandom(1));
        ushort start = (ushort)(10_000 + (Environment.ProcessId % 1_000 * 10) + (protocol == 0 ? 0 : 5));
        for (int first = start; first < 32_000; first += count)
        {
            List<BoundSocket> bound = [];
            try
            {
                for (int i = 0; i < count; i++)
                {
                    ListenInfo info = new() { Protocol = protocol, Ip = "127.0.0.1", Port = (ushort)(first + i) };
                    bound.Add(probe.Bind(info));
                }

                return new PortRange((ushort)first, (ushort)(first + count - 1));
            }
            catch (RequestException)
            {
                continue;
            }
            finally
            {
                foreach (BoundSocket socket in bound)
                    socket.Dispose();
            }
        }

        throw new InvalidOperationException("no free ports");
    }

    private sealed class SeededRandom(int seed) : IRandomSource
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
