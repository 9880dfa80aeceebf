using System.Buffers.Binary;
using Rtc.Buffers;
using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Sctp;
using Rtc.Seams;
using Rtc.Srtp;
using Rtc.Streams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Simulation;

namespace RtcTests.Transports;

/// <summary>One audio producer on a PlainTransport and consumers with one each, keys exchanged both ways.</summary>
internal sealed class PlainRoom : IPlainTransportListener
{
    public const uint ProducerSsrc = 1111;
    public const byte ProducerPayloadType = 100;

    private static readonly TransportAddress PublisherAddress = FakeSocket.Address("192.0.2.1", 5000);

    private readonly DeadlineQueue _deadlines = new();
    private readonly Router _router;
    private readonly PlainTransport _publisher;
    private readonly SimulatedSocket _publisherSocket;
    private readonly byte[] _incoming = new byte[2048];

    public PlainRoom(int consumers, SrtpSuite? suite)
    {
        Packets = new RtpPacketPool(new PacketPool());
        _router = new Router(
            "room", new RouterEnvironment(_deadlines, new SeededRandom(1), Packets, new WallClock(0)));
        _publisherSocket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 6000), (_, _) => { });
        _publisher = new PlainTransport(
            "in", new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true, Comedia = true }, _router, this);
        _publisher.Attach(_publisherSocket, null);
        _publisher.Connect(null, null, null, null);
        _publisher.Produce(ProducerOptions(), SilentListener.Instance, NowUs);
        for (int i = 0; i < consumers; i++)
            Receivers.Add(new Receiver(this, i, suite));
    }

    public RtpPacketPool Packets { get; }

    public List<Receiver> Receivers { get; } = [];

    public List<TupleInfo> LearnedTuples { get; } = [];

    public long NowUs { get; set; } = 1_000_000;

    /// <summary>One packet of the publisher with that number and a payload that follows from it.</summary>
    public void Publish(ushort sequenceNumber, int payloadLength)
    {
        _incoming[0] = 0x80;
        _incoming[1] = ProducerPayloadType;
        BinaryPrimitives.WriteUInt16BigEndian(_incoming.AsSpan(2), sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(_incoming.AsSpan(4), sequenceNumber * 960u);
        BinaryPrimitives.WriteUInt32BigEndian(_incoming.AsSpan(8), ProducerSsrc);
        _incoming.AsSpan(12, payloadLength).Fill((byte)sequenceNumber);
        _publisher.OnDatagram(_publisherSocket, PublisherAddress, _incoming.AsSpan(0, 12 + payloadLength), NowUs);
    }

    public void OnTuple(TupleInfo tuple) => LearnedTuples.Add(tuple);

    public void OnRtcpTuple(TupleInfo tuple) => throw new InvalidOperationException("RTCP shares the port");

    public void OnSctpStateChange(SctpState state)
    {
    }

    public void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams)
    {
    }

    public void OnTrace(TransportTraceEventTypes type, long timestampMs)
    {
    }

    private static RtpParameters Parameters(byte payloadType, uint ssrc) => new(
        [new RtpCodecParameters(MimeType.Parse("audio/opus"), payloadType, 48_000, 2)],
        [],
        [new RtpEncodingParameters { Ssrc = ssrc }],
        new RtcpParameters("cname"));

    private static ProducerOptions ProducerOptions()
    {
        RtpParameters parameters = Parameters(ProducerPayloadType, ProducerSsrc);
        return new ProducerOptions
        {
            Id = "producer",
            Kind = MediaKind.Audio,
            RtpParameters = parameters,
            RtpMapping = new RtpMapping(
                [new CodecMapping(ProducerPayloadType, 111)],
                [new EncodingMapping(null, ProducerSsrc, 9_999)],
                parameters),
        };
    }

    /// <summary>One who listens: what it was sent, decrypted.</summary>
    public sealed class Receiver
    {
        private readonly PlainRoom _room;
        private readonly SimulatedSocket _socket;
        private readonly TransportAddress _address;
        private readonly SrtpReceiver? _srtp;

        public Receiver(PlainRoom room, int index, SrtpSuite? suite)
        {
            Ssrc = 20_000 + (uint)index;
            _room = room;
            _address = FakeSocket.Address("198.51.100.1", (ushort)(8000 + index));
            _socket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", (ushort)(7000 + index)), OnSent);
            Transport = new PlainTransport(
                $"out{index}",
                new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true, SrtpSuite = suite },
                room._router,
                room);
            Transport.Attach(_socket, null);
            SrtpParameters? remote = suite is null ? null : SrtpParameters.Generate(suite.Value, new SeededRandom(index));
            Transport.Connect("198.51.100.1", (ushort)(8000 + index), null, remote);
            if (suite is not null)
                _srtp = new SrtpReceiver(Transport.LocalSrtpParameters!.ToKeyingMaterial());

            Transport.SetConnected(room.NowUs);
            Consumer consumer = Transport.Consume(Options(index), SilentListener.Instance, room.NowUs);
            Transport.Start(consumer, room.NowUs);
        }

        public PlainTransport Transport { get; }

        public uint Ssrc { get; }

        /// <summary>Whether packets are decrypted and kept; counting alone allocates nothing.</summary>
        public bool Keeps { get; set; } = true;

        /// <summary>Takes what is sent as it is on the wire, instead of decrypting and keeping it.</summary>
        public Action<byte[]>? OnDatagram { get; set; }

        public List<byte[]> Packets { get; } = [];

        public int Count { get; private set; }

        /// <summary>Sends RTCP in the clear.</summary>
        public void Send(byte[] rtcp) => Transport.OnDatagram(_socket, _address, rtcp, _room.NowUs);

        private static ConsumerOptions Options(int index) => new()
        {
            Id = $"consumer{index}",
            ProducerId = "producer",
            Kind = MediaKind.Audio,
            RtpParameters = Parameters(111, 20_000 + (uint)index),
            ConsumableRtpEncodings = [new RtpEncodingParameters { Ssrc = 9_999 }],
        };

        private void OnSent(TransportAddress remote, ReadOnlySpan<byte> datagram)
        {
            Count++;
            if (OnDatagram is not null)
                OnDatagram(datagram.ToArray());
            if (!Keeps || OnDatagram is not null)
                return;

            byte[] packet = datagram.ToArray();
            int length = packet.Length;
            if (_srtp is not null && !_srtp.TryUnprotectRtp(packet, out length))
                throw new InvalidOperationException($"cannot be decrypted: {_srtp.LastError}");

            Packets.Add(packet[..length]);
        }
    }
}
