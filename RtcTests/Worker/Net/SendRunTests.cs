using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

/// <summary>How datagrams become runs, and runs messages, where they stand apart or something comes between.</summary>
public sealed class SendRunTests : IDisposable
{
    private readonly ScriptedSendCalls _calls = new();
    private readonly LoopHarness _harness;
    private readonly UdpSocket _socket;
    private readonly Socket _peer;
    private readonly TransportTuple _tuple;
    private readonly TransportTuple _other;

    public SendRunTests()
    {
        _harness = new LoopHarness(_calls);
        _socket = _harness.OpenUdp(new Inbox());
        _peer = _harness.OpenPeer();
        _tuple = _socket.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint));
        _other = _harness.OpenUdp(new Inbox()).OpenTuple(LoopHarness.Address(_harness.OpenPeer().LocalEndPoint));
    }

    private SendQueue Queue => _harness.Loop.SendQueue;

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(new[] { 500, 500, 200, 500 }, new[] { 1_200, 500, 500, 0 })]
    [InlineData(new[] { 500, 500, 600, 600 }, new[] { 1_000, 500, 1_200, 600 })]
    [InlineData(new[] { 500, 200, 200, 500 }, new[] { 700, 500, 200, 0, 500, 0 })]
    public void Datagrams_that_stand_apart_leave_as_the_runs_that_they_are(int[] sizes, int[] messages)
    {
        for (int i = 0; i < sizes.Length; i++)
        {
            Send(_tuple, i, sizes[i]);
            Send(_other, i, 10);
        }

        Queue.Flush();
        Assert.Equal(messages.Chunk(2).Select(m => (m[0], m[1])), MessagesToPeer());
        AssertArrives(sizes);
    }

    [Fact]
    public void Runs_that_stand_apart_are_one_message_only_whole()
    {
        SendMany(_tuple, 40, 100);
        Queue.Flush();
        SendMany(_tuple, 40, 100);
        Send(_other, 0, 10);
        SendMany(_tuple, 20, 100, first: 40);
        Send(_other, 0, 10);
        SendMany(_tuple, 5, 100, first: 60);
        Send(_other, 0, 10);
        SendMany(_tuple, 2, 60, first: 65);
        Queue.Flush();

        Assert.Equal([(4_000, 100), (6_000, 100), (500, 100), (120, 60)], MessagesToPeer());
        AssertArrives(
            [.. Enumerable.Repeat(100, 40), .. Enumerable.Repeat(100, 65), .. Enumerable.Repeat(60, 2)], restartsAt: 40);
    }

    [Fact]
    public void Runs_that_stand_apart_make_no_message_that_is_too_long()
    {
        Send(_tuple, 0, 30_000);
        Send(_other, 0, 10);
        Send(_tuple, 1, 30_000);
        Send(_other, 0, 10);
        Send(_tuple, 2, 30_000);
        Queue.Flush();

        Assert.Equal([(60_000, 30_000), (30_000, 0)], MessagesToPeer());
        AssertArrives([30_000, 30_000, 30_000]);
    }

    [Fact]
    public void What_the_kernel_has_no_room_for_keeps_its_order_over_all_its_runs()
    {
        bool isFull = true;
        _calls.Verdict = (bytes, _) => isFull && bytes > 10 ? Libc.EAGAIN : 0;
        SendApart(6, 300);
        Queue.Flush();
        Assert.True(_socket.Lane.IsBlocked);
        Assert.DoesNotContain(_calls.Sent, m => m.Bytes > 10);

        isFull = false;
        AssertArrives([.. Enumerable.Repeat(300, 6)]);
        Assert.False(_socket.Lane.IsBlocked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_message_of_several_runs_that_goes_out_one_by_one_and_is_blocked_keeps_its_order(int allowed)
    {
        SendMany(_tuple, 2, 300);
        Queue.Flush();
        bool isFull = true;
        _calls.Verdict = (_, segmentSize) => segmentSize switch
        {
            10 => 0,
            300 => Libc.EIO,
            _ => isFull && allowed-- <= 0 ? Libc.EAGAIN : 0,
        };
        for (int i = 2; i < 8; i += 2)
        {
            SendMany(_tuple, 2, 300, first: i);
            Send(_other, 0, 10);
        }

        Queue.Flush();
        Assert.True(_socket.Lane.IsBlocked);
        Assert.Equal(1, Queue.Counters.SegmentFallbacks);

        isFull = false;
        AssertArrives([.. Enumerable.Repeat(300, 8)]);
    }

    [Fact]
    public void A_socket_without_runs_still_sends_all_with_one_call()
    {
        _calls.Verdict = (_, segmentSize) => segmentSize > 0 ? Libc.EIO : 0;
        SendMany(_tuple, 2, 300);
        Queue.Flush();
        long calls = Queue.Counters.Calls;

        SendMany(_tuple, 5, 300, first: 2);
        Queue.Flush();
        Assert.Equal(calls + 1, Queue.Counters.Calls);
        Assert.Equal(1, Queue.Counters.SegmentFallbacks);
        AssertArrives([.. Enumerable.Repeat(300, 7)]);
    }

    [Fact]
    public void A_turn_of_a_destination_owes_nothing_to_the_turn_before()
    {
        for (int turn = 0; turn < 3; turn++)
        {
            SendMany(_tuple, 3, 100);
            Queue.Flush();
        }

        Assert.Equal([(300, 100), (300, 100), (300, 100)], MessagesToPeer());
        Assert.Equal(9, Queue.Counters.Datagrams);
        Assert.Equal(900, Queue.Counters.Bytes);
        Assert.Equal(3, Queue.Counters.Calls);
        Assert.Equal(3, Queue.Counters.SegmentedMessages);
    }

    [Fact]
    public void What_is_committed_after_its_socket_closed_goes_nowhere()
    {
        Assert.Equal(50, _tuple.Reserve(50).Length);
        _socket.Close();

        // It gets the descriptor that was closed.
        UdpSocket next = _harness.OpenUdp(new Inbox());
        _tuple.Commit(50);
        Queue.Flush();

        Assert.Empty(_calls.Sent);
        Assert.True(_tuple.Reserve(50).IsEmpty);
        Assert.True(next.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint)).TrySend(new byte[60]));
        Queue.Flush();
        Assert.Equal([(60, 0)], _calls.Sent);
    }

    [Fact]
    public void A_socket_that_closes_in_the_middle_of_a_turn_sends_once()
    {
        SendMany(_tuple, 3, 100);
        _socket.Close();
        Assert.Equal([(300, 100)], _calls.Sent);
        Assert.True(_tuple.Reserve(100).IsEmpty);

        UdpSocket next = _harness.OpenUdp(new Inbox());
        TransportTuple tuple = next.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint));
        SendMany(tuple, 2, 100, first: 3);
        Queue.Flush();
        Assert.Equal([(300, 100), (200, 100)], _calls.Sent);
        AssertArrives([.. Enumerable.Repeat(100, 5)]);
    }

    [Fact]
    public void The_tuple_that_was_written_to_last_takes_nothing_once_it_is_closed()
    {
        Send(_tuple, 0, 100);
        _tuple.Close();
        Assert.True(_tuple.Reserve(100).IsEmpty);
        Assert.True(_tuple.Reserve(100).IsEmpty);
        Assert.Equal(0, Queue.Counters.Refused);
    }

    [Fact]
    public void Giving_up_what_was_not_reserved_lends_nothing_back()
    {
        using LoopHarness harness = new(_calls, capacity: 128 * 1024);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        TransportTuple holder = socket.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint));
        TransportTuple other = socket.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint));

        Assert.Equal(1_000, holder.Reserve(1_000).Length);
        other.Commit(0);
        other.Close();
        other = socket.OpenTuple(LoopHarness.Address(_peer.LocalEndPoint));
        int committed = 0;
        while (committed < 200 && other.TrySend(new byte[1_400]))
            committed++;

        Assert.InRange(committed, 80, 100);
        Assert.Empty(_calls.Sent);
        Assert.Equal(1, harness.Loop.SendQueue.Counters.Refused);
    }

    [Fact]
    public unsafe void A_call_that_fails_says_why()
    {
        const int BadDescriptor = 9;
        byte payload = 1;
        Libc.IoVector vector = new() { Base = &payload, Length = 1 };
        Libc.MultiMessageHeader message = default;
        message.Header.Vectors = &vector;
        message.Header.VectorCount = 1;
        SendCalls calls = new();
        Assert.Equal(-BadDescriptor, calls.SendOne(-1, &message.Header));
        Assert.Equal(-BadDescriptor, calls.SendMany(-1, &message, 1));
    }

    private static void Send(TransportTuple tuple, int number, int length) =>
        Assert.True(tuple.TrySend(SendQueueTests.Datagram(number, length)));

    private static void SendMany(TransportTuple tuple, int count, int length, int first = 0)
    {
        for (int i = 0; i < count; i++)
            Send(tuple, first + i, length);
    }

    private void SendApart(int count, int length)
    {
        for (int i = 0; i < count; i++)
        {
            Send(_tuple, i, length);
            Send(_other, i, 10);
        }
    }

    private IEnumerable<(int Bytes, int SegmentSize)> MessagesToPeer() =>
        _calls.Sent.Where(m => m.Bytes != 10 && m.SegmentSize != 10);

    private void AssertArrives(int[] sizes, int restartsAt = int.MaxValue)
    {
        List<byte[]> got = _harness.Receive(_peer, sizes.Length);
        Assert.Equal(sizes, got.Select(d => d.Length));
        Assert.Equal(
            Enumerable.Range(0, sizes.Length).Select(i => i < restartsAt ? i : i - restartsAt),
            got.Select(d => (int)d[^1]));
    }
}
