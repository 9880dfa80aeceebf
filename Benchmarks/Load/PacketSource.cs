using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>One publisher in the clear: writes bursts of RTP packets and sends each with one call.</summary>
internal sealed unsafe class PacketSource : BurstSource
{
    private const long BurstsPerKeyFrame = 100;
    private const long FirstKeyFrames = 20;

    private readonly LoadOptions _options;
    private readonly RtpWriter _writer;
    private readonly int _socket;
    private readonly byte* _bytes;
    private readonly Posix.SocketAddress* _address;
    private readonly Posix.Buffer* _buffers;
    private readonly Posix.MessageHeaders* _messages;
    private long _bursts;

    /// <summary>Makes a source that sends to a port of 127.0.0.1.</summary>
    public PacketSource(LoadOptions options, Track track, ushort port)
    {
        _options = options;
        _writer = new RtpWriter(track, encoding: 0);
        Clock = new BurstClock(
            Math.Max(1, (uint)(track.ClockRate * (ulong)options.Burst / (ulong)options.Rate)));
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

    public override void SendBurst()
    {
        bool isKeyFrame = _bursts < FirstKeyFrames || _bursts % BurstsPerKeyFrame == 0;
        for (int i = 0; i < _options.Burst; i++)
        {
            _writer.Write(
                new Span<byte>(_bytes + (i * _options.PacketSize), _options.PacketSize),
                Clock.TimestampOf(_bursts), isFirst: i == 0, isLast: i == _options.Burst - 1, isKeyFrame);
        }

        Clock.Set(_bursts, BurstClock.NowNs());
        int sent = 0;
        while (sent < _options.Burst)
        {
            int count = Posix.sendmmsg(_socket, _messages + sent, (uint)(_options.Burst - sent), 0);
            sent += Posix.Check(count, "sendmmsg");
        }

        Packets += sent;
        Expected += (long)sent * _options.Consumers;
        _bursts++;
    }

    public override void Dispose()
    {
        Posix.close(_socket);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_address);
        NativeMemory.Free(_bytes);
    }
}
