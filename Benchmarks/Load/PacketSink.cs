using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>
/// The receivers: one UDP socket a consumer, drained in batches. Counts RTP and takes each packet's latency from the
/// time at which the burst with its RTP timestamp was sent, which SRTP leaves readable.
/// </summary>
internal sealed unsafe class PacketSink : IDisposable
{
    // Deep enough that what is lost was lost by the worker and not here.
    private const int ReceiveBufferBytes = 8 * 1024 * 1024;
    private const int BatchSize = 32;

    // The rest of a packet is not worth copying.
    private const int KeptBytes = 64;
    private const int RtpHeaderLength = 12;

    private readonly int[] _sockets;
    private readonly uint[] _timestampOffsets;
    private readonly bool[] _isAligned;
    private readonly byte* _bytes;
    private readonly Posix.Buffer* _buffers;
    private readonly Posix.MessageHeaders* _messages;

    public PacketSink(int count)
    {
        _sockets = new int[count];
        _timestampOffsets = new uint[count];
        _isAligned = new bool[count];
        Ports = new ushort[count];
        for (int i = 0; i < count; i++)
            _sockets[i] = Posix.OpenUdpSocket(ReceiveBufferBytes, out Ports[i]);

        _bytes = (byte*)NativeMemory.AllocZeroed(BatchSize * KeptBytes);
        _buffers = (Posix.Buffer*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Posix.Buffer));
        _messages = (Posix.MessageHeaders*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Posix.MessageHeaders));
        for (int i = 0; i < BatchSize; i++)
        {
            _buffers[i] = new Posix.Buffer { Start = _bytes + (i * KeptBytes), Length = KeptBytes };
            _messages[i].Header.Buffers = &_buffers[i];
            _messages[i].Header.BufferCount = 1;
        }
    }

    /// <summary>Where consumers are sent to.</summary>
    public ushort[] Ports { get; }

    public ReadOnlySpan<int> Sockets => _sockets;

    /// <summary>RTP packets since the last <see cref="Reset"/>.</summary>
    public long Packets { get; private set; }

    /// <summary>Bytes of them, without the headers of UDP and IP.</summary>
    public long Bytes { get; private set; }

    public LatencyHistogram Latency { get; } = new();

    public void Reset()
    {
        Packets = 0;
        Bytes = 0;
        Latency.Clear();
    }

    /// <summary>Forgets how the worker moved RTP timestamps: the next packet of each consumer is of the burst sent last.</summary>
    public void Realign() => Array.Clear(_isAligned);

    /// <summary>Whether every consumer has had a packet since <see cref="Realign"/>.</summary>
    public bool IsAligned => !Array.Exists(_isAligned, aligned => !aligned);

    /// <summary>Reads at most one batch of a socket.</summary>
    /// <param name="index">Which.</param>
    /// <param name="clock">When bursts were sent.</param>
    public void Drain(int index, BurstClock clock)
    {
        int count = Posix.recvmmsg(
            _sockets[index], _messages, BatchSize, Posix.MessageDontWait | Posix.MessageTruncated, null);
        long nowNs = BurstClock.NowNs();
        for (int i = 0; i < count; i++)
        {
            byte* packet = _bytes + (i * KeptBytes);
            if (_messages[i].Length < RtpHeaderLength || IsRtcp(packet[1]))
                continue;

            Packets++;
            Bytes += _messages[i].Length;
            uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(packet + 4, 4));
            if (!_isAligned[index])
            {
                _isAligned[index] = true;
                _timestampOffsets[index] = timestamp - clock.LastTimestamp;
            }

            Latency.Add((nowNs - clock.SentAtNs(timestamp - _timestampOffsets[index])) / 1000);
        }
    }

    public void Dispose()
    {
        foreach (int socket in _sockets)
            Posix.close(socket);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_bytes);
    }

    /// <summary>RFC 5761 section 4: RTCP takes packet types 192 to 223 where RTP has marker and payload type.</summary>
    private static bool IsRtcp(byte second) => second is >= 192 and <= 223;
}
