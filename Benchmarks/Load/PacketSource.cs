using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>The publisher: writes bursts of RTP packets and sends each with one call.</summary>
internal sealed unsafe class PacketSource : IDisposable
{
    public const uint Ssrc = 0x1234_5678;
    public const byte PayloadType = 100;

    private const int RtpHeaderLength = 12;
    private const long BurstsPerKeyFrame = 100;
    private const long FirstKeyFrames = 20;

    private readonly LoadOptions _options;
    private readonly int _socket;
    private readonly byte* _bytes;
    private readonly Posix.SocketAddress* _address;
    private readonly Posix.Buffer* _buffers;
    private readonly Posix.MessageHeaders* _messages;
    private ushort _sequenceNumber = 1000;

    /// <summary>Makes a source that sends to a port of 127.0.0.1.</summary>
    public PacketSource(LoadOptions options, ushort port)
    {
        _options = options;
        uint clockRate = options.IsVideo ? 90_000u : 48_000u;
        Clock = new BurstClock(Math.Max(1, (uint)(clockRate * (ulong)options.Burst / (ulong)options.Rate)));
        _socket = Posix.OpenUdpSocket(1 << 20, out _);
        _bytes = (byte*)NativeMemory.AllocZeroed((nuint)(options.Burst * options.PacketSize));
        _address = (Posix.SocketAddress*)NativeMemory.Alloc(Posix.SocketAddress.Size);
        *_address = Posix.SocketAddress.Loopback(port);
        _buffers = (Posix.Buffer*)NativeMemory.AllocZeroed((nuint)options.Burst, (nuint)sizeof(Posix.Buffer));
        _messages = (Posix.MessageHeaders*)NativeMemory.AllocZeroed(
            (nuint)options.Burst, (nuint)sizeof(Posix.MessageHeaders));
        for (int i = 0; i < options.Burst; i++)
        {
            _buffers[i] = new Posix.Buffer
            {
                Start = _bytes + (i * options.PacketSize),
                Length = (nuint)options.PacketSize,
            };
            _messages[i].Header.Name = _address;
            _messages[i].Header.NameLength = Posix.SocketAddress.Size;
            _messages[i].Header.Buffers = &_buffers[i];
            _messages[i].Header.BufferCount = 1;
        }
    }

    public BurstClock Clock { get; }

    /// <summary>Bursts sent so far.</summary>
    public long Bursts { get; private set; }

    /// <summary>Packets sent since the last <see cref="Reset"/>.</summary>
    public long Packets { get; private set; }

    public void Reset() => Packets = 0;

    /// <summary>Sends the next burst.</summary>
    public void SendBurst()
    {
        for (int i = 0; i < _options.Burst; i++)
            WritePacket(new Span<byte>(_bytes + (i * _options.PacketSize), _options.PacketSize), i);

        Clock.Set(Bursts, BurstClock.NowNs());
        int sent = 0;
        while (sent < _options.Burst)
        {
            int count = Posix.sendmmsg(_socket, _messages + sent, (uint)(_options.Burst - sent), 0);
            sent += Posix.Check(count, "sendmmsg");
        }

        Packets += sent;
        Bursts++;
    }

    public void Dispose()
    {
        Posix.close(_socket);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_address);
        NativeMemory.Free(_bytes);
    }

    private void WritePacket(Span<byte> packet, int indexInBurst)
    {
        bool isLast = indexInBurst == _options.Burst - 1;
        packet[0] = 0x80;
        packet[1] = (byte)(PayloadType | (_options.IsVideo && isLast ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], _sequenceNumber++);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], Clock.TimestampOf(Bursts));
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], Ssrc);
        if (!_options.IsVideo)
            return;

        // RFC 7741: a descriptor of one byte, S in the first packet of a frame; the frame's own first byte has its
        // lowest bit clear when it is a key frame.
        bool isKeyFrame = Bursts < FirstKeyFrames || Bursts % BurstsPerKeyFrame == 0;
        packet[RtpHeaderLength] = (byte)(indexInBurst == 0 ? 0x10 : 0x00);
        packet[RtpHeaderLength + 1] = (byte)(isKeyFrame ? 0x00 : 0x01);
    }
}
