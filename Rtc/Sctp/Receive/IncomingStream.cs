namespace Rtc.Sctp.Receive;

/// <summary>
/// The order of one incoming stream: which message comes next, and whole ones that wait for it. In whatever order they
/// come, one costs the logarithm of how many wait.
/// </summary>
internal sealed class IncomingStream
{
    // Room for more is given back once nothing waits: there may be 65,535 streams.
    private const int MaxKeptCapacity = 16;

    // By position: numbers of messages wrap, positions do not. Most streams never need it.
    private PriorityQueue<FragmentRun, long>? _waiting;
    private long _nextPosition;
    private long _takenPosition = -1;

    /// <summary>The SSN or MID of the message that is to be delivered next.</summary>
    public uint NextMessageId { get; private set; }

    /// <summary>How far a message is ahead of the next one; negative when it is past.</summary>
    public int Ahead(uint messageId, bool isInterleaved) =>
        isInterleaved ? (int)(messageId - NextMessageId) : (short)(messageId - NextMessageId);

    /// <summary>Moves on behind a message.</summary>
    public void MoveBehind(uint messageId, bool isInterleaved)
    {
        _nextPosition += Ahead(messageId, isInterleaved) + 1L;
        NextMessageId = isInterleaved ? messageId + 1 : (ushort)(messageId + 1);
    }

    /// <summary>Lets a whole message wait that is ahead.</summary>
    public void Queue(FragmentRun run, bool isInterleaved)
    {
        _waiting ??= new PriorityQueue<FragmentRun, long>();
        _waiting.Enqueue(run, _nextPosition + Ahead(run.First.MessageId, isInterleaved));
    }

    /// <summary>
    /// Takes the first that waits if it is no further ahead than this. A repetition has the number of the one that was
    /// taken before it: nobody may have it delivered.
    /// </summary>
    public FragmentRun? TakeFirst(int maxAhead, out bool isRepetition)
    {
        isRepetition = false;
        if (_waiting is null || !_waiting.TryPeek(out FragmentRun? run, out long position) ||
            position - _nextPosition > maxAhead)
        {
            return null;
        }

        _waiting.Dequeue();
        if (_waiting.Count == 0 && _waiting.EnsureCapacity(0) > MaxKeptCapacity)
            _waiting = null;

        isRepetition = position == _takenPosition;
        _takenPosition = position;
        return run;
    }
}
