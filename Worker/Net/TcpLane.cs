using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// A TCP connection's side of the send queue: frames of RFC 4571 (a length of two bytes before each datagram), many
/// to a call. A frame that was begun is finished; of those that wait behind it a full backlog drops the oldest, whole.
/// </summary>
internal sealed unsafe class TcpLane : SendLane
{
    /// <summary>The bytes of the length in front of a frame (RFC 4571 section 2).</summary>
    public const int FrameHeaderLength = 2;

    private const int MaxVectors = 64;
    private const int MaxCalls = 16;

    private readonly TcpConnection? _connection;
    private byte* _partial;
    private int _partialStart;
    private int _partialLength;
    private bool _isBroken;

    public TcpLane(SendQueue queue, int fd, TcpConnection? connection, int backlogBytes)
        : base(queue, fd, backlogBytes)
    {
        PrefixLength = FrameHeaderLength;
        _connection = connection;
        Destination = new SendDestination(this);
    }

    public SendDestination Destination { get; }

    public bool HasPending => _partialLength > 0 || IsBlocked;

    public override void WritePrefix(Span<byte> prefix, int length) =>
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)length);

    public override void FlushBacklog()
    {
        for (int calls = 0; calls < MaxCalls && HasPending && !_isBroken; calls++)
        {
            int vectors = GatherPending(out int bytes);
            int sent = Send(vectors);
            if (sent < 0)
                break;

            RemovePending(sent);
            if (sent < bytes)
                break;
        }

        Backlog.Trim();
    }

    public override void Dispose()
    {
        base.Dispose();
        FreePartial();
    }

    protected override void FlushDirty()
    {
        SendQueue.Run* run = Destination.Head;
        while (run is not null && !HasPending && !_isBroken)
            run = SendRuns(run);
        if (!_isBroken)
            MoveToBacklog(Destination, run);

        _connection?.WatchWritable(HasPending && !_isBroken);
    }

    protected override void AppendToBacklog(SendDestination destination, ReadOnlySpan<byte> datagram) =>
        Queue.Counters.DroppedFull += Backlog.Append(default, datagram);

    /// <summary>
    /// Sends frames, each a run of its own, from a run on with one call and returns the first that is left.
    /// </summary>
    private SendQueue.Run* SendRuns(SendQueue.Run* run)
    {
        Libc.IoVector* vectors = Queue.Scratch.Vectors;
        int count = 0;
        int frames = 0;
        int bytes = 0;
        SendQueue.Run* next = run;
        while (next is not null && count < MaxVectors)
        {
            if (count > 0 && vectors[count - 1].Base + vectors[count - 1].Length == next->Start)
                vectors[count - 1].Length += (nuint)next->Bytes;
            else
                vectors[count++] = new Libc.IoVector { Base = next->Start, Length = (nuint)next->Bytes };
            bytes += next->Bytes;
            frames++;
            next = next->Next;
        }

        int sent = Send(count);
        if (sent < bytes)
        {
            KeepRest(run, Math.Max(0, sent));
            return null;
        }

        Queue.Counters.Datagrams += frames;
        return next;
    }

    /// <summary>
    /// The kernel took the first <paramref name="sent"/> bytes from a run on: keeps the rest of the frame that was
    /// begun, moves those behind it to the backlog.
    /// </summary>
    private void KeepRest(SendQueue.Run* run, int sent)
    {
        while (run is not null && sent >= run->Bytes)
        {
            sent -= run->Bytes;
            Queue.Counters.Datagrams++;
            run = run->Next;
        }

        if (run is not null && sent > 0)
        {
            KeepPartial(run->Datagram(0)[sent..]);
            run = run->Next;
        }

        if (!_isBroken)
            MoveToBacklog(Destination, run);
    }

    private int Send(int vectorCount)
    {
        Libc.MessageHeader message = new()
        {
            Vectors = Queue.Scratch.Vectors,
            VectorCount = (nuint)vectorCount,
        };
        int sent = Queue.Calls.SendOne(Fd, &message);
        Queue.Counters.Calls++;
        if (sent >= 0)
        {
            Queue.Counters.Bytes += sent;
            return sent;
        }

        if (-sent is Libc.EAGAIN or Libc.ENOBUFS or Libc.EINTR)
        {
            Queue.Counters.Blocked++;
            return sent;
        }

        // The core must not be called in the middle of a flush: the loop finds the end of the connection when it
        // reads.
        _isBroken = true;
        _ = Libc.shutdown(Fd, Libc.SHUT_RDWR);
        return sent;
    }

    private int GatherPending(out int bytes)
    {
        Libc.IoVector* vectors = Queue.Scratch.Vectors;
        int count = 0;
        bytes = 0;
        if (_partialLength > 0)
        {
            vectors[count++] = new Libc.IoVector { Base = _partial + _partialStart, Length = (nuint)_partialLength };
            bytes += _partialLength;
        }

        int position = Backlog.Count > 0 ? Backlog.First : -1;
        while (position >= 0 && count < MaxVectors)
        {
            position = Backlog.Read(position, out _, out _, out byte* frame, out int length);
            vectors[count++] = new Libc.IoVector { Base = frame, Length = (nuint)length };
            bytes += length;
        }

        return count;
    }

    private void RemovePending(int sent)
    {
        if (_partialLength > 0)
        {
            int taken = Math.Min(sent, _partialLength);
            _partialStart += taken;
            _partialLength -= taken;
            sent -= taken;
            if (_partialLength > 0)
                return;

            FreePartial();
            Queue.Counters.Datagrams++;
        }

        while (sent > 0)
        {
            Backlog.Read(Backlog.First, out _, out _, out byte* frame, out int length);
            if (sent < length)
                KeepPartial(new ReadOnlySpan<byte>(frame + sent, length - sent));
            else
                Queue.Counters.Datagrams++;
            sent -= Math.Min(sent, length);
            Backlog.RemoveFirst();
        }
    }

    private void KeepPartial(ReadOnlySpan<byte> rest)
    {
        _partial = (byte*)NativeMemory.Alloc((nuint)rest.Length);
        _partialStart = 0;
        _partialLength = rest.Length;
        rest.CopyTo(new Span<byte>(_partial, rest.Length));
    }

    private void FreePartial()
    {
        NativeMemory.Free(_partial);
        _partial = null;
        _partialStart = 0;
        _partialLength = 0;
    }
}
