using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class SendQueueTests
{
    private const int EAgain = Libc.EAGAIN;

    [Fact]
    public void A_run_of_equal_sizes_leaves_as_one_message_and_arrives_in_order()
    {
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 10, 1_100);
        harness.Loop.SendQueue.Flush();

        Assert.Equal([(11_000, 1_100)], calls.Sent);
        Assert.Equal(1, harness.Loop.SendQueue.Counters.SegmentedMessages);
        AssertOrder(harness.Receive(peer, 10), [.. Enumerable.Repeat(1_100, 10)]);
    }

    [Fact]
    public void Runs_are_cut_where_the_size_grows_and_after_a_shorter_one()
    {
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        int[] sizes = [1_000, 1_000, 400, 1_000, 1_200, 1_200, 1_200, 50, 50, 60];
        SendSizes(tuple, sizes);
        harness.Loop.SendQueue.Flush();

        Assert.Equal(
            [(2_400, 1_000), (1_000, 0), (3_650, 1_200), (50, 0), (60, 0)],
            calls.Sent);
        AssertOrder(harness.Receive(peer, sizes.Length), sizes);
    }

    [Fact]
    public void No_message_has_more_than_64_segments_or_65507_bytes()
    {
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 70, 100);
        harness.Loop.SendQueue.Flush();
        SendAll(tuple, 60, 1_300);
        harness.Loop.SendQueue.Flush();

        Assert.Equal([(6_400, 100), (600, 100), (65_000, 1_300), (13_000, 1_300)], calls.Sent);
        AssertOrder(harness.Receive(peer, 130), [.. Enumerable.Repeat(100, 70), .. Enumerable.Repeat(1_300, 60)]);
    }

    [Fact]
    public void Interleaved_destinations_are_grouped_and_go_out_with_one_call()
    {
        using LoopHarness harness = new();
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket[] peers = [.. Enumerable.Range(0, 5).Select(_ => harness.OpenPeer())];
        TransportTuple[] tuples = [.. peers.Select(p => socket.OpenTuple(LoopHarness.Address(p.LocalEndPoint)))];

        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 4; i++)
            {
                foreach (TransportTuple tuple in tuples)
                    Assert.True(tuple.TrySend(Datagram(i, 500)));
            }

            harness.Loop.SendQueue.Flush();
        }

        Assert.Equal(2, harness.Loop.SendQueue.Counters.Calls);
        Assert.Equal(10, harness.Loop.SendQueue.Counters.SegmentedMessages);
        foreach (Socket peer in peers)
        {
            List<byte[]> got = harness.Receive(peer, 8);
            Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], got.Select(d => (int)d[0]));
        }
    }

    [Fact]
    public void Complete_runs_leave_while_others_are_written()
    {
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple[] tuples =
            [.. Enumerable.Range(0, 20).Select(_ => socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint)))];

        foreach (TransportTuple tuple in tuples)
            SendAll(tuple, 10, 100);

        Assert.Equal(Enumerable.Repeat((1_000, 100), 14), calls.Sent);
        harness.Loop.SendQueue.Flush();
        Assert.Equal(Enumerable.Repeat((1_000, 100), 20), calls.Sent);
    }

    [Fact]
    public void A_run_never_leaves_while_somebody_holds_a_reservation()
    {
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        TransportAddress peer = LoopHarness.Address(harness.OpenPeer().LocalEndPoint);
        TransportTuple slow = socket.OpenTuple(peer);
        TransportTuple fast = socket.OpenTuple(peer);

        Assert.Equal(50, slow.Reserve(50).Length);
        SendAll(fast, 100, 100);
        SendAll(socket.OpenTuple(peer), 1, 100);
        Assert.Empty(calls.Sent);

        slow.Commit(50);
        harness.Loop.SendQueue.Flush();
        Assert.Contains((50, 0), calls.Sent);
    }

    [Fact]
    public void From_the_second_turn_on_a_destination_writes_into_one_contiguous_extent()
    {
        using LoopHarness harness = new();
        UdpSocket socket = harness.OpenUdp(new Inbox());
        TransportTuple[] tuples =
        [
            .. Enumerable.Range(0, 3).Select(_ => socket.OpenTuple(
                LoopHarness.Address(harness.OpenPeer().LocalEndPoint))),
        ];

        long[] gaps = [0, 0];
        for (int round = 0; round < 2; round++)
        {
            nint last = 0;
            for (int i = 0; i < 10; i++)
            {
                foreach (TransportTuple tuple in tuples)
                {
                    Span<byte> room = tuple.Reserve(1_100);
                    nint address = AddressOf(room);
                    tuple.Commit(1_000);
                    if (!ReferenceEquals(tuple, tuples[0]))
                        continue;
                    if (last != 0 && address != last + 1_000)
                        gaps[round]++;
                    last = address;
                }
            }

            harness.Loop.SendQueue.Flush();
        }

        Assert.True(gaps[0] > 0);
        Assert.InRange(gaps[1], 0, 1);
    }

    [Theory]
    [InlineData(Libc.EINVAL)]
    [InlineData(Libc.EIO)]
    [InlineData(Libc.EMSGSIZE)]
    public void A_refused_run_goes_out_one_by_one_and_the_socket_does_without_that_size(int errno)
    {
        ScriptedSendCalls calls = new() { Verdict = (_, segmentSize) => segmentSize > 1_250 ? errno : 0 };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        for (int round = 0; round < 2; round++)
        {
            SendAll(tuple, 5, 1_300);
            harness.Loop.SendQueue.Flush();
        }

        Assert.Equal(1, harness.Loop.SendQueue.Counters.SegmentFallbacks);
        Assert.Equal(Enumerable.Repeat((1_300, 0), 10), calls.Sent);
        Assert.Equal(0, harness.Loop.SendQueue.Counters.DroppedError);

        SendAll(tuple, 5, 1_200);
        harness.Loop.SendQueue.Flush();
        bool forGood = errno == Libc.EIO;
        Assert.Equal(forGood ? 15 : 11, calls.Sent.Count);
        AssertOrder(
            harness.Receive(peer, 15), [.. Enumerable.Repeat(1_300, 10), .. Enumerable.Repeat(1_200, 5)], 5);
    }

    [Fact]
    public void A_refused_small_run_ends_all_runs()
    {
        ScriptedSendCalls calls = new() { Verdict = (_, segmentSize) => segmentSize > 0 ? Libc.EINVAL : 0 };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 4, 300);
        SendAll(tuple, 4, 200);
        harness.Loop.SendQueue.Flush();

        Assert.Equal(0, socket.Lane.MaxSegmentSize);
        Assert.Equal(8, harness.Receive(peer, 8).Count);
    }

    [Fact]
    public void A_refused_datagram_is_dropped_and_those_behind_it_go_out()
    {
        ScriptedSendCalls calls = new() { Verdict = (bytes, _) => bytes == 700 ? Libc.EPERM : 0 };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendSizes(tuple, [600, 700, 800]);
        harness.Loop.SendQueue.Flush();

        Assert.Equal(1, harness.Loop.SendQueue.Counters.DroppedError);
        Assert.Equal([600, 800], harness.Receive(peer, 2).Select(d => d.Length));
    }

    [Fact]
    public void A_full_kernel_buffer_moves_the_rest_to_the_backlog_which_leaves_in_order()
    {
        int allowed = 3;
        ScriptedSendCalls calls = new() { Verdict = (_, _) => allowed-- > 0 ? 0 : EAgain };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        int[] sizes = [100, 101, 102, 103, 104, 105];
        SendSizes(tuple, sizes);
        harness.Loop.SendQueue.Flush();
        Assert.True(socket.Lane.IsBlocked);
        Assert.Equal(1, harness.Loop.SendQueue.Counters.Blocked);

        // What is sent meanwhile queues up behind it.
        SendSizes(tuple, [106, 107], 6);
        harness.Loop.SendQueue.Flush();
        Assert.Equal(3, calls.Sent.Count);

        allowed = int.MaxValue;
        AssertOrder(harness.Receive(peer, 8), [.. sizes, 106, 107]);
        Assert.False(socket.Lane.IsBlocked);
        Assert.Equal(8, harness.Loop.SendQueue.Counters.Datagrams);
    }

    [Fact]
    public void A_run_refused_as_a_run_and_then_blocked_keeps_its_order()
    {
        int allowed = 2;
        ScriptedSendCalls calls = new()
        {
            Verdict = (_, segmentSize) => segmentSize > 0 ? Libc.EIO : allowed-- > 0 ? 0 : EAgain,
        };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 6, 400);
        harness.Loop.SendQueue.Flush();
        allowed = int.MaxValue;
        AssertOrder(harness.Receive(peer, 6), [.. Enumerable.Repeat(400, 6)]);
    }

    [Fact]
    public void A_full_backlog_drops_the_oldest_and_counts()
    {
        bool blocked = true;
        ScriptedSendCalls calls = new() { Verdict = (_, _) => blocked ? EAgain : 0 };
        using LoopHarness harness = new(calls);
        UdpSocket socket = harness.OpenUdp(new Inbox(), backlogBytes: 10_000);
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 100, 1_000);
        harness.Loop.SendQueue.Flush();
        long dropped = harness.Loop.SendQueue.Counters.DroppedFull;
        Assert.InRange(dropped, 90, 91);

        blocked = false;
        List<byte[]> got = harness.Receive(peer, 100 - (int)dropped);
        Assert.Equal(Enumerable.Range((int)dropped, got.Count), got.Select(d => (int)d[0]));
    }

    [Fact]
    public void A_turn_with_more_than_the_memory_takes_is_flushed_in_between()
    {
        using LoopHarness harness = new(capacity: 128 * 1024);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        SendAll(tuple, 250, 1_400);
        harness.Loop.SendQueue.Flush();

        Assert.Equal(0, harness.Loop.SendQueue.Counters.Refused);
        AssertOrder(harness.Receive(peer, 250), [.. Enumerable.Repeat(1_400, 250)]);
    }

    [Fact]
    public void Room_that_is_lent_is_never_flushed_away()
    {
        using LoopHarness harness = new(capacity: 128 * 1024);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple holder = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));
        TransportTuple other = socket.OpenTuple(LoopHarness.Address(harness.OpenPeer().LocalEndPoint));

        Span<byte> lent = holder.Reserve(1_000);
        lent.Fill(0xAB);
        int committed = 0;
        while (other.TrySend(new byte[1_400]))
            committed++;

        Assert.InRange(committed, 80, 100);
        Assert.Equal(1, harness.Loop.SendQueue.Counters.Refused);
        Assert.Equal(0, harness.Loop.SendQueue.Counters.Datagrams);
        holder.Commit(1_000);
        harness.Loop.SendQueue.Flush();
        Assert.All(harness.Receive(peer, 1)[0], b => Assert.Equal(0xAB, b));
    }

    [Fact]
    public void A_reservation_ends_with_commit_or_with_the_next_or_with_the_turn()
    {
        using LoopHarness harness = new();
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        tuple.Reserve(100).Fill(1);
        tuple.Commit(0);
        tuple.Reserve(100).Fill(2);
        tuple.Reserve(50).Fill(3);
        tuple.Commit(50);
        Assert.Throws<InvalidOperationException>(() => tuple.Commit(50));
        tuple.Reserve(10);
        Assert.Throws<InvalidOperationException>(() => tuple.Commit(11));
        harness.Loop.SendQueue.Flush();
        Assert.Throws<InvalidOperationException>(() => tuple.Commit(10));

        Assert.Equal(Enumerable.Repeat((byte)3, 50), Assert.Single(harness.Receive(peer, 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_508)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_impossible_length_gets_no_room(int length)
    {
        using LoopHarness harness = new();
        TransportTuple tuple = harness.OpenUdp(new Inbox())
            .OpenTuple(LoopHarness.Address(harness.OpenPeer().LocalEndPoint));
        Assert.True(tuple.Reserve(length).IsEmpty);
        Assert.Equal(1, harness.Loop.SendQueue.Counters.Refused);
    }

    [Fact]
    public void The_largest_datagram_goes_through()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        UdpSocket receiving = harness.OpenUdp(inbox);
        TransportTuple tuple = harness.OpenUdp(new Inbox()).OpenTuple(receiving.LocalAddress);

        Assert.True(tuple.TrySend(Datagram(7, SendQueue.MaxDatagramLength)));
        harness.Until(() => inbox.Datagrams.Count == 1, "the datagram");
        Assert.Equal(Datagram(7, SendQueue.MaxDatagramLength), inbox.Datagrams[0].Bytes);
    }

    [Fact]
    public void One_off_datagrams_reach_their_own_peers()
    {
        using LoopHarness harness = new(capacity: 128 * 1024);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket[] peers = [.. Enumerable.Range(0, 4).Select(_ => harness.OpenPeer())];

        // Enough to flush in between, so that the places of one-off peers are used again while a turn runs.
        for (int i = 0; i < 40; i++)
        {
            for (int p = 0; p < peers.Length; p++)
                socket.SendTo(LoopHarness.Address(peers[p].LocalEndPoint), Datagram((p * 40) + i, 1_200));
        }

        harness.Loop.SendQueue.Flush();
        for (int p = 0; p < peers.Length; p++)
            Assert.Equal(Enumerable.Range(p * 40, 40), harness.Receive(peers[p], 40).Select(d => (int)d[0]));
    }

    [Fact]
    public void Closing_tuple_and_socket_still_sends_what_is_queued()
    {
        using LoopHarness harness = new();
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Socket peer = harness.OpenPeer();
        TransportTuple tuple = socket.OpenTuple(LoopHarness.Address(peer.LocalEndPoint));

        Assert.True(tuple.TrySend(Datagram(1, 20)));
        tuple.Close();
        Assert.True(tuple.Reserve(10).IsEmpty);
        socket.SendTo(LoopHarness.Address(peer.LocalEndPoint), Datagram(2, 20));
        socket.Close();
        socket.SendTo(LoopHarness.Address(peer.LocalEndPoint), Datagram(3, 20));
        harness.Loop.SendQueue.Flush();

        Assert.Equal([1, 2], harness.Receive(peer, 2).Select(d => (int)d[0]));
    }

    [Fact]
    public void A_datagram_to_another_family_is_dropped_and_counted()
    {
        using LoopHarness harness = new();
        UdpSocket socket = harness.OpenUdp(new Inbox());
        Assert.True(TransportAddress.TryParse("::1", 5_000, out TransportAddress remote));
        socket.SendTo(remote, Datagram(1, 20));
        harness.Loop.SendQueue.Flush();
        Assert.Equal(1, harness.Loop.SendQueue.Counters.DroppedError);
    }

    internal static byte[] Datagram(int number, int length)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill((byte)number);
        return bytes;
    }

    private static unsafe nint AddressOf(Span<byte> span)
    {
        fixed (byte* pointer = span)
            return (nint)pointer;
    }

    private static void SendAll(TransportTuple tuple, int count, int length) =>
        SendSizes(tuple, [.. Enumerable.Repeat(length, count)]);

    private static void SendSizes(TransportTuple tuple, int[] sizes, int first = 0)
    {
        for (int i = 0; i < sizes.Length; i++)
            Assert.True(tuple.TrySend(Datagram(first + i, sizes[i])));
    }

    /// <summary>Sizes in order, and numbers in order that start again after so many.</summary>
    private static void AssertOrder(List<byte[]> datagrams, int[] sizes, int period = 0)
    {
        Assert.Equal(sizes, datagrams.Select(d => d.Length));
        int run = 0;
        for (int i = 0; i < datagrams.Count; i++)
        {
            int number = period > 0 ? i % period : run;
            if (period == 0 && i > 0 && datagrams[i][0] == 0)
                number = run = 0;
            Assert.Equal(number, datagrams[i][0]);
            Assert.Equal(datagrams[i][0], datagrams[i][^1]);
            run++;
        }
    }
}
