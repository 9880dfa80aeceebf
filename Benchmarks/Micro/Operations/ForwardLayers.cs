using System.Buffers.Binary;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Simulation;

namespace Benchmarks.Micro.Operations;

/// <summary>
/// Packets of video in layers that arrive together, on their way through the core to consumers that want different ones:
/// parsed,
/// described, received, and by each consumer left out or rewritten. What an encoder made is sent round after round, its
/// numbers moved on.
/// </summary>
internal sealed class ForwardLayers : RouterOperation
{
    private const uint FirstSsrc = 100;
    private const uint MappedSsrc = 9_000;
    private const byte PayloadType = 96;
    private const byte DependencyDescriptorId = 5;
    private const int FixedHeaderLength = 12;
    private const int ExtensionHeaderLength = 6;
    private const int WarmUpPackets = 30_000;
    private const int Pictures = 160;
    private const int PicturesPerSecond = 30;
    private const long PictureUs = 1_000_000 / PicturesPerSecond;
    private const uint TimestampsARound = (uint)(Pictures * PictureUs * 9 / 100);
    private const int Tl0sARound = Pictures / 4;

    private readonly CodecKind _codec;
    private readonly int _consumers;
    private readonly int _burst;
    private readonly List<byte[]> _packets = [];
    private readonly Dictionary<uint, ushort> _packetsOfStream = [];
    private readonly Producer _producer;
    private readonly int _frames;
    private readonly long _packetUs;
    private long _sentBefore;
    private int _next;

    public ForwardLayers(CodecKind codec, string mode, int consumers = 10, int burst = 1)
    {
        _codec = codec;
        _consumers = consumers;
        _burst = burst;
        ISimulatedEncoder[] encoders = codec == CodecKind.Vp8
            ? [.. Bitrates.Select((bitrate, i) => new Vp8SimulcastEncoder(i, i, FirstSsrc + (uint)i, 1, budget: Budget(bitrate)))]
            : [new SvcEncoder(1, FirstSsrc, codec, mode, [.. Bitrates.Select(Budget)])];
        _frames = Record(encoders);
        _packetUs = Pictures * PictureUs / _packets.Count;
        _producer = Produce(encoders, mode);
        foreach (ISimulatedEncoder encoder in encoders)
            Report(encoder);

        string offered = encoders.Length > 1 ? $"S{encoders.Length}T3" : mode;
        for (uint i = 0; i < consumers; i++)
            Consume(i, encoders, mode, offered);

        // What remembers packets that were sent and left out takes as long to fill.
        for (int i = 0; i < WarmUpPackets; i += burst)
            Run();
    }

    private static long[] Bitrates => [150_000, 350_000, 1_000_000];

    public override void Run()
    {
        NowUs += _packetUs * _burst;
        Deadlines.Expire(NowUs);
        Router.Environment.Batch.Open();
        for (int i = 0; i < _burst; i++)
            Receive();
        Router.Environment.Batch.Close();
    }

    private void Receive()
    {
        Expect(RtpPacketView.TryParse(_packets[_next], out RtpPacketView view));
        _producer.ReceiveRtp(view, NowUs);
        MoveOn(_packets[_next]);
        if (++_next < _packets.Count)
            return;

        // Less than all packets to all, and not nothing.
        long sent = Sent - _sentBefore;
        Expect(sent > _packets.Count && sent < _packets.Count * _consumers);
        _sentBefore = Sent;
        _next = 0;
    }

    private static EncoderBudget Budget(long bitrate) => new(bitrate, PicturesPerSecond, keyFrameWeight: 4);

    private int Record(ISimulatedEncoder[] encoders)
    {
        var ids = new FrameIds();
        for (int i = 0; i < Pictures; i++)
        {
            foreach (SimulatedPacket packet in encoders.SelectMany(one => one.Encode(ids, NowUs + (i * PictureUs))))
            {
                _packets.Add(Build(packet));
                _packetsOfStream[packet.Ssrc] = (ushort)(_packetsOfStream.GetValueOrDefault(packet.Ssrc) + 1);
            }
        }

        return (int)ids.Take();
    }

    private static byte[] Build(SimulatedPacket packet)
    {
        int described = packet.DependencyDescriptor.Length;
        int extension = described == 0 ? 0 : (ExtensionHeaderLength + described + 3) / 4 * 4;
        byte[] bytes = new byte[FixedHeaderLength + extension + packet.Payload.Length];
        bytes[0] = (byte)(0x80 | (described == 0 ? 0 : 0x10));
        bytes[1] = (byte)((packet.Marker ? 0x80 : 0) | PayloadType);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), packet.SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), packet.Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), packet.Ssrc);
        if (described > 0)
        {
            // The two-byte form of RFC 8285.
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(12), 0x1000);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(14), (ushort)((extension / 4) - 1));
            bytes[16] = DependencyDescriptorId;
            bytes[17] = (byte)described;
            packet.DependencyDescriptor.CopyTo(bytes, FixedHeaderLength + ExtensionHeaderLength);
        }

        packet.Payload.CopyTo(bytes, FixedHeaderLength + extension);
        return bytes;
    }

    // To the numbers that it has in the next round.
    private void MoveOn(byte[] packet)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8));
        Add(packet.AsSpan(2), _packetsOfStream[ssrc]);
        Span<byte> timestamp = packet.AsSpan(4);
        BinaryPrimitives.WriteUInt32BigEndian(timestamp, BinaryPrimitives.ReadUInt32BigEndian(timestamp) + TimestampsARound);
        if (_codec == CodecKind.Av1)
        {
            Add(packet.AsSpan(FixedHeaderLength + ExtensionHeaderLength + 1), (ushort)_frames);
            return;
        }

        // Both descriptors have 15 bits of picture id; VP8 has the base layer's number behind it, VP9 the layers first.
        int pictureId = FixedHeaderLength + (_codec == CodecKind.Vp8 ? 2 : 1);
        int tl0 = pictureId + (_codec == CodecKind.Vp8 ? 2 : 3);
        Add(packet.AsSpan(pictureId), Pictures);
        packet[pictureId] |= 0x80;
        packet[tl0] += Tl0sARound;
    }

    private static void Add(Span<byte> number, ushort step) => BinaryPrimitives.WriteUInt16BigEndian(
        number, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(number) + step));

    private Producer Produce(ISimulatedEncoder[] encoders, string mode)
    {
        var parameters = new RtpParameters(
            [Codec()],
            [new RtpHeaderExtensionParameters(RtpHeaderExtensionUri.DependencyDescriptor, DependencyDescriptorId)],
            [.. encoders.Select(one => new RtpEncodingParameters { Ssrc = one.Ssrc, ScalabilityMode = mode })],
            new RtcpParameters("micro"));
        return Router.CreateProducer(
            this,
            new ProducerOptions
            {
                Id = "producer",
                Kind = MediaKind.Video,
                RtpParameters = parameters,
                RtpMapping = new RtpMapping(
                    [new CodecMapping(PayloadType, PayloadType)],
                    [.. encoders.Select((one, i) => new EncodingMapping(null, one.Ssrc, MappedSsrc + (uint)i))],
                    parameters),
            },
            SilentListener.Instance);
    }

    private void Consume(uint index, ISimulatedEncoder[] encoders, string mode, string offered)
    {
        Consumer consumer = Router.CreateConsumer(
            this,
            new ConsumerOptions
            {
                Id = $"consumer{index}",
                ProducerId = "producer",
                Kind = MediaKind.Video,
                RtpParameters = new RtpParameters(
                    [Codec()],
                    [],
                    [new RtpEncodingParameters { Ssrc = 1_000 + index, ScalabilityMode = offered }],
                    new RtcpParameters("micro")),
                ConsumableRtpEncodings = [.. encoders.Select((_, i) => new RtpEncodingParameters
                {
                    Ssrc = MappedSsrc + (uint)i,
                    ScalabilityMode = mode,
                })],
                PreferredLayers = new ConsumerLayers((byte)(index % 3), (byte)(2 - (index % 2))),
            },
            SilentListener.Instance,
            NowUs);
        consumer.OnTransportConnected(NowUs);
    }

    private RtpCodecParameters Codec() => new(
        MimeType.Parse($"video/{_codec}"), PayloadType, 90_000, rtcpFeedback: [new("nack", ""), new("nack", "pli")]);

    private void Report(ISimulatedEncoder encoder) => _producer.OnSenderReport(
        new SenderReport(encoder.Ssrc, NtpTime.FromUnixMicroseconds(1 + NowUs), encoder.TimestampAt(NowUs), 0, 0), NowUs);
}
