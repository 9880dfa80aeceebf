using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class UdpSocketTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void A_datagram_is_answered(string ip)
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        UdpSocket socket = harness.OpenUdp(inbox, ip);
        inbox.OnEach = (from, remote) => from.SendTo(remote, [4, 5]);
        Socket peer = harness.OpenPeer(ip);
        peer.SendTo([1, 2, 3], LoopHarness.EndPoint(socket.LocalAddress));

        Assert.Equal([4, 5], Assert.Single(harness.Receive(peer, 1)));
        (IDatagramSocket from, TransportAddress remote, byte[] bytes) = Assert.Single(inbox.Datagrams);
        Assert.Same(socket, from);
        Assert.Equal(LoopHarness.Address(peer.LocalEndPoint), remote);
        Assert.Equal([1, 2, 3], bytes);
        Assert.Equal(ip, socket.LocalAddress.FormatAddress());
        Assert.NotEqual(0, socket.LocalAddress.Port);
    }

    [Fact]
    public void An_ipv6_socket_takes_ipv4_unless_told_otherwise()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        foreach (bool only in new[] { false, true })
        {
            UdpSocket socket = new(
                harness.Loop, harness.Ports.Bind(new ListenInfo { Ip = "::", IPv6Only = only }), inbox);
            Socket peer = harness.OpenPeer();
            peer.SendTo([(byte)(only ? 2 : 1)], LoopHarness.EndPoint(Loopback(socket.LocalAddress.Port)));
            Socket peer6 = harness.OpenPeer("::1");
            peer6.SendTo([3], LoopHarness.EndPoint(Loopback6(socket.LocalAddress.Port)));
            harness.Until(() => inbox.Datagrams.Count(d => d.Bytes[0] == 3) == 1, "IPv6");
            Assert.Equal(only ? 0 : 1, inbox.Datagrams.Count(d => d.Bytes[0] == (only ? 2 : 1)));
            inbox.Datagrams.Clear();
            socket.Close();
        }
    }

    [Fact]
    public void One_turn_takes_a_bounded_number_from_a_socket_so_that_others_get_theirs()
    {
        using LoopHarness harness = new();
        Inbox busy = new();
        Inbox quiet = new();
        UdpSocket busySocket = new(
            harness.Loop,
            harness.Ports.Bind(new ListenInfo { Ip = "127.0.0.1", RecvBufferSize = 4 * 1024 * 1024 }),
            busy);
        UdpSocket quietSocket = harness.OpenUdp(quiet);
        Socket peer = harness.OpenPeer();
        const int Flood = 3 * UdpSocket.MaxBatchesPerTurn * ReceiveBuffers.BatchSize / 2;
        for (int i = 0; i < Flood; i++)
            peer.SendTo([(byte)i], LoopHarness.EndPoint(busySocket.LocalAddress));
        peer.SendTo([1], LoopHarness.EndPoint(quietSocket.LocalAddress));

        harness.Loop.RunTurn(0);
        Assert.Equal(UdpSocket.MaxBatchesPerTurn * ReceiveBuffers.BatchSize, busy.Datagrams.Count);
        Assert.Single(quiet.Datagrams);

        harness.Loop.RunTurn(0);
        Assert.Equal(Flood, busy.Datagrams.Count);
        Assert.Equal(Enumerable.Range(0, Flood).Select(i => (byte)i), busy.Datagrams.Select(d => d.Bytes[0]));
        busySocket.Close();
    }

    [Fact]
    public void A_receiver_may_close_its_socket_while_a_batch_is_handed_in()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        UdpSocket socket = harness.OpenUdp(inbox);
        inbox.OnEach = (_, _) => socket.Close();
        Socket peer = harness.OpenPeer();
        for (int i = 0; i < 5; i++)
            peer.SendTo([(byte)i], LoopHarness.EndPoint(socket.LocalAddress));

        harness.Until(() => inbox.Datagrams.Count > 0, "the first");
        harness.Loop.RunTurn(0);
        Assert.Single(inbox.Datagrams);

        // The batch buffers are whole again for the next socket.
        Inbox next = new();
        UdpSocket other = harness.OpenUdp(next);
        peer.SendTo([9], LoopHarness.EndPoint(other.LocalAddress));
        harness.Until(() => next.Datagrams.Count == 1, "another socket's datagram");
        Assert.Equal(LoopHarness.Address(peer.LocalEndPoint), next.Datagrams[0].Remote);
    }

    [Fact]
    public void A_socket_closed_by_another_of_the_same_turn_hands_in_nothing()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        UdpSocket[] sockets = [harness.OpenUdp(inbox), harness.OpenUdp(inbox)];
        inbox.OnEach = (from, _) =>
        {
            foreach (UdpSocket socket in sockets)
            {
                if (!ReferenceEquals(socket, from))
                    socket.Close();
            }
        };
        Socket peer = harness.OpenPeer();
        foreach (UdpSocket socket in sockets)
            peer.SendTo([1], LoopHarness.EndPoint(socket.LocalAddress));

        harness.Loop.RunTurn(0);
        harness.Loop.RunTurn(0);
        Assert.Single(inbox.Datagrams);
    }

    [Fact]
    public void Sending_to_a_port_where_nobody_listens_does_no_harm()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        UdpSocket socket = harness.OpenUdp(inbox);
        Socket gone = harness.OpenPeer();
        TransportAddress nobody = LoopHarness.Address(gone.LocalEndPoint);
        gone.Dispose();
        Socket peer = harness.OpenPeer();
        for (int i = 0; i < 5; i++)
        {
            socket.SendTo(nobody, [1]);
            harness.Loop.RunTurn(0);
            peer.SendTo([(byte)i], LoopHarness.EndPoint(socket.LocalAddress));
            harness.Until(() => inbox.Datagrams.Count == i + 1, "a datagram after the refusal");
        }
    }

    [Fact]
    public void An_observer_sees_every_input()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Observer observer = new();
        harness.Loop.Input.Observer = observer;
        UdpSocket socket = harness.OpenUdp(inbox);
        Socket peer = harness.OpenPeer();
        peer.SendTo([1, 2], LoopHarness.EndPoint(socket.LocalAddress));
        harness.Until(() => inbox.Datagrams.Count == 1, "the datagram");
        Deadline deadline = harness.Loop.Deadlines.Create(new DeadlineOwner(), "test");
        deadline.Set(harness.Loop.NowUs);
        harness.Loop.RunTurn(0);
        harness.Loop.Input.ObserveChannelBytes([3], 0);

        Assert.StartsWith("random", observer.Seen[0], StringComparison.Ordinal);
        Assert.Equal(["datagram 2", "expire", "channel 1"], observer.Seen.Skip(1));
    }

    [Fact]
    public void Datagrams_received_with_one_call_are_a_batch()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Observer observer = new();
        UdpSocket socket = harness.OpenUdp(inbox);
        Socket peer = harness.OpenPeer();
        for (byte length = 1; length <= 3; length++)
            peer.SendTo(new byte[length], LoopHarness.EndPoint(socket.LocalAddress));
        harness.Loop.Input.Observer = observer;
        harness.Until(() => inbox.Datagrams.Count == 3, "the datagrams");

        Assert.Equal(["batch", "datagram 1", "datagram 2", "datagram 3", "end"], observer.Seen);
    }

    private static TransportAddress Loopback(ushort port) => TransportAddress.Create([127, 0, 0, 1], port);

    private static TransportAddress Loopback6(ushort port) =>
        TransportAddress.Create([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], port);

    private sealed class DeadlineOwner : IDeadlineOwner
    {
        public void OnDeadline(Deadline deadline, long nowUs)
        {
        }
    }

    private sealed class Observer : IInputObserver
    {
        public List<string> Seen { get; } = [];

        public void OnBatchOpened() => Seen.Add("batch");

        public void OnBatchClosed() => Seen.Add("end");

        public void OnDatagram(
            IDatagramSocket socket, in TransportAddress remote, ReadOnlySpan<byte> datagram, long nowUs) =>
            Seen.Add($"datagram {datagram.Length}");

        public void OnSocketClosed(IDatagramSocket socket, long nowUs) => Seen.Add("closed");

        public void OnChannelBytes(ReadOnlySpan<byte> bytes, long nowUs) => Seen.Add($"channel {bytes.Length}");

        public void OnExpire(long nowUs) => Seen.Add("expire");

        public void OnRandom(ReadOnlySpan<byte> bytes) => Seen.Add($"random {bytes.Length}");
    }
}
