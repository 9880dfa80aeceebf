using Rtc.Seams;
using Xunit;

namespace RtcTests.Seams;

public class DeadlineQueueTests
{
    [Fact]
    public void Expires_in_order_of_time_then_of_setting()
    {
        var queue = new DeadlineQueue();
        var log = new Log();
        Deadline late = queue.Create(log, "late");
        Deadline first = queue.Create(log, "first");
        Deadline second = queue.Create(log, "second");
        late.Set(20);
        first.Set(10);
        second.Set(10);

        Assert.Equal(10, queue.NextUs);
        Assert.Equal(2, queue.Expire(15));
        Assert.Equal(["first", "second"], log.Labels);
        Assert.Equal(20, queue.NextUs);
        Assert.Equal("late", queue.NextLabel);
    }

    [Fact]
    public void A_deadline_set_again_to_a_due_time_waits_for_the_next_call()
    {
        var queue = new DeadlineQueue();
        var log = new Log { Again = true };
        queue.Create(log, "again").Set(1);

        Assert.Equal(1, queue.Expire(5));
        Assert.Equal(1, queue.Expire(5));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void Cleared_deadlines_are_not_called()
    {
        var queue = new DeadlineQueue();
        var log = new Log();
        Deadline deadline = queue.Create(log, "x");
        deadline.Set(1);
        deadline.Clear();

        Assert.Equal(0, queue.Expire(5));
        Assert.Equal(Deadline.Never, queue.NextUs);
        Assert.False(deadline.IsSet);
    }

    [Fact]
    public void An_owner_that_fails_is_called_again_but_not_forever()
    {
        var queue = new DeadlineQueue();
        var owner = new Failing { Failures = 3 };
        owner.Own = queue.Create(owner, "reports");
        owner.Own.Set(5);
        long nowUs = 5;
        for (int i = 0; i < 3; i++, nowUs += DeadlineQueue.RetryUs)
        {
            Assert.Throws<InvalidOperationException>(() => queue.Expire(nowUs));
            Assert.Equal(nowUs + DeadlineQueue.RetryUs, queue.NextUs);
        }

        Assert.Equal(1, queue.Expire(nowUs));
        Assert.Equal(0, queue.Count);

        owner.Failures = int.MaxValue;
        owner.Own.Set(nowUs);
        int failures = 0;
        while (queue.Count > 0)
        {
            Assert.Throws<InvalidOperationException>(() => queue.Expire(queue.NextUs));
            failures++;
        }

        Assert.Equal(DeadlineQueue.MaxFailures, failures);
    }

    [Fact]
    public void An_owner_that_fails_while_it_closes_is_not_called_again()
    {
        var queue = new DeadlineQueue();
        var owner = new Failing { Failures = 1, ClosesFirst = true };
        owner.Own = queue.Create(owner, "reports");
        owner.Own.Set(5);
        Assert.Throws<InvalidOperationException>(() => queue.Expire(5));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Agrees_with_a_sorted_list_over_random_operations()
    {
        var random = new Random(7);
        var queue = new DeadlineQueue();
        var log = new Log();
        Deadline[] all = [.. Enumerable.Range(0, 200).Select(i => queue.Create(log, i.ToString()))];
        for (int step = 0; step < 20_000; step++)
        {
            Deadline one = all[random.Next(all.Length)];
            if (random.Next(4) == 0)
                one.Clear();
            else
                one.Set(random.Next(1, 1000));

            long expected = all.Min(d => d.DueUs);
            Assert.Equal(expected, queue.NextUs);
            Assert.Equal(all.Count(d => d.IsSet), queue.Count);
            if (random.Next(20) == 0)
            {
                int due = all.Count(d => d.DueUs <= 300);
                Assert.Equal(due, queue.Expire(300));
            }
        }
    }

    private sealed class Failing : IDeadlineOwner
    {
        public Deadline Own { get; set; } = null!;

        public int Failures { get; set; }

        public bool ClosesFirst { get; set; }

        public void OnDeadline(Deadline deadline, long nowUs)
        {
            if (ClosesFirst)
                Own.Clear();

            if (Failures-- > 0)
                throw new InvalidOperationException("a defect");
        }
    }

    private sealed class Log : IDeadlineOwner
    {
        public List<string> Labels { get; } = [];

        public bool Again { get; init; }

        public void OnDeadline(Deadline deadline, long nowUs)
        {
            Labels.Add(deadline.Label);
            if (Again)
                deadline.Set(nowUs);
        }
    }
}
