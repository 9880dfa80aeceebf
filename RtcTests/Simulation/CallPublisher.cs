using System.Buffers.Binary;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Transports;

namespace RtcTests.Simulation;

/// <summary>
/// A browser that sends video to a real transport over an emulated link: 30 pictures a second, a sender report every
/// second, retransmissions for NACKs, key frames for PLIs.
/// </summary>
internal sealed class CallPublisher
{
    public const string ProducerId = "video";
    public const int PicturesPerSecond = 30;

    private const long PictureUs = 1_000_000 / PicturesPerSecond;
    private const uint RtxOffset = 50;

    private static readonly TransportAddress PeerAddress = FakeSocket.Address("192.0.2.1", 5_000);

    private readonly VirtualClock _clock;
    private readonly WallClock _wallClock;
    private readonly ISimulatedEncoder[] _encoders;
    private readonly PlainTransport _transport;
    private readonly SimulatedSocket _socket;
    private readonly EmulatedLink _up;
    private readonly EmulatedLink _down;
    private readonly FrameIds _ids = new();
    private readonly Dictionary<(uint Ssrc, ushort Number), SimulatedPacket> _published = [];
    private readonly Dictionary<(uint Ssrc, ushort Number), SimulatedFrame> _underWay = [];
    private readonly byte[] _rtcp = new byte[1_500];
    private ushort _rtxNumber;
    private long _nextPictureUs;
    private long _nextReportUs;

    /// <param name="router">The router that it sends into.</param>
    /// <param name="codec">What it sends.</param>
    /// <param name="encoders">One a stream.</param>
    /// <param name="mode">The scalability mode of each stream.</param>
    /// <param name="link">Its way to the router; the way back is as long and loses nothing.</param>
    /// <param name="seed">Repeats what the links do.</param>
    /// <param name="clock">The time.</param>
    public CallPublisher(
        Router router,
        CodecKind codec,
        ISimulatedEncoder[] encoders,
        string mode,
        EmulatedLinkOptions link,
        int seed,
        VirtualClock clock)
    {
        _clock = clock;
        _wallClock = router.Environment.Clock;
        _encoders = encoders;
        _up = new EmulatedLink(link, seed);
        _down = new EmulatedLink(new EmulatedLinkOptions { DelayUs = link.DelayUs }, seed + 1);
        _nextPictureUs = NowUs;
        _nextReportUs = NowUs;
        var listener = new RecordingListener();
        _transport = new PlainTransport(
            "publisher", new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true }, router, listener);
        _socket = new SimulatedSocket(
            FakeSocket.Address("192.0.2.2", 6_000), (_, datagram) => _down.Send(datagram, NowUs));
        _transport.Attach(_socket, null);
        _transport.Connect(PeerAddress.FormatAddress(), PeerAddress.Port, null, null);
        _transport.SetConnected(NowUs);
        _transport.Produce(CreateOptions(codec, encoders, mode), listener, NowUs);
    }

    /// <summary>When something is due.</summary>
    public long NextUs => Math.Min(Math.Min(_up.NextUs, _down.NextUs), Math.Min(_nextPictureUs, _nextReportUs));

    /// <summary>Its way to the router.</summary>
    public EmulatedLink Up => _up;

    /// <summary>When key frames were asked for, and of which stream.</summary>
    public List<(long AtUs, int Stream)> KeyFrameRequests { get; } = [];

    /// <summary>The frames of which packets never came to the router, though those behind them did.</summary>
    public IEnumerable<SimulatedFrame> LostFrames => _underWay.Values.Distinct();

    /// <summary>What the router's transport is made of.</summary>
    public PlainTransport Transport => _transport;

    private long NowUs => _clock.NowUs;

    public void Step()
    {
        while (_up.TryReceive(NowUs, out byte[] datagram))
            Deliver(datagram);

        while (_down.TryReceive(NowUs, out byte[] datagram))
            ReceiveRtcp(datagram);

        if (_nextReportUs <= NowUs)
        {
            _nextReportUs += 1_000_000;
            foreach (ISimulatedEncoder encoder in _encoders)
                SendReport(encoder);
        }

        if (_nextPictureUs <= NowUs)
        {
            _nextPictureUs += PictureUs;
            foreach (ISimulatedEncoder encoder in _encoders)
            {
                foreach (SimulatedPacket packet in encoder.Encode(_ids, NowUs))
                    Send(packet);
            }
        }
    }

    /// <summary>A producer of what these encoders send, with retransmissions.</summary>
    public static ProducerOptions CreateOptions(CodecKind codec, ISimulatedEncoder[] encoders, string mode)
    {
        var parameters = new RtpParameters(
            Room.Codecs(MediaKind.Video, Room.Vp8PayloadType, Room.RtxPayloadType, videoCodec: $"video/{codec}"),
            Room.ReceiveExtensions,
            [.. encoders.Select(encoder => new RtpEncodingParameters
            {
                Ssrc = encoder.Ssrc,
                RtxSsrc = encoder.Ssrc + RtxOffset,
                ScalabilityMode = mode,
            })],
            new RtcpParameters("publisher"));
        return new ProducerOptions
        {
            Id = ProducerId,
            Kind = MediaKind.Video,
            RtpParameters = parameters,
            RtpMapping = new RtpMapping(
                [new(Room.Vp8PayloadType, Room.MappedVp8), new(Room.RtxPayloadType, Room.MappedRtx)],
                [.. encoders.Select((encoder, i) => new EncodingMapping(null, encoder.Ssrc, Room.MappedSsrc(i)))],
                parameters),
        };
    }

    /// <summary>A packet as it is on the wire.</summary>
    public static RtpBuilder Builder(SimulatedPacket packet) => new()
    {
        Ssrc = packet.Ssrc,
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = packet.SequenceNumber,
        Timestamp = packet.Timestamp,
        Marker = packet.Marker,
        Payload = packet.Payload,
        TwoByteForm = true,
        Extensions = packet.DependencyDescriptor.Length > 0 ? [(5, packet.DependencyDescriptor)] : [],
    };

    private void Send(SimulatedPacket packet)
    {
        _published[(packet.Ssrc, packet.SequenceNumber)] = packet;
        _underWay[(packet.Ssrc, packet.SequenceNumber)] = packet.Frame;
        _up.Send(Builder(packet).Build(), NowUs);
    }

    private void Deliver(byte[] datagram)
    {
        if (RtpPacketView.TryParse(datagram, out RtpPacketView view))
        {
            bool isRtx = view.PayloadType == Room.RtxPayloadType;
            ushort number = isRtx
                ? BinaryPrimitives.ReadUInt16BigEndian(view.Payload)
                : view.SequenceNumber;
            _underWay.Remove((view.Ssrc - (isRtx ? RtxOffset : 0), number));
        }

        _transport.OnDatagram(_socket, PeerAddress, datagram, NowUs);
    }

    private void SendReport(ISimulatedEncoder encoder)
    {
        var report = new SenderReport(encoder.Ssrc, _wallClock.At(NowUs), encoder.TimestampAt(NowUs), 0, 0);
        _up.Send(_rtcp.AsSpan(0, RtcpWriter.WriteSenderReport(_rtcp, report)), NowUs);
    }

    private void ReceiveRtcp(byte[] datagram)
    {
        foreach (RtcpPacketView packet in new RtcpReader(datagram))
        {
            if (packet.Kind == RtcpPacketKind.Pli)
                RequestKeyFrame(packet.AsFeedback().MediaSsrc);
            else if (packet.Kind == RtcpPacketKind.Nack)
                Repair(packet.AsNack());
        }
    }

    private void RequestKeyFrame(uint ssrc)
    {
        int stream = Array.FindIndex(_encoders, encoder => encoder.Ssrc == ssrc);
        KeyFrameRequests.Add((NowUs, stream));
        _encoders[stream].RequestKeyFrame();
    }

    private void Repair(NackView nack)
    {
        for (int i = 0; i < nack.Count; i++)
        {
            for (int bit = 0; bit <= 16; bit++)
            {
                if (bit == 0 || (nack[i].Bitmask & (1 << (bit - 1))) != 0)
                    Repair(nack.Header.MediaSsrc, (ushort)(nack[i].PacketId + bit));
            }
        }
    }

    private void Repair(uint ssrc, ushort number)
    {
        RtpBuilder original = Builder(_published[(ssrc, number)]);
        _up.Send(
            (original with
            {
                Ssrc = ssrc + RtxOffset,
                PayloadType = Room.RtxPayloadType,
                SequenceNumber = _rtxNumber++,
                Payload = [(byte)(number >> 8), (byte)number, .. original.Payload],
            }).Build(),
            NowUs);
    }
}
