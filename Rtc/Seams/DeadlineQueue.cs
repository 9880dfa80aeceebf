namespace Rtc.Seams;

/// <summary>
/// All deadlines of one loop in a binary heap. Deadlines that fall on the same microsecond come in the order in which
/// they were set, so a run can be repeated exactly.
/// </summary>
public sealed class DeadlineQueue
{
    /// <summary>How long after a failure its owner is called again, in microseconds.</summary>
    public const long RetryUs = 1_000_000;

    /// <summary>How often in a row an owner may fail before it is not called again.</summary>
    public const int MaxFailures = 10;

    private Deadline[] _heap = new Deadline[64];
    private ulong _nextOrder;

    /// <summary>How many deadlines are set.</summary>
    public int Count { get; private set; }

    /// <summary>When the earliest is due, in monotonic microseconds; <see cref="Deadline.Never"/> when none is.</summary>
    public long NextUs => Count == 0 ? Deadline.Never : _heap[0].DueUs;

    /// <summary>The label of the earliest; null when none is set.</summary>
    public string? NextLabel => Count == 0 ? null : _heap[0].Label;

    /// <summary>Makes a deadline that is not set yet.</summary>
    /// <param name="owner">Who is told.</param>
    /// <param name="label">What it is for, for logs and tests.</param>
    public Deadline Create(IDeadlineOwner owner, string label) => new(this, owner, label);

    /// <summary>
    /// Tells the owners of all deadlines that are due at <paramref name="nowUs"/> and returns how many there were.
    /// A deadline that its owner sets to a time that is due again waits for the next call, so nobody can hold the
    /// loop. Where an owner fails, which is a defect, it is called again later: what happens at intervals goes on, and
    /// nobody lives forever for want of a timeout.
    /// </summary>
    public int Expire(long nowUs)
    {
        ulong limit = _nextOrder;
        int expired = 0;
        while (Count > 0 && _heap[0].DueUs <= nowUs && _heap[0].Order < limit)
        {
            Deadline deadline = _heap[0];
            Move(deadline, Deadline.Never);
            expired++;
            deadline.IsWanted = true;
            try
            {
                deadline.Owner.OnDeadline(deadline, nowUs);
                deadline.Failures = 0;
            }
            catch
            {
                bool isTriedAgain = deadline.IsWanted && ++deadline.Failures < MaxFailures;
                Move(deadline, isTriedAgain ? nowUs + RetryUs : Deadline.Never);
                throw;
            }
        }

        return expired;
    }

    internal void Move(Deadline deadline, long dueUs)
    {
        if (deadline.DueUs == dueUs)
            return;

        bool wasSet = deadline.IsSet;
        deadline.DueUs = dueUs;
        deadline.Order = _nextOrder++;
        if (!wasSet)
            Insert(deadline);
        else if (dueUs == Deadline.Never)
            Remove(deadline);
        else
            Restore(deadline.HeapIndex);
    }

    private static bool IsBefore(Deadline left, Deadline right) =>
        left.DueUs != right.DueUs ? left.DueUs < right.DueUs : left.Order < right.Order;

    private void Insert(Deadline deadline)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, _heap.Length * 2);

        Place(deadline, Count++);
        Restore(deadline.HeapIndex);
    }

    private void Remove(Deadline deadline)
    {
        int index = deadline.HeapIndex;
        Deadline last = _heap[--Count];
        _heap[Count] = null!;
        deadline.HeapIndex = -1;
        if (ReferenceEquals(last, deadline))
            return;

        Place(last, index);
        Restore(index);
    }

    private void Restore(int index)
    {
        Deadline moving = _heap[index];
        while (index > 0 && IsBefore(moving, _heap[(index - 1) / 2]))
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        while (true)
        {
            int child = (index * 2) + 1;
            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (child >= Count || !IsBefore(_heap[child], moving))
                break;
            Place(_heap[child], index);
            index = child;
        }

        Place(moving, index);
    }

    private void Place(Deadline deadline, int index)
    {
        _heap[index] = deadline;
        deadline.HeapIndex = index;
    }
}
