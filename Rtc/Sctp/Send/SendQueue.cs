using System.Diagnostics.CodeAnalysis;
using Rtc.Seams;

namespace Rtc.Sctp.Send;

/// <summary>
/// Messages that wait for their first transmission, by stream, within bounds. Streams take turns: message by message,
/// or with interleaving (RFC 8260) chunk by chunk.
/// </summary>
internal sealed class SendQueue(SctpOptions options, SctpBufferPool buffers)
{
    private readonly OutgoingMessagePool _messages = new(buffers);
    private readonly Dictionary<ushort, OutgoingStream> _streams = [];
    private OutgoingStream? _current;
    private int _messageCount;

    /// <summary>Bytes that were not sent once.</summary>
    public int BufferedAmount { get; private set; }

    /// <summary>Whether a stream has something that it may send.</summary>
    public bool CanSend => _current is not null;

    /// <summary>Whether nothing is queued, blocked by a reset or not.</summary>
    public bool IsEmpty => _messageCount == 0;

    /// <summary>Streams whose amount fell to their threshold and whose owner was not told yet.</summary>
    public List<ushort> LowStreams { get; } = [];

    /// <summary>Whether the amount of all fell to its threshold and the owner was not told yet.</summary>
    public bool IsTotalLow { get; set; }

    /// <summary>How many streams wait for their reset to be requested.</summary>
    public int ReadyToResetCount { get; private set; }

    /// <summary>Whether a message is refused for what waits already.</summary>
    public bool IsFull(ushort streamId) =>
        BufferedAmount >= options.MaxSendBufferBytes || _messageCount >= options.MaxQueuedMessages ||
        GetBufferedAmount(streamId) >= options.MaxStreamSendBufferBytes;

    public int GetBufferedAmount(ushort streamId) =>
        _streams.TryGetValue(streamId, out OutgoingStream? stream) ? stream.BufferedAmount : 0;

    public void SetLowThreshold(ushort streamId, int bytes) => GetStream(streamId).LowThreshold = bytes;

    /// <summary>Queues a copy of the payload.</summary>
    public void Enqueue(
        ushort streamId,
        uint payloadProtocolId,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        in SctpSendOptions how,
        long nowUs)
    {
        OutgoingMessage message = _messages.Create(first, second);
        message.StreamId = streamId;
        message.PayloadProtocolId = payloadProtocolId;
        message.IsUnordered = !how.Ordered;
        message.MaxRetransmits = how.MaxRetransmits ?? -1;
        message.ExpiresUs =
            how.LifetimeMs is ushort lifetimeMs ? nowUs + (lifetimeMs * 1_000L) : Deadline.Never;
        OutgoingStream stream = GetStream(streamId);
        stream.Enqueue(message);
        BufferedAmount += message.Length;
        _messageCount++;
        Schedule(stream);
    }

    /// <summary>The message whose turn it is.</summary>
    public bool TryPeek([NotNullWhen(true)] out OutgoingMessage? message)
    {
        message = _current?.First;
        return message is not null;
    }

    /// <summary>Cuts the next bytes off the message whose turn it is, which gives it a number if it has none.</summary>
    public void Take(int length, bool isInterleaved)
    {
        OutgoingStream stream = _current!;
        OutgoingMessage message = stream.First!;
        if (!message.IsStarted)
            message.MessageId = stream.TakeMessageId(message.IsUnordered, isInterleaved);

        message.SentLength += length;
        message.References++;
        bool isDone = message.UnsentLength == 0;
        if (isDone)
            Remove(stream);

        // Without interleaving the chunks of a message must follow one another.
        if ((isDone || isInterleaved) && _current == stream)
            _current = stream.RingNext;

        Lower(stream, length);
    }

    /// <summary>Gives up the rest of the message whose turn it is.</summary>
    public void DiscardCurrent(bool isInterleaved) => Discard(_current!, isInterleaved);

    /// <summary>Gives up the rest of a message that was sent in part; false when nothing of it is queued.</summary>
    public bool TryDiscardRest(OutgoingMessage message, bool isInterleaved)
    {
        if (message.UnsentLength == 0 || !_streams.TryGetValue(message.StreamId, out OutgoingStream? stream) ||
            stream.First != message)
        {
            return false;
        }

        Discard(stream, isInterleaved);
        return true;
    }

    /// <summary>Lets go of a message for a chunk that will not be sent again.</summary>
    public void Release(OutgoingMessage message) => _messages.Release(message);

    /// <summary>Wants a stream reset once what it has queued now is sent.</summary>
    public void RequestReset(ushort streamId)
    {
        OutgoingStream stream = GetStream(streamId);
        if (stream.IsResetting)
        {
            stream.IsResetAgain = true;
            return;
        }

        bool wasReady = stream.IsReadyToReset;
        stream.MessagesBeforeReset = stream.MessageCount;
        if (stream.IsReadyToReset && !wasReady)
            ReadyToResetCount++;
        else if (!stream.IsReadyToReset && wasReady)
            ReadyToResetCount--;

        Schedule(stream);
    }

    /// <summary>Adds streams that are ready to be reset, up to a number of them in all, and blocks them.</summary>
    public void TakeReadyToReset(List<ushort> streamIds, int maxCount)
    {
        foreach (OutgoingStream stream in _streams.Values)
        {
            if (streamIds.Count >= maxCount || ReadyToResetCount == 0)
                break;

            if (!stream.IsReadyToReset)
                continue;

            stream.IsResetting = true;
            ReadyToResetCount--;
            streamIds.Add(stream.Id);
        }
    }

    /// <summary>A reset was performed or refused: the stream may send again.</summary>
    public void EndReset(ushort streamId, bool isPerformed)
    {
        OutgoingStream stream = GetStream(streamId);
        stream.IsResetting = false;
        stream.MessagesBeforeReset = -1;
        if (isPerformed)
            stream.ResetNumbers();

        if (stream.IsResetAgain)
        {
            stream.IsResetAgain = false;
            RequestReset(streamId);
        }

        Schedule(stream);
        Forget(stream);
    }

    /// <summary>The peer began anew: all numbers do, and messages that were sent in part are lost.</summary>
    public int Restart(bool isInterleaved)
    {
        int lost = 0;
        foreach (OutgoingStream stream in (OutgoingStream[])[.. _streams.Values])
        {
            if (stream.First is { IsStarted: true })
            {
                Discard(stream, isInterleaved);
                lost++;
            }

            stream.ResetNumbers();
            stream.IsResetting = false;
            stream.IsResetAgain = false;
            stream.MessagesBeforeReset = -1;
            Schedule(stream);
        }

        ReadyToResetCount = 0;
        return lost;
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        foreach (OutgoingStream stream in _streams.Values)
        {
            while (stream.First is not null)
                _messages.Release(stream.Dequeue());
        }

        _streams.Clear();
        _current = null;
        _messageCount = 0;
        BufferedAmount = 0;
        ReadyToResetCount = 0;
    }

    private void Discard(OutgoingStream stream, bool isInterleaved)
    {
        int length = stream.First!.UnsentLength;
        Remove(stream);
        if (_current == stream && !isInterleaved)
            _current = stream.RingNext;

        Lower(stream, length);
    }

    private void Remove(OutgoingStream stream)
    {
        bool wasReady = stream.IsReadyToReset;
        OutgoingMessage message = stream.Dequeue();
        _messageCount--;
        if (stream.IsReadyToReset && !wasReady)
            ReadyToResetCount++;

        Schedule(stream);
        _messages.Release(message);
    }

    private void Lower(OutgoingStream stream, int length)
    {
        int streamBefore = stream.BufferedAmount;
        int before = BufferedAmount;
        stream.BufferedAmount -= length;
        BufferedAmount -= length;
        if (streamBefore > stream.LowThreshold && stream.BufferedAmount <= stream.LowThreshold)
            LowStreams.Add(stream.Id);

        if (before > options.TotalBufferedAmountLowThreshold &&
            BufferedAmount <= options.TotalBufferedAmountLowThreshold)
        {
            IsTotalLow = true;
        }
    }

    // Puts a stream into the ring when it may send, and takes it out when not.
    private void Schedule(OutgoingStream stream)
    {
        bool isInRing = stream.RingNext is not null;
        if (stream.CanSend == isInRing)
            return;

        if (isInRing)
        {
            if (_current == stream)
                _current = stream.RingNext == stream ? null : stream.RingNext;

            stream.RingPrevious!.RingNext = stream.RingNext;
            stream.RingNext!.RingPrevious = stream.RingPrevious;
            stream.RingNext = null;
            stream.RingPrevious = null;
            return;
        }

        if (_current is null)
        {
            stream.RingNext = stream;
            stream.RingPrevious = stream;
            _current = stream;
            return;
        }

        // Behind all others: right before the one whose turn it is.
        stream.RingNext = _current;
        stream.RingPrevious = _current.RingPrevious;
        _current.RingPrevious!.RingNext = stream;
        _current.RingPrevious = stream;
    }

    // A stream without state worth keeping needs no object.
    private void Forget(OutgoingStream stream)
    {
        if (stream is { MessageCount: 0, LowThreshold: 0, MessagesBeforeReset: < 0, NextSsn: 0 } and
            { NextOrderedMid: 0, NextUnorderedMid: 0 })
        {
            _streams.Remove(stream.Id);
        }
    }

    private OutgoingStream GetStream(ushort streamId)
    {
        if (!_streams.TryGetValue(streamId, out OutgoingStream? stream))
        {
            stream = new OutgoingStream(streamId);
            _streams.Add(streamId, stream);
        }

        return stream;
    }
}
