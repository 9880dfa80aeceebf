using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>One consumer of a <see cref="BareRelay"/>.</summary>
/// <param name="Socket">What it is sent from.</param>
/// <param name="Address">Where to.</param>
/// <param name="Ssrc">What it knows its packets by.</param>
internal readonly record struct RelayTarget(int Socket, Posix.SocketAddress Address, uint Ssrc);

/// <summary>
/// Packets of one size, one behind the other as they came, so that all of them leave as one run without being copied.
/// </summary>
internal sealed unsafe class RelayBatch : IDisposable
{
    private const int SsrcOffset = 8;

    private readonly int _capacity;
    private readonly int _packetBytes;
    private readonly byte* _bytes;
    private readonly Posix.Buffer* _buffers;
    private readonly Posix.MessageHeaders* _messages;
    private int _count;

    /// <param name="capacity">How many packets it takes at once.</param>
    /// <param name="packetBytes">The size of what leaves in bytes; what comes may be shorter and is filled up.</param>
    public RelayBatch(int capacity, int packetBytes)
    {
        _capacity = capacity;
        _packetBytes = packetBytes;
        _bytes = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)packetBytes);
        _buffers = (Posix.Buffer*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(Posix.Buffer));
        _messages = (Posix.MessageHeaders*)NativeMemory.AllocZeroed(
            (nuint)capacity, (nuint)sizeof(Posix.MessageHeaders));
        for (int i = 0; i < capacity; i++)
        {
            _buffers[i] = new Posix.Buffer { Start = _bytes + (i * packetBytes), Length = (nuint)packetBytes };
            _messages[i].Header.Buffers = &_buffers[i];
            _messages[i].Header.BufferCount = 1;
        }
    }

    /// <summary>Takes what is there, in place of what it held; returns how many packets.</summary>
    public int Receive(int socket) => _count = Math.Max(
        0, Posix.recvmmsg(socket, _messages, (uint)_capacity, Posix.MessageDontWait, null));

    /// <summary>Sends all of it to a consumer as one run; what its receiver has no room for is lost.</summary>
    public void SendTo(RelayTarget target)
    {
        for (int i = 0; i < _count; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(
                new Span<byte>(_bytes + (i * _packetBytes) + SsrcOffset, sizeof(uint)), target.Ssrc);
        }

        Posix.SocketAddress address = target.Address;
        Posix.SegmentControl control = Posix.SegmentControl.ForSending((ushort)_packetBytes);
        var buffer = new Posix.Buffer { Start = _bytes, Length = (nuint)(_count * _packetBytes) };
        var message = new Posix.MessageHeader
        {
            Name = &address,
            NameLength = Posix.SocketAddress.Size,
            Buffers = &buffer,
            BufferCount = 1,
            Control = _count > 1 ? &control : null,
            ControlLength = _count > 1 ? (nuint)sizeof(Posix.SegmentControl) : 0,
        };
        Posix.sendmsg(target.Socket, &message, 0);
    }

    public void Dispose()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_bytes);
    }
}
