using System.Buffers.Binary;
using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class TcpConnectionTests
{
    [Fact]
    public void Frames_arrive_whole_however_the_stream_is_cut()
    {
        int[] sizes = [1, 3, 1_200, 1, 65_534, 2, 20];
        byte[] stream = [.. sizes.Select((size, i) => Frame(SendQueueTests.Datagram(i, size))).SelectMany(f => f)];
        foreach (int step in new[] { 1, 2, 3, 1_000, 5_000, stream.Length })
        {
            using LoopHarness harness = new();
            Inbox inbox = new() { OnEach = (socket, remote) => socket.OpenTuple(remote) };
            Socket peer = harness.Connect(harness.OpenTcp(inbox));

            // Step 1 for the first and last frames, where headers are cut, is enough.
            int sent = 0;
            while (sent < stream.Length)
            {
                int fast = step < 1_000 && sent is > 2_000 and < 65_000 ? 5_000 : step;
                int length = Math.Min(fast, stream.Length - sent);
                sent += peer.Send(stream, sent, length, SocketFlags.None, out _);
                harness.Loop.RunTurn(0);
            }

            harness.Until(() => inbox.Datagrams.Count == sizes.Length, $"all frames in steps of {step}");
            for (int i = 0; i < sizes.Length; i++)
                Assert.Equal(SendQueueTests.Datagram(i, sizes[i]), inbox.Datagrams[i].Bytes);
            Assert.Equal(LoopHarness.Address(peer.LocalEndPoint), inbox.Datagrams[0].Remote);
        }
    }

    [Fact]
    public void Empty_frames_mean_nothing()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Socket peer = harness.Connect(harness.OpenTcp(inbox));
        peer.Send([0, 0, 0, 0, 0, 1, 42, 0, 0]);
        harness.Until(() => inbox.Datagrams.Count == 1, "the frame");
        Assert.Equal([42], inbox.Datagrams[0].Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_frame_longer_than_the_buffer_closes_the_connection(int firstPart)
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox);
        Socket peer = harness.Connect(listener);
        byte[] header = [0xFF, 0xFF];
        peer.Send(header, 0, firstPart, SocketFlags.None);
        harness.Until(() => listener.ConnectionCount == 1 || inbox.Closed.Count == 1, "the connection");
        if (firstPart == 1)
            peer.Send(header, 1, 1, SocketFlags.None);
        harness.Until(() => inbox.Closed.Count == 1, "the end of the connection");
        Assert.Equal(0, listener.ConnectionCount);
        Assert.Equal(1, listener.Counters.BrokenStreams);
        Assert.Empty(inbox.Datagrams);
    }

    [Fact]
    public void A_stranger_sends_no_long_frames_and_holds_no_memory()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox);
        Socket stranger = harness.Connect(listener);
        stranger.Send(Frame(new byte[FrameAssembler.MaxUnknownFrameLength - 2]));
        harness.Until(() => inbox.Datagrams.Count == 1, "the longest frame of a stranger");
        stranger.Send([FrameAssembler.MaxUnknownFrameLength >> 8, 0]);
        harness.Until(() => inbox.Closed.Count == 1, "the end of the connection");
        Assert.Equal(1, listener.Counters.BrokenStreams);

        inbox.OnEach = (socket, remote) => socket.OpenTuple(remote);
        Socket known = harness.Connect(listener);
        known.Send(Frame([7]));
        harness.Until(() => inbox.Datagrams.Count == 2, "the first frame");
        known.Send(Frame(new byte[FrameAssembler.MaxUnknownFrameLength]));
        harness.Until(() => inbox.Datagrams.Count == 3, "a long frame");
    }

    [Fact]
    public void An_unfinished_frame_takes_no_more_memory_than_has_arrived()
    {
        FrameAssembler assembler = new() { IsPeerKnown = true };
        Span<byte> input = [0xFF, 0x00, 1];
        Assert.False(assembler.TryRead(ref input, out _, out bool isBroken));
        Assert.False(isBroken);
        Assert.True(input.IsEmpty);
        Assert.InRange(assembler.AllocatedLength, 3, 4_096);
    }

    [Fact]
    public void The_receiver_hears_of_a_connection_that_its_peer_closed()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox);
        Socket peer = harness.Connect(listener);
        peer.Send(Frame([7]));
        harness.Until(() => inbox.Datagrams.Count == 1, "the frame");
        peer.Close();
        harness.Until(() => inbox.Closed.Count == 1, "the end");
        Assert.Same(inbox.Datagrams[0].Socket, inbox.Closed[0]);
        Assert.Equal(0, listener.ConnectionCount);
    }

    [Fact]
    public void Closing_the_tuple_sends_what_is_queued_and_closes_without_telling()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox);
        inbox.OnEach = (socket, remote) =>
        {
            TransportTuple tuple = socket.OpenTuple(remote);
            tuple.TrySend([1, 2, 3]);
            tuple.Close();
            Assert.True(tuple.Reserve(10).IsEmpty);
        };
        Socket peer = harness.Connect(listener);
        peer.Send(Frame([7]));
        harness.Until(() => listener.ConnectionCount == 0 && inbox.Datagrams.Count == 1, "the end");
        Assert.Equal([0, 3, 1, 2, 3], ReadStream(harness, peer, 5));
        Assert.Empty(inbox.Closed);
    }

    [Fact]
    public void Many_frames_leave_with_one_call_each_with_its_length()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        inbox.OnEach = (socket, remote) =>
        {
            TransportTuple tuple = socket.OpenTuple(remote);
            for (int i = 0; i < 20; i++)
                tuple.TrySend(SendQueueTests.Datagram(i, 100 + i));
        };
        Socket peer = harness.Connect(harness.OpenTcp(inbox));
        peer.Send(Frame([7]));
        byte[] expected =
            [.. Enumerable.Range(0, 20).SelectMany(i => Frame(SendQueueTests.Datagram(i, 100 + i)))];
        Assert.Equal(expected, ReadStream(harness, peer, expected.Length));
        Assert.Equal(1, harness.Loop.SendQueue.Counters.Calls);
        Assert.Equal(20, harness.Loop.SendQueue.Counters.Datagrams);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(150)]
    [InlineData(102)]
    [InlineData(1_021)]
    public void A_slow_connection_gets_whole_frames_in_order(int bytesPerCall)
    {
        int allowed = 0;
        ScriptedSendCalls calls = new()
        {
            MaxStreamBytes = bytesPerCall,
            Verdict = (_, _) => allowed-- > 0 ? 0 : Libc.EAGAIN,
        };
        using LoopHarness harness = new(calls);
        Inbox inbox = new();
        TransportTuple? tuple = null;
        inbox.OnEach = (socket, remote) => tuple = socket.OpenTuple(remote);
        Socket peer = harness.Connect(harness.OpenTcp(inbox));
        peer.Send(Frame([7]));
        harness.Until(() => tuple is not null, "the tuple");

        List<byte> expected = [];
        for (int i = 0; i < 40; i++)
        {
            byte[] datagram = SendQueueTests.Datagram(i, 100);
            expected.AddRange(Frame(datagram));
            Assert.True(tuple!.TrySend(datagram));
            allowed = i % 3;
            harness.Loop.RunTurn(0);
        }

        allowed = int.MaxValue;
        Assert.Equal(expected, ReadStream(harness, peer, expected.Count));
        Assert.Equal(0, harness.Loop.SendQueue.Counters.DroppedFull);
    }

    [Fact]
    public void A_reader_that_stops_loses_the_oldest_whole_frames_and_costs_bounded_memory()
    {
        using LoopHarness harness = new();
        Inbox inbox = new();
        TransportTuple? tuple = null;
        inbox.OnEach = (socket, remote) => tuple = socket.OpenTuple(remote);
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox, backlogBytes: 64 * 1024);
        Socket peer = harness.Connect(listener);
        peer.Send(Frame([7]));
        harness.Until(() => tuple is not null, "the tuple");

        const int Count = 20_000;
        for (int i = 0; i < Count; i++)
        {
            byte[] datagram = new byte[1_000];
            BinaryPrimitives.WriteInt32BigEndian(datagram, i);
            Assert.True(tuple!.TrySend(datagram));
            if (i % 16 == 0)
                harness.Loop.RunTurn(0);
        }

        harness.Loop.RunTurn(0);
        long dropped = harness.Loop.SendQueue.Counters.DroppedFull;
        Assert.InRange(dropped, 1, Count - 1);
        byte[] stream = ReadStream(harness, peer, (Count - (int)dropped) * 1_002);
        int last = -1;
        for (int position = 0; position < stream.Length; position += 1_002)
        {
            Assert.Equal(1_000, BinaryPrimitives.ReadUInt16BigEndian(stream.AsSpan(position)));
            int number = BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(position + 2));
            Assert.True(number > last, $"{number} after {last}");
            last = number;
        }

        Assert.Equal(Count - 1, last);
        Assert.Equal(0, harness.Loop.SendQueue.Counters.DroppedClosed);
    }

    [Fact]
    public void Unknown_peers_give_way_to_new_ones_and_known_ones_stay()
    {
        using LoopHarness harness = new();
        Inbox inbox = new() { OnEach = (socket, remote) => socket.OpenTuple(remote) };
        Worker.Net.TcpListener listener = harness.OpenTcp(inbox, maxConnections: 2);
        Socket known = harness.Connect(listener);
        known.Send(Frame([1]));
        harness.Until(() => inbox.Datagrams.Count == 1, "the known peer");

        harness.Connect(listener);
        harness.Until(() => listener.ConnectionCount == 2, "an unknown peer");
        Socket other = harness.Connect(listener);
        other.Send(Frame([2]));
        harness.Until(() => inbox.Datagrams.Count == 2, "a new peer");
        Assert.Equal(1, listener.Counters.Evicted);

        harness.Connect(listener);
        harness.Until(() => listener.Counters.Refused == 1, "a refusal");
        Assert.Equal(2, listener.ConnectionCount);
    }

    [Fact]
    public void A_broken_connection_is_found_by_the_loop_and_not_told_during_a_flush()
    {
        ScriptedSendCalls calls = new() { Verdict = (_, _) => Libc.EIO };
        using LoopHarness harness = new(calls);
        Inbox inbox = new();
        TransportTuple? tuple = null;
        inbox.OnEach = (socket, remote) => tuple = socket.OpenTuple(remote);
        Socket peer = harness.Connect(harness.OpenTcp(inbox));
        peer.Send(Frame([7]));
        harness.Until(() => tuple is not null, "the tuple");
        Assert.True(tuple!.TrySend([1]));
        harness.Loop.SendQueue.Flush();
        Assert.Empty(inbox.Closed);
        harness.Until(() => inbox.Closed.Count == 1, "the end");
    }

    private static byte[] Frame(byte[] datagram)
    {
        byte[] frame = new byte[datagram.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)datagram.Length);
        datagram.CopyTo(frame, 2);
        return frame;
    }

    private static byte[] ReadStream(LoopHarness harness, Socket peer, int length)
    {
        byte[] stream = new byte[length];
        int read = 0;
        harness.Until(
            () =>
            {
                while (read < length && peer.Poll(0, SelectMode.SelectRead))
                {
                    int count = peer.Receive(stream, read, length - read, SocketFlags.None);
                    Assert.True(count > 0, $"the stream ended after {read} of {length} bytes");
                    read += count;
                }

                return read == length;
            },
            $"{length} bytes");
        return stream;
    }
}
