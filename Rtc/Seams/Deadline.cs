namespace Rtc.Seams;

/// <summary>
/// A point in time at which its owner wants to be called. The core sets it, whoever owns the clock (the event loop,
/// a simulation) calls <see cref="DeadlineQueue.Expire"/>.
/// </summary>
public sealed class Deadline
{
    /// <summary>The value of <see cref="DueUs"/> while nothing is due.</summary>
    public const long Never = long.MaxValue;

    private readonly DeadlineQueue _queue;

    internal Deadline(DeadlineQueue queue, IDeadlineOwner owner, string label)
    {
        _queue = queue;
        Owner = owner;
        Label = label;
    }

    /// <summary>What it is for ("ice-consent", "nack"): answers why the loop woke up.</summary>
    public string Label { get; }

    /// <summary>When it is due, in monotonic microseconds; <see cref="Never"/> while it is clear.</summary>
    public long DueUs { get; internal set; } = Never;

    /// <summary>Whether a time is set.</summary>
    public bool IsSet => DueUs != Never;

    internal IDeadlineOwner Owner { get; }

    internal int HeapIndex { get; set; } = -1;

    internal ulong Order { get; set; }

    /// <summary>How often in a row its owner failed.</summary>
    internal int Failures { get; set; }

    /// <summary>Whether its owner has not cleared it since it was called.</summary>
    internal bool IsWanted { get; set; }

    /// <summary>Sets or moves it; <see cref="Never"/> clears it. Costs O(log n) of the deadlines that are set.</summary>
    public void Set(long dueUs) => _queue.Move(this, dueUs);

    /// <summary>Clears it. Must be done when its owner closes.</summary>
    public void Clear()
    {
        IsWanted = false;
        _queue.Move(this, Never);
    }
}
