using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// A UDP socket's side of the send queue. Runs of equal-sized datagrams to one destination become one message with
/// UDP_SEGMENT (Linux 4.18), everything goes out by sendmmsg. Where the kernel refuses segmentation the socket does
/// without it from then on.
/// </summary>
internal sealed unsafe class UdpLane : SendLane
{
    // Below the minimum MTU of IPv6 a refusal cannot be about the size.
    private const int MinUsefulSegment = 1_200;

    // How many calls FlushBacklog makes before it leaves the rest to the next turn.
    private const int MaxBacklogCalls = 16;

    private readonly UdpSocket? _socket;
    private List<SendDestination>? _oneOffs;
    private int _oneOffCount;
    private int _messageCount;
    private int _vectorCount;
    private bool _isFull;

    public UdpLane(SendQueue queue, int fd, UdpSocket? socket, int backlogBytes)
        : base(queue, fd, backlogBytes)
    {
        _socket = socket;
        MaxSegmentSize = SendQueue.MaxDatagramLength;
    }

    /// <summary>Queues a copy for a peer that has no tuple.</summary>
    public void SendTo(in TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        _oneOffs ??= [];
        if (_oneOffCount == _oneOffs.Count)
            _oneOffs.Add(new SendDestination(this, remote));

        int index = _oneOffCount;
        SendDestination destination = _oneOffs[index];
        Span<byte> room = Queue.Reserve(destination, datagram.Length);

        // The reservation may have flushed the queue, which makes all of them free again.
        (_oneOffs[index], _oneOffs[_oneOffCount]) = (_oneOffs[_oneOffCount], destination);
        if (room.Length < datagram.Length)
            return;

        destination.SetRemote(remote);
        datagram.CopyTo(room);
        Queue.Commit(destination, datagram.Length);
        _oneOffCount++;
    }

    public override void FlushBacklog()
    {
        for (int calls = 0; calls < MaxBacklogCalls && IsBlocked; calls++)
        {
            int count = GatherBacklog();
            int sent = Queue.Calls.SendMany(Fd, Queue.Scratch.Messages, count);
            Queue.Counters.Calls++;
            if (sent < 0)
            {
                if (IsTemporary(-sent))
                    break;
                Backlog.RemoveFirst();
                Queue.Counters.DroppedError++;
                continue;
            }

            for (int i = 0; i < sent; i++)
            {
                Queue.Counters.Datagrams++;
                Queue.Counters.Bytes += Queue.Scratch.Messages[i].Length;
                Backlog.RemoveFirst();
            }
        }

        Backlog.Trim();
    }

    protected override void FlushDirty()
    {
        // What waits goes first, so that the order to each destination is kept.
        _isFull = IsBlocked;
        ReadOnlySpan<SendDestination> dirty = Dirty;
        for (int i = 0; i < dirty.Length; i++)
        {
            SendQueue.Run* run = dirty[i].Head;
            while (run is not null && !_isFull)
                run = AddMessage(i, dirty[i], run);
            if (run is not null)
                MoveToBacklog(dirty[i], run);
        }

        Submit();
        _oneOffCount = 0;

        // What was not blocked before and is not now is not watched either.
        if (_isFull)
            _socket?.WatchWritable(IsBlocked);
    }

    protected override void AppendToBacklog(SendDestination destination, ReadOnlySpan<byte> datagram) =>
        Queue.Counters.DroppedFull += Backlog.Append(new(destination.Name, destination.NameLength), datagram);

    private static bool IsTemporary(int errno) => errno is Libc.EAGAIN or Libc.ENOBUFS or Libc.EINTR;

    /// <summary>Adds a message that begins with a run and returns the run behind it.</summary>
    private SendQueue.Run* AddMessage(int place, SendDestination destination, SendQueue.Run* first)
    {
        if (_messageCount == SendScratch.MaxMessages ||
            _vectorCount + SendQueue.MaxRunLength > SendScratch.MaxVectors)
        {
            Submit();
            if (_isFull)
                return first;
        }

        SendScratch scratch = Queue.Scratch;
        int index = _messageCount++;
        SendScratch.Content* content = scratch.Contents + index;
        content->FirstRun = first;
        content->Destination = place;
        content->RunCount = 1;
        content->Datagrams = first->Count;
        content->Bytes = first->Bytes;
        Libc.IoVector* vectors = scratch.Vectors + _vectorCount;
        vectors->Base = first->Start;
        vectors->Length = (nuint)first->Bytes;
        SendQueue.Run* next = first->Next;
        if (next is not null)
            next = JoinRuns(content, next, vectors);

        _vectorCount += content->RunCount;
        Libc.MessageHeader* header = &scratch.Messages[index].Header;
        header->Name = destination.Name;
        header->NameLength = (uint)destination.NameLength;
        header->Vectors = vectors;
        header->VectorCount = (nuint)content->RunCount;
        header->Control = null;
        header->ControlLength = 0;
        if (content->Datagrams > 1)
        {
            Libc.SegmentControl* control = scratch.Controls + index;
            control->SegmentSize = (ushort)first->SegmentSize;
            header->Control = (byte*)control;
            header->ControlLength = (nuint)sizeof(Libc.SegmentControl);
        }

        return next;
    }

    /// <summary>
    /// Adds to a message what follows its first run elsewhere in the queue's memory and could be part of it. Returns the
    /// run behind it.
    /// </summary>
    private SendQueue.Run* JoinRuns(SendScratch.Content* content, SendQueue.Run* next, Libc.IoVector* vectors)
    {
        int segmentSize = content->FirstRun->SegmentSize;
        while (next is not null && segmentSize <= MaxSegmentSize && content->Bytes == content->Datagrams * segmentSize)
        {
            bool isAlike = next->SegmentSize == segmentSize || (next->SegmentSize < segmentSize && next->Count == 1);
            if (!isAlike || content->Datagrams + next->Count > SendQueue.MaxRunLength ||
                content->Bytes + next->Bytes > SendQueue.MaxDatagramLength)
                break;

            vectors[content->RunCount++] = new Libc.IoVector { Base = next->Start, Length = (nuint)next->Bytes };
            content->Datagrams += next->Count;
            content->Bytes += next->Bytes;
            next = next->Next;
        }

        return next;
    }

    /// <summary>Sends the messages that were gathered, or moves what the kernel does not take to the backlog.</summary>
    private void Submit()
    {
        int first = 0;
        while (first < _messageCount && !_isFull)
            first += SendFrom(first);

        for (; first < _messageCount; first++)
        {
            SendScratch.Content* content = Queue.Scratch.Contents + first;
            MoveToBacklog(Dirty[content->Destination], content->FirstRun, content->RunCount);
        }

        _messageCount = 0;
        _vectorCount = 0;
    }

    /// <summary>Sends messages from one on with one call and returns how many are dealt with.</summary>
    private int SendFrom(int first)
    {
        SendScratch scratch = Queue.Scratch;
        SendCounters counters = Queue.Counters;
        int count = _messageCount - first;
        int sent = count == 1
            ? Math.Min(1, Queue.Calls.SendOne(Fd, &scratch.Messages[first].Header))
            : Queue.Calls.SendMany(Fd, scratch.Messages + first, count);
        counters.Calls++;
        SendScratch.Content* content = scratch.Contents + first;
        if (sent < 0)
            return OnError(-sent, content) ? 1 : 0;

        for (int i = 0; i < sent; i++, content++)
        {
            counters.Datagrams += content->Datagrams;
            counters.Bytes += content->Bytes;
            if (content->Datagrams > 1)
                counters.SegmentedMessages++;
        }

        return sent;
    }

    /// <summary>The kernel refused a message; returns whether it is dealt with.</summary>
    private bool OnError(int errno, SendScratch.Content* content)
    {
        if (errno == Libc.EINTR)
            return false;

        if (IsTemporary(errno))
        {
            Block();
            return false;
        }

        if (content->Datagrams > 1 && errno is (Libc.EINVAL or Libc.EIO or Libc.EMSGSIZE))
        {
            Queue.Counters.SegmentFallbacks++;
            ForgoSegments(errno, content->FirstRun->SegmentSize);
            SendOneByOne(content);
            return true;
        }

        Queue.Counters.DroppedError += content->Datagrams;
        return true;
    }

    // A segment must fit the path's MTU, so a refused size says nothing about smaller ones. EIO: the route cannot
    // compute checksums for segments at all.
    private void ForgoSegments(int errno, int segmentSize) =>
        MaxSegmentSize = errno == Libc.EIO || segmentSize <= MinUsefulSegment
            ? 0
            : Math.Min(MaxSegmentSize, segmentSize - 1);

    private void Block()
    {
        _isFull = true;
        Queue.Counters.Blocked++;
    }

    private void SendOneByOne(SendScratch.Content* content)
    {
        SendDestination destination = Dirty[content->Destination];
        SendQueue.Run* run = content->FirstRun;
        for (int left = content->RunCount; left > 0; left--)
        {
            for (int i = 0; i < run->Count; i++)
            {
                if (TrySendSingly(destination, run->Datagram(i)))
                    continue;

                MoveToBacklog(destination, run, left, skipped: i);
                return;
            }

            run = run->Next;
        }
    }

    /// <summary>Sends one datagram, or drops it when the kernel refuses it; false when there is no room for it.</summary>
    private bool TrySendSingly(SendDestination destination, ReadOnlySpan<byte> datagram)
    {
        int sent;
        fixed (byte* pointer = datagram)
        {
            Libc.IoVector vector = new() { Base = pointer, Length = (nuint)datagram.Length };
            Libc.MessageHeader message = new()
            {
                Name = destination.Name,
                NameLength = (uint)destination.NameLength,
                Vectors = &vector,
                VectorCount = 1,
            };
            sent = Queue.Calls.SendOne(Fd, &message);
        }

        Queue.Counters.Calls++;
        if (sent < 0 && IsTemporary(-sent))
        {
            Block();
            return false;
        }

        if (sent < 0)
        {
            Queue.Counters.DroppedError++;
            return true;
        }

        Queue.Counters.Datagrams++;
        Queue.Counters.Bytes += sent;
        return true;
    }

    private int GatherBacklog()
    {
        int position = Backlog.First;
        int count = 0;
        while (position >= 0 && count < SendScratch.MaxMessages)
        {
            position = Backlog.Read(
                position, out byte* name, out int nameLength, out byte* datagram, out int length);
            Queue.Scratch.Vectors[count] = new Libc.IoVector { Base = datagram, Length = (nuint)length };
            Queue.Scratch.Messages[count].Header = new Libc.MessageHeader
            {
                Name = name,
                NameLength = (uint)nameLength,
                Vectors = Queue.Scratch.Vectors + count,
                VectorCount = 1,
            };
            count++;
        }

        return count;
    }
}
