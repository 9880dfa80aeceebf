using Rtc.Routing;
using Rtc.Transports;
using RtcTests.Routing;
using Xunit;

namespace RtcTests.Transports;

public sealed class CopyQueueTests
{
    private const uint Ssrc = 5_000;
    private const long NowUs = 1_000_000;

    private readonly TransportCounters _counters = new();
    private readonly CopyQueue _queue;
    private readonly Consumer _consumer;

    private long DueUs => _queue.GetDueUs(CopyUrgency.Asked, CopyUrgency.Other);

    public CopyQueueTests()
    {
        _queue = new CopyQueue(_counters);
        var room = new Room();
        Producer producer = room.Produce(new FakeTransport(room, "in"), "p");
        _consumer = room.Consume(new FakeTransport(room, "out"), producer, "c");
    }

    [Fact]
    public void A_copy_waits_a_little()
    {
        Assert.Equal(long.MaxValue, DueUs);
        _queue.Add(_consumer, Ssrc, 7, copies: 1, CopyUrgency.Other, NowUs);
        Assert.Equal(NowUs + CopyQueue.SpacingUs, DueUs);
        Assert.Empty(TakeAll(NowUs + CopyQueue.SpacingUs - 1));
        Assert.Equal([7], TakeAll(NowUs + CopyQueue.SpacingUs));
        Assert.Empty(TakeAll(NowUs + CopyQueue.SpacingUs));
    }

    [Fact]
    public void Each_further_copy_waits_for_the_one_before()
    {
        _queue.Add(_consumer, Ssrc, 7, copies: 3, CopyUrgency.Base, NowUs);
        for (int i = 1; i <= 3; i++)
        {
            Assert.Empty(TakeAll(NowUs + (i * CopyQueue.SpacingUs) - 1));
            Assert.Equal([7], TakeAll(NowUs + (i * CopyQueue.SpacingUs)));
        }

        Assert.Equal(long.MaxValue, DueUs);
    }

    [Fact]
    public void The_urgent_go_first_and_otherwise_the_older()
    {
        _queue.Add(_consumer, Ssrc, 4, copies: 1, CopyUrgency.Asked, NowUs + 1);
        _queue.Add(_consumer, Ssrc, 1, copies: 1, CopyUrgency.Other, NowUs);
        _queue.Add(_consumer, Ssrc, 2, copies: 1, CopyUrgency.Other, NowUs);
        _queue.Add(_consumer, Ssrc, 3, copies: 1, CopyUrgency.Base, NowUs);
        Assert.Equal([4, 3, 1, 2], TakeAll(NowUs + CopyQueue.SpacingUs + 1));
    }

    [Fact]
    public void What_found_no_room_in_time_is_forgotten_and_nobody_wakes_for_it()
    {
        _queue.Add(_consumer, Ssrc, 1, copies: 2, CopyUrgency.Base, NowUs);
        _queue.Add(_consumer, Ssrc, 2, copies: 1, CopyUrgency.Other, NowUs + 1);
        long lastUs = NowUs + CopyQueue.SpacingUs + CopyQueue.MostWaitUs;
        _queue.DropStale(lastUs);
        Assert.Equal(NowUs + CopyQueue.SpacingUs, DueUs);
        _queue.DropStale(lastUs + 1);
        Assert.Equal(NowUs + CopyQueue.SpacingUs + 1, DueUs);
        _queue.DropStale(lastUs + 2);
        Assert.Equal(long.MaxValue, DueUs);
        Assert.Equal(3, _counters.DroppedCopies);
    }

    [Fact]
    public void The_less_urgent_can_be_left_for_later()
    {
        _queue.Add(_consumer, Ssrc, 1, copies: 1, CopyUrgency.Base, NowUs);
        Assert.Equal(long.MaxValue, _queue.GetDueUs(CopyUrgency.Asked, CopyUrgency.Asked));
        Assert.False(_queue.TryTake(CopyUrgency.Asked, NowUs + CopyQueue.SpacingUs, out _, out _, out _));
        Assert.Equal([1], TakeAll(NowUs + CopyQueue.SpacingUs));
    }

    [Fact]
    public void What_found_no_room_for_long_is_not_sent()
    {
        _queue.Add(_consumer, Ssrc, 1, copies: 1, CopyUrgency.Base, NowUs);
        _queue.Add(_consumer, Ssrc, 2, copies: 1, CopyUrgency.Base, NowUs + 50_000);
        Assert.Equal([2], TakeAll(NowUs + CopyQueue.SpacingUs + CopyQueue.MostWaitUs + 1));
    }

    [Fact]
    public void It_is_bounded_and_can_be_emptied()
    {
        for (ushort i = 0; i < 1_000; i++)
            _queue.Add(_consumer, Ssrc, i, copies: 1, CopyUrgency.Base, NowUs);
        Assert.Equal(256, TakeAll(NowUs + CopyQueue.SpacingUs).Count);
        Assert.Equal(1_000 - 256, _counters.DroppedCopies);

        _queue.Add(_consumer, Ssrc, 1, copies: 1, CopyUrgency.Base, NowUs);
        _queue.Clear();
        Assert.Equal(long.MaxValue, DueUs);
        Assert.Equal(1_000 - 256, _counters.DroppedCopies);
    }

    private List<ushort> TakeAll(long nowUs)
    {
        List<ushort> numbers = [];
        while (_queue.TryTake(CopyUrgency.Other, nowUs, out Consumer consumer, out uint ssrc, out ushort number))
        {
            Assert.Same(_consumer, consumer);
            Assert.Equal(Ssrc, ssrc);
            numbers.Add(number);
        }

        return numbers;
    }
}
