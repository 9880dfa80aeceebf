using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class EventLoopTests
{
    [Fact]
    public void Deadlines_expire_in_order_at_their_time_and_not_before()
    {
        ManualClock clock = new() { NowUs = 1_000_000 };
        using EventLoop loop = new(clock);
        Owner owner = new();
        loop.Deadlines.Create(owner, "second").Set(1_000_200);
        loop.Deadlines.Create(owner, "first").Set(1_000_100);

        // A clock of our own does not move by waiting, so the wait must be bounded by hand.
        loop.RunTurn(0);
        Assert.Empty(owner.Expired);
        clock.NowUs = 1_000_100;
        Assert.Equal(1, loop.RunTurn(EventLoop.Forever));
        clock.NowUs = 1_000_250;
        loop.RunTurn(EventLoop.Forever);
        Assert.Equal([("first", 1_000_100), ("second", 1_000_250)], owner.Expired);
    }

    [Fact]
    public void The_loop_waits_for_the_earliest_deadline()
    {
        using EventLoop loop = new();
        Owner owner = new();
        Deadline deadline = loop.Deadlines.Create(owner, "due");
        long dueUs = loop.Clock.NowUs + 3_000;
        deadline.Set(dueUs);
        for (int turn = 0; turn < 1_000 && owner.Expired.Count == 0; turn++)
            loop.RunTurn(EventLoop.Forever);

        Assert.True(Assert.Single(owner.Expired).NowUs >= dueUs);
        Assert.InRange(loop.Turns, 1, 5);
    }

    [Fact]
    public void Another_thread_can_stop_a_waiting_loop()
    {
        using EventLoop loop = new();
        Thread thread = new(loop.Run);
        thread.Start();
        loop.Stop();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void The_end_of_a_turn_comes_after_deadlines_and_after_the_flush()
    {
        ManualClock clock = new();
        ScriptedSendCalls calls = new();
        using LoopHarness harness = new(calls, clock: clock);
        UdpSocket socket = harness.OpenUdp(new Inbox());
        TransportAddress remote = LoopHarness.Address(harness.OpenPeer().LocalEndPoint);
        Owner owner = new() { OnExpired = () => socket.SendTo(remote, [1]) };
        harness.Loop.Deadlines.Create(owner, "send").Set(1);
        List<int> sentAtTurnEnd = [];
        harness.Loop.AddTurnEnd(new TurnEnd(() => sentAtTurnEnd.Add(calls.Sent.Count)));
        clock.NowUs = 5;
        harness.Loop.RunTurn(0);
        Assert.Equal([1], sentAtTurnEnd);
    }

    [Fact]
    public void A_defect_costs_the_input_that_brought_it_to_light_and_nothing_else()
    {
        ManualClock clock = new();
        using LoopHarness harness = new(clock: clock);
        List<string> defects = [];
        harness.Loop.Input.OnDefect = (input, defect) => defects.Add($"{input}: {defect.Message}");
        Inbox inbox = new();
        inbox.OnEach = (_, _) => FailAt(inbox.Datagrams.Count, 2);
        UdpSocket socket = harness.OpenUdp(inbox);
        using System.Net.Sockets.Socket peer = harness.OpenPeer();
        for (byte i = 0; i < 3; i++)
            peer.SendTo([i], LoopHarness.EndPoint(socket.LocalAddress));
        harness.Until(() => inbox.Datagrams.Count == 3, "all datagrams");

        Owner owner = new();
        owner.OnExpired = () => FailAt(owner.Expired.Count, 1);
        for (int i = 1; i <= 3; i++)
            harness.Loop.Deadlines.Create(owner, $"{i}").Set(i);
        clock.NowUs = 5;
        harness.Until(() => owner.Expired.Count == 3, "all deadlines");
        Assert.Equal(["a datagram: of ours", "a deadline: of ours"], defects);

        harness.Loop.Input.OnDefect = null;
        harness.Loop.Deadlines.Create(owner, "last").Set(6);
        owner.OnExpired = () => FailAt(0, 0);
        clock.NowUs = 7;
        Assert.Throws<InvalidOperationException>(() => harness.Loop.RunTurn(0));

        static void FailAt(int count, int failing)
        {
            if (count == failing)
                throw new InvalidOperationException("of ours");
        }
    }

    [Fact]
    public void A_registration_that_was_closed_gets_no_events_and_its_place_is_used_again()
    {
        using LoopHarness harness = new();
        for (int i = 0; i < 300; i++)
        {
            Inbox inbox = new();
            UdpSocket socket = harness.OpenUdp(inbox);
            using System.Net.Sockets.Socket peer = harness.OpenPeer();
            peer.SendTo([1], LoopHarness.EndPoint(socket.LocalAddress));
            if (i % 2 == 0)
                harness.Until(() => inbox.Datagrams.Count == 1, "the datagram");
            socket.Close();
            harness.Loop.RunTurn(0);
            Assert.Equal(i % 2 == 0 ? 1 : 0, inbox.Datagrams.Count);
        }
    }

    internal sealed class ManualClock : IClock
    {
        public long NowUs { get; set; }
    }

    private sealed class Owner : IDeadlineOwner
    {
        public List<(string Label, long NowUs)> Expired { get; } = [];

        public Action? OnExpired { get; set; }

        public void OnDeadline(Deadline deadline, long nowUs)
        {
            Expired.Add((deadline.Label, nowUs));
            OnExpired?.Invoke();
        }
    }

    private sealed class TurnEnd(Action action) : ITurnEnd
    {
        public void OnTurnEnd(long nowUs) => action();
    }
}
