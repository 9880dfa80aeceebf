namespace Rtc.Sctp.Receive;

/// <summary>The order of one incoming stream: which message comes next, and whole ones that wait for it.</summary>
internal sealed class IncomingStream
{
    private FragmentRun? _first;
    private FragmentRun? _last;

    /// <summary>The SSN or MID of the message that is to be delivered next.</summary>
    public uint NextMessageId { get; set; }

    /// <summary>How far a message is ahead of the next one; negative when it is past.</summary>
    public int Ahead(uint messageId, bool isInterleaved) =>
        isInterleaved ? (int)(messageId - NextMessageId) : (short)(messageId - NextMessageId);

    /// <summary>Moves on behind a message.</summary>
    public void MoveBehind(uint messageId, bool isInterleaved) =>
        NextMessageId = isInterleaved ? messageId + 1 : (ushort)(messageId + 1);

    /// <summary>Lets a whole message wait; false when one with its number waits already.</summary>
    public bool TryQueue(FragmentRun run, bool isInterleaved)
    {
        int ahead = Ahead(run.First.MessageId, isInterleaved);
        if (_last is null)
        {
            _first = run;
            _last = run;
            return true;
        }

        if (ahead > Ahead(_last.First.MessageId, isInterleaved))
        {
            _last.Next = run;
            _last = run;
            return true;
        }

        FragmentRun? before = null;
        FragmentRun? at = _first;
        while (at is not null && Ahead(at.First.MessageId, isInterleaved) < ahead)
        {
            before = at;
            at = at.Next;
        }

        if (at is not null && at.First.MessageId == run.First.MessageId)
            return false;

        run.Next = at;
        if (before is null)
            _first = run;
        else
            before.Next = run;

        return true;
    }

    /// <summary>Takes the first that waits if it is no further ahead than this.</summary>
    public FragmentRun? TakeFirst(int maxAhead, bool isInterleaved)
    {
        FragmentRun? run = _first;
        if (run is null || Ahead(run.First.MessageId, isInterleaved) > maxAhead)
            return null;

        _first = run.Next;
        run.Next = null;
        if (_first is null)
            _last = null;

        return run;
    }
}
