using Rtc.Seams;

namespace Rtc.Sctp.Send;

/// <summary>
/// A message on its way out. Its bytes are kept once, in an array of the pool, until the queue and all chunks that
/// carry a part of it have let go of it.
/// </summary>
internal sealed class OutgoingMessage
{
    public byte[] Buffer = [];
    public int Length;
    public ushort StreamId;
    public uint PayloadProtocolId;
    public bool IsUnordered;

    /// <summary>How often a part may be repeated; negative for any.</summary>
    public int MaxRetransmits;

    /// <summary>When it is not worth sending any more.</summary>
    public long ExpiresUs = Deadline.Never;

    /// <summary>How many bytes were cut off as chunks.</summary>
    public int SentLength;

    /// <summary>The SSN or MID, once the first chunk was cut off.</summary>
    public uint MessageId;

    /// <summary>The FSN of the next chunk.</summary>
    public uint NextPosition;

    /// <summary>The TSN of the first chunk.</summary>
    public uint FirstTsn;

    /// <summary>The TSN of the last chunk that was cut off.</summary>
    public uint LastTsn;

    public bool IsAbandoned;

    /// <summary>How many hold it: the queue, and each chunk that may still be sent.</summary>
    public int References;

    /// <summary>The one behind it in its stream's queue, or in the list of free ones.</summary>
    public OutgoingMessage? Next;

    public bool IsStarted => SentLength > 0;

    public int UnsentLength => Length - SentLength;
}

/// <summary>Makes messages and takes them back.</summary>
internal sealed class OutgoingMessagePool(SctpBufferPool buffers)
{
    private const int MaxFree = 4_096;
    private OutgoingMessage? _free;
    private int _freeCount;

    /// <summary>A message with one reference and a copy of the payload, which comes in two parts.</summary>
    public OutgoingMessage Create(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        OutgoingMessage message = _free ?? new OutgoingMessage();
        if (_free is not null)
        {
            _free = message.Next;
            _freeCount--;
        }

        message.Length = first.Length + second.Length;
        message.Buffer = buffers.Rent(message.Length);
        first.CopyTo(message.Buffer);
        second.CopyTo(message.Buffer.AsSpan(first.Length));
        message.Next = null;
        message.SentLength = 0;
        message.NextPosition = 0;
        message.IsAbandoned = false;
        message.References = 1;
        return message;
    }

    public void Release(OutgoingMessage message)
    {
        if (--message.References > 0)
            return;

        buffers.Return(message.Buffer);
        message.Buffer = [];
        if (_freeCount >= MaxFree)
            return;

        message.Next = _free;
        _free = message;
        _freeCount++;
    }
}
