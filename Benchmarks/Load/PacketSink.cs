using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>
/// The receivers: sockets drained in batches. Tells consumers by their SSRC, counts their RTP and takes each packet's
/// latency from the time at which the burst with its RTP timestamp was sent; SRTP leaves both readable.
/// </summary>
internal sealed class PacketSink : IDisposable
{
    // Deep enough that what is lost was lost by the worker and not here.
    public const int ReceiveBufferBytes = 8 * 1024 * 1024;

    // Of a packet in a stream no more is kept.
    private const int KeptBytes = 64;
    private const int RtpHeaderLength = 12;
    private const int StreamBufferBytes = 1 << 18;

    private readonly List<int> _sockets = [];
    private readonly List<FrameStream?> _streams = [];
    private readonly List<ConsumerState> _consumers = [];
    private readonly DatagramBatch _batch;
    private readonly bool _takesRuns;
    private byte[] _streamRoom = [];

    /// <param name="takesRuns">Whether its sockets give runs of packets in one piece (UDP_GRO).</param>
    public PacketSink(bool takesRuns)
    {
        _takesRuns = takesRuns;
        _batch = new DatagramBatch(takesRuns);
    }

    /// <summary>Ports of the sockets that <see cref="OpenSocket"/> made.</summary>
    public List<ushort> Ports { get; } = [];

    public ReadOnlySpan<int> Sockets => CollectionsMarshal.AsSpan(_sockets);

    /// <summary>RTP packets since the last <see cref="Reset"/>.</summary>
    public long Packets { get; private set; }

    /// <summary>Bytes of them, without the headers of UDP and IP.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether all RTP counts, whoever it is for.</summary>
    public bool CountsAnything { get; set; }

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Whether every consumer has had a packet since <see cref="Realign"/>.</summary>
    public bool IsAligned => _consumers.TrueForAll(consumer => consumer.IsAligned);

    /// <summary>Opens a UDP socket and returns its port.</summary>
    public ushort OpenSocket()
    {
        Add(Posix.OpenUdpSocket(ReceiveBufferBytes, out ushort port), null);
        Ports.Add(port);
        return port;
    }

    /// <summary>Drains the socket of somebody who closes it.</summary>
    public void Watch(WebRtcPeer peer)
    {
        Add(peer.Socket, peer.IsTcp ? new FrameStream() : null);
        if (peer.IsTcp && _streamRoom.Length == 0)
            _streamRoom = new byte[StreamBufferBytes];
    }

    /// <summary>The next consumer, by its number, gets what is sent by that clock.</summary>
    public void AddConsumer(BurstClock clock) => _consumers.Add(new ConsumerState(clock));

    public void Reset()
    {
        Packets = 0;
        Bytes = 0;
        Latency.Clear();
    }

    /// <summary>Forgets how the worker moved RTP timestamps: the next packet of each consumer is of the next burst.</summary>
    public void Realign()
    {
        foreach (ConsumerState consumer in _consumers)
        {
            consumer.IsAligned = false;
            consumer.Clock.Mark();
        }
    }

    /// <summary>Reads at most one batch of a socket.</summary>
    public void Drain(int index)
    {
        if (_streams[index] is { } stream)
        {
            int length = Posix.TryRead(_sockets[index], _streamRoom);
            stream.Add(_streamRoom.AsSpan(0, length), this, BurstClock.NowNs());
            return;
        }

        int count = _batch.Receive(_sockets[index]);
        long nowNs = BurstClock.NowNs();
        for (int i = 0; i < count; i++)
            CountRun(i, nowNs);
    }

    /// <summary>Takes a packet into account, if it is RTP of a consumer.</summary>
    /// <param name="packet">At least its first 12 bytes, where it has as many.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="nowNs">When it came.</param>
    public void Count(ReadOnlySpan<byte> packet, int length, long nowNs)
    {
        if (length < RtpHeaderLength || packet[0] >> 6 != 2 || IsRtcp(packet[1]))
            return;

        if (CountsAnything)
        {
            Packets++;
            return;
        }

        uint number = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]) - RoomRequests.FirstConsumerSsrc;
        if (number >= _consumers.Count)
            return;

        Packets++;
        Bytes += length;
        ConsumerState consumer = _consumers[(int)number];
        uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        if (!consumer.IsAligned)
        {
            consumer.IsAligned = true;
            consumer.TimestampOffset = timestamp - consumer.Clock.MarkedTimestamp;
        }

        Latency.Add((nowNs - consumer.Clock.SentAtNs(timestamp - consumer.TimestampOffset)) / 1000);
    }

    public void Dispose()
    {
        for (int i = 0; i < Ports.Count; i++)
            Posix.close(_sockets[i]);
        _batch.Dispose();
    }

    private void Add(int socket, FrameStream? stream)
    {
        if (_takesRuns && stream is null)
            Posix.TakeRuns(socket);
        _sockets.Add(socket);
        _streams.Add(stream);
    }

    private void CountRun(int index, long nowNs)
    {
        int length = _batch.Length(index);
        int segment = _batch.SegmentLength(index);
        for (int offset = 0; offset < length; offset += segment)
        {
            int size = Math.Min(segment, length - offset);
            Count(_batch.Packet(index, offset, size), size, nowNs);
        }
    }

    /// <summary>RFC 5761 section 4: RTCP takes packet types 192 to 223 where RTP has marker and payload type.</summary>
    private static bool IsRtcp(byte second) => second is >= 192 and <= 223;

    private sealed class ConsumerState(BurstClock clock)
    {
        public BurstClock Clock { get; } = clock;

        public uint TimestampOffset { get; set; }

        public bool IsAligned { get; set; }
    }

    /// <summary>The frames of one TCP connection (RFC 4571), of which only the beginning is kept.</summary>
    private sealed class FrameStream
    {
        private const int PrefixLength = 2;

        private readonly byte[] _kept = new byte[PrefixLength + KeptBytes];
        private int _seen;

        public void Add(ReadOnlySpan<byte> bytes, PacketSink sink, long nowNs)
        {
            while (!bytes.IsEmpty)
            {
                // Until both bytes of the length are there they are all that is wanted.
                int wanted = _seen < PrefixLength ? PrefixLength : PrefixLength + Length;
                int taken = Math.Min(wanted - _seen, bytes.Length);
                for (int i = 0; i < taken && _seen + i < _kept.Length; i++)
                    _kept[_seen + i] = bytes[i];
                _seen += taken;
                bytes = bytes[taken..];
                if (_seen > PrefixLength && _seen == PrefixLength + Length)
                {
                    sink.Count(_kept.AsSpan(PrefixLength, Math.Min(Length, KeptBytes)), Length, nowNs);
                    _seen = 0;
                }
            }
        }

        private int Length => BinaryPrimitives.ReadUInt16BigEndian(_kept);
    }
}
