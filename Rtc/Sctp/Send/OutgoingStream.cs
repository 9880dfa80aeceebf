namespace Rtc.Sctp.Send;

/// <summary>What one outgoing stream has queued, its numbers, and how far a reset of it is.</summary>
internal sealed class OutgoingStream(ushort id)
{
    private OutgoingMessage? _last;

    public ushort Id { get; } = id;

    /// <summary>The message that is cut into chunks, or the next one.</summary>
    public OutgoingMessage? First { get; private set; }

    /// <summary>Bytes that were not sent once.</summary>
    public int BufferedAmount { get; set; }

    /// <summary>Falling to this is told.</summary>
    public int LowThreshold { get; set; }

    /// <summary>The next stream sequence number (DATA).</summary>
    public ushort NextSsn { get; set; }

    /// <summary>The next identifier of an ordered message (I-DATA).</summary>
    public uint NextOrderedMid { get; set; }

    /// <summary>The next identifier of an unordered message (I-DATA).</summary>
    public uint NextUnorderedMid { get; set; }

    /// <summary>How many messages are sent before the stream is reset; negative when no reset is wanted.</summary>
    public int MessagesBeforeReset { get; set; } = -1;

    /// <summary>Whether a request to reset it is under way: nothing is sent.</summary>
    public bool IsResetting { get; set; }

    /// <summary>Whether another reset was asked for meanwhile.</summary>
    public bool IsResetAgain { get; set; }

    public int MessageCount { get; private set; }

    // Neighbours in the scheduler's ring; null when not in it.
    public OutgoingStream? RingNext { get; set; }

    public OutgoingStream? RingPrevious { get; set; }

    /// <summary>Whether a reset is wanted and all that goes before it was sent.</summary>
    public bool IsReadyToReset => MessagesBeforeReset == 0 && !IsResetting;

    /// <summary>Whether it has something that may be sent.</summary>
    public bool CanSend => First is not null && MessagesBeforeReset != 0 && !IsResetting;

    public void Enqueue(OutgoingMessage message)
    {
        if (_last is null)
            First = message;
        else
            _last.Next = message;

        _last = message;
        MessageCount++;
        BufferedAmount += message.Length;
    }

    /// <summary>Takes the first off: it was sent wholly or is abandoned.</summary>
    public OutgoingMessage Dequeue()
    {
        OutgoingMessage message = First!;
        First = message.Next;
        message.Next = null;
        if (First is null)
            _last = null;

        MessageCount--;
        if (MessagesBeforeReset > 0)
            MessagesBeforeReset--;

        return message;
    }

    /// <summary>The number of a message whose first chunk is cut off now.</summary>
    public uint TakeMessageId(bool isUnordered, bool isInterleaved)
    {
        if (isInterleaved)
            return isUnordered ? NextUnorderedMid++ : NextOrderedMid++;

        return isUnordered ? 0u : NextSsn++;
    }

    /// <summary>Begins all numbers anew.</summary>
    public void ResetNumbers()
    {
        NextSsn = 0;
        NextOrderedMid = 0;
        NextUnorderedMid = 0;
    }
}
