using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// A UDP socket's side of the send queue. Runs of equal-sized datagrams to one destination become one message with
/// UDP_SEGMENT (Linux 4.18), everything goes out by sendmmsg. Where the kernel refuses segmentation the socket does
/// without it from then on.
/// </summary>
internal sealed unsafe class UdpLane(SendQueue queue, int fd, UdpSocket? socket, int backlogBytes)
    : SendLane(queue, fd, backlogBytes)
{
    // Bounds of the kernel on what one message may be cut into.
    private const int MaxSegments = 64;
    private const int MaxMessageBytes = SendQueue.MaxDatagramLength;

    // Below the minimum MTU of IPv6 a refusal cannot be about the size.
    private const int MinUsefulSegment = 1_200;

    // How many calls FlushBacklog makes before it leaves the rest to the next turn.
    private const int MaxBacklogCalls = 16;

    private List<SendDestination>? _oneOffs;
    private int _oneOffCount;
    private int _messageCount;
    private int _vectorCount;
    private bool _isFull;

    /// <summary>The longest datagram that is sent as part of a run; 0 once the socket does without runs.</summary>
    public int MaxSegmentSize { get; private set; } = MaxMessageBytes;

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
        foreach (SendDestination destination in Dirty)
        {
            int entry = destination.Head;
            while (entry >= 0)
                entry = _isFull ? AllToBacklog(destination, entry) : AddRun(destination, entry);
        }

        Submit();
    }

    protected override void OnFlushed()
    {
        socket?.WatchWritable(IsBlocked);
        _oneOffCount = 0;
    }

    protected override void AppendToBacklog(SendDestination destination, ReadOnlySpan<byte> datagram) =>
        Queue.Counters.DroppedFull += Backlog.Append(new(destination.Name, destination.NameLength), datagram);

    private static bool IsTemporary(int errno) => errno is Libc.EAGAIN or Libc.ENOBUFS or Libc.EINTR;

    private int AllToBacklog(SendDestination destination, int entry)
    {
        MoveToBacklog(destination, entry, int.MaxValue);
        return -1;
    }

    /// <summary>Adds the longest run that starts at an entry and returns the entry behind it.</summary>
    private int AddRun(SendDestination destination, int entry)
    {
        if (_messageCount == SendScratch.MaxMessages || _vectorCount + MaxSegments > SendScratch.MaxVectors)
        {
            Submit();
            if (_isFull)
                return entry;
        }

        SendScratch scratch = Queue.Scratch;
        int firstVector = _vectorCount;
        int segmentSize = Queue.Length(entry);
        SendScratch.Run run = new() { Destination = destination, FirstEntry = entry, SegmentSize = segmentSize };
        do
        {
            AddVector(firstVector, Queue.Pointer(entry), Queue.Length(entry));
            run.Bytes += Queue.Length(entry);
            run.Count++;
            bool isShort = Queue.Length(entry) < segmentSize;
            entry = Queue.Next(entry);
            if (isShort)
                break;
        }
        while (entry >= 0 && CanJoin(run, Queue.Length(entry)));

        SetMessage(_messageCount, destination, firstVector, _vectorCount - firstVector);
        if (run.Count > 1)
        {
            scratch.Controls[_messageCount].SegmentSize = (ushort)segmentSize;
            scratch.Messages[_messageCount].Header.Control = (byte*)(scratch.Controls + _messageCount);
            scratch.Messages[_messageCount].Header.ControlLength = (nuint)sizeof(Libc.SegmentControl);
        }

        scratch.Runs[_messageCount++] = run;
        return entry;
    }

    private bool CanJoin(in SendScratch.Run run, int length) =>
        length <= run.SegmentSize && run.SegmentSize <= MaxSegmentSize && run.Count < MaxSegments &&
        run.Bytes + length <= MaxMessageBytes;

    private void AddVector(int firstVector, byte* pointer, int length)
    {
        Libc.IoVector* vectors = Queue.Scratch.Vectors;
        if (_vectorCount > firstVector &&
            vectors[_vectorCount - 1].Base + vectors[_vectorCount - 1].Length == pointer)
        {
            vectors[_vectorCount - 1].Length += (nuint)length;
            return;
        }

        vectors[_vectorCount++] = new Libc.IoVector { Base = pointer, Length = (nuint)length };
    }

    private void SetMessage(int index, SendDestination destination, int firstVector, int vectorCount) =>
        Queue.Scratch.Messages[index].Header = new Libc.MessageHeader
        {
            Name = destination.Name,
            NameLength = (uint)destination.NameLength,
            Vectors = Queue.Scratch.Vectors + firstVector,
            VectorCount = (nuint)vectorCount,
        };

    /// <summary>Sends the messages that were gathered, or moves what the kernel does not take to the backlog.</summary>
    private void Submit()
    {
        int first = 0;
        while (first < _messageCount && !_isFull)
        {
            int sent = _messageCount - first == 1
                ? SendLast(first)
                : Queue.Calls.SendMany(Fd, Queue.Scratch.Messages + first, _messageCount - first);
            Queue.Counters.Calls++;
            for (int i = 0; i < sent; i++)
                Count(Queue.Scratch.Runs[first + i]);
            first += Math.Max(0, sent);
            if (sent < 0 && OnError(-sent, Queue.Scratch.Runs[first]))
                first++;
        }

        for (; first < _messageCount; first++)
        {
            SendScratch.Run run = Queue.Scratch.Runs[first];
            MoveToBacklog(run.Destination, run.FirstEntry, run.Count);
        }

        _messageCount = 0;
        _vectorCount = 0;
    }

    private int SendLast(int index)
    {
        int result = Queue.Calls.SendOne(Fd, &Queue.Scratch.Messages[index].Header);
        return result < 0 ? result : 1;
    }

    private void Count(in SendScratch.Run run)
    {
        Queue.Counters.Datagrams += run.Count;
        Queue.Counters.Bytes += run.Bytes;
        if (run.Count > 1)
            Queue.Counters.SegmentedMessages++;
    }

    /// <summary>The kernel refused a message; returns whether it is dealt with.</summary>
    private bool OnError(int errno, in SendScratch.Run run)
    {
        if (errno == Libc.EINTR)
            return false;

        if (IsTemporary(errno))
        {
            Block();
            return false;
        }

        if (run.Count > 1 && errno is (Libc.EINVAL or Libc.EIO or Libc.EMSGSIZE))
        {
            Queue.Counters.SegmentFallbacks++;
            ForgoSegments(errno, run.SegmentSize);
            SendOneByOne(run);
            return true;
        }

        Queue.Counters.DroppedError += run.Count;
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

    private void SendOneByOne(in SendScratch.Run run)
    {
        int entry = run.FirstEntry;
        for (int i = 0; i < run.Count; i++)
        {
            Libc.IoVector vector = new() { Base = Queue.Pointer(entry), Length = (nuint)Queue.Length(entry) };
            Libc.MessageHeader message = new()
            {
                Name = run.Destination.Name,
                NameLength = (uint)run.Destination.NameLength,
                Vectors = &vector,
                VectorCount = 1,
            };
            int sent = Queue.Calls.SendOne(Fd, &message);
            Queue.Counters.Calls++;
            if (sent >= 0)
            {
                Queue.Counters.Datagrams++;
                Queue.Counters.Bytes += sent;
            }
            else if (IsTemporary(-sent))
            {
                Block();
                MoveToBacklog(run.Destination, entry, run.Count - i);
                return;
            }
            else
            {
                Queue.Counters.DroppedError++;
            }

            entry = Queue.Next(entry);
        }
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
