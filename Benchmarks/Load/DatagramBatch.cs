using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>What one call takes from a UDP socket: of each packet its beginning and its length.</summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    private const int BatchSize = 32;

    // The rest of a packet is not worth copying, but where a run comes in one piece each of its headers is wanted.
    private const int KeptBytesOfPacket = 64;
    private const int KeptBytesOfRun = 65_536;

    private readonly byte* _bytes;
    private readonly Posix.Buffer* _buffers;
    private readonly Posix.MessageHeaders* _messages;
    private readonly Posix.SegmentControl* _controls;
    private readonly bool _takesRuns;
    private readonly int _keptBytes;

    /// <param name="takesRuns">Whether sockets give runs of packets in one piece (<see cref="Posix.TakeRuns"/>).</param>
    public DatagramBatch(bool takesRuns)
    {
        _takesRuns = takesRuns;
        _keptBytes = takesRuns ? KeptBytesOfRun : KeptBytesOfPacket;
        _bytes = (byte*)NativeMemory.AllocZeroed(BatchSize, (nuint)_keptBytes);
        _buffers = (Posix.Buffer*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Posix.Buffer));
        _messages = (Posix.MessageHeaders*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Posix.MessageHeaders));
        _controls = (Posix.SegmentControl*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Posix.SegmentControl));
        for (int i = 0; i < BatchSize; i++)
        {
            _buffers[i] = new Posix.Buffer { Start = _bytes + (i * _keptBytes), Length = (nuint)_keptBytes };
            _messages[i].Header.Buffers = &_buffers[i];
            _messages[i].Header.BufferCount = 1;
        }
    }

    /// <summary>Takes what is there without waiting, at most one batch; returns how many datagrams.</summary>
    public int Receive(int socket)
    {
        if (_takesRuns)
            OfferControls();
        return Math.Max(0, Posix.recvmmsg(
            socket, _messages, BatchSize, Posix.MessageDontWait | Posix.MessageTruncated, null));
    }

    /// <summary>The length of one in bytes; of all packets of a run together.</summary>
    public int Length(int index) => (int)_messages[index].Length;

    /// <summary>The length of the packets of a run but its last, which may be shorter; of a single packet its own.</summary>
    public int SegmentLength(int index) =>
        _takesRuns && _messages[index].Header.ControlLength > 0 ? _controls[index].SegmentBytes : Length(index);

    /// <summary>As much of a packet as was kept: at least its first 64 bytes, where it has as many.</summary>
    /// <param name="index">Which datagram.</param>
    /// <param name="offset">Where in it the packet begins.</param>
    /// <param name="length">How long the packet is.</param>
    public ReadOnlySpan<byte> Packet(int index, int offset, int length) =>
        new(_bytes + (index * _keptBytes) + offset, Math.Min(length, _keptBytes - offset));

    public void Dispose()
    {
        NativeMemory.Free(_controls);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_bytes);
    }

    // The kernel writes the length that it used over the length that it was offered.
    private void OfferControls()
    {
        for (int i = 0; i < BatchSize; i++)
        {
            _messages[i].Header.Control = &_controls[i];
            _messages[i].Header.ControlLength = (nuint)sizeof(Posix.SegmentControl);
        }
    }
}
