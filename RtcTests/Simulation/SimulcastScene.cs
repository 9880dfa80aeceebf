using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Routing;

namespace RtcTests.Simulation;

/// <summary>
/// A browser that sends VP8 at three qualities into a room, at 30 pictures a second, with sender reports, and answers
/// key frame requests with the next picture.
/// </summary>
internal sealed class SimulcastScene
{
    public const int PictureIntervalMs = 33;
    public const int Streams = 3;

    private readonly long _startUs;
    private uint _nextFrame;

    public SimulcastScene(int seed = 1, bool shortPictureIds = false)
    {
        Random = new Random(seed);
        Room = new Room(seed);
        In = new FakeTransport(Room, "in") { OnRtcp = OnRtcp };
        _startUs = Room.NowUs;
        for (int i = 0; i < Streams; i++)
        {
            Encoders[i] = new Vp8SimulcastEncoder(
                (seed * 10) + i, i, (uint)(100 + i), packetsPerFrame: 1 << i, shortPictureIds);
        }

        Producer = Room.Produce(
            In,
            "p",
            encodings: [.. Encoders.Select(encoder => new RtpEncodingParameters
            {
                Ssrc = encoder.Ssrc,
                RtxSsrc = encoder.Ssrc + 50,
                ScalabilityMode = "L1T3",
            })]);
    }

    public Random Random { get; }

    public Room Room { get; }

    public FakeTransport In { get; }

    public Producer Producer { get; }

    public Vp8SimulcastEncoder[] Encoders { get; } = new Vp8SimulcastEncoder[Streams];

    /// <summary>Streams that the browser sends.</summary>
    public bool[] IsSending { get; } = [true, true, true];

    /// <summary>Key frame requests that reached the browser: when, and which stream.</summary>
    public List<(long NowUs, int Stream)> Requests { get; } = [];

    /// <summary>What becomes of a packet on its way into the room; null for nothing.</summary>
    public Func<SimulatedPacket, IEnumerable<SimulatedPacket>>? Network { get; set; }

    /// <summary>Called before each picture with its number.</summary>
    public Action<int>? OnPicture { get; set; }

    public bool SendsReports { get; set; } = true;

    public (Consumer Consumer, DecoderModel Decoder) Watch(
        string id, ConsumerLayers? preferred = null, bool connected = true)
    {
        var decoder = new DecoderModel(CodecKind.Vp8);
        var transport = new FakeTransport(Room, id)
        {
            OnRtp = (bytes, kind) =>
            {
                if (kind == RtpSendKind.Media && RtpPacketView.TryParse(bytes, out RtpPacketView view))
                    decoder.Receive(view);
            },
        };
        Consumer consumer = Room.Consume(
            transport,
            Producer,
            id,
            ssrc: (uint)(5000 + (10 * Room.Router.Dump().ConsumerProducers.Count)),
            scalabilityMode: "S3T3",
            preferredLayers: preferred,
            connected: connected);
        return (consumer, decoder);
    }

    public void Run(int pictures)
    {
        for (int i = 0; i < pictures; i++)
        {
            OnPicture?.Invoke(i);
            long elapsedMs = (Room.NowUs - _startUs) / 1000;
            if (SendsReports && elapsedMs % 1000 < PictureIntervalMs)
                Report();

            for (int stream = 0; stream < Streams; stream++)
            {
                if (!IsSending[stream])
                    continue;

                foreach (SimulatedPacket packet in Encoders[stream].Encode(_nextFrame++, Room.NowUs))
                {
                    foreach (SimulatedPacket arrived in Network?.Invoke(packet) ?? [packet])
                        Receive(arrived);
                }
            }

            Room.Advance(PictureIntervalMs);
        }
    }

    public void Receive(SimulatedPacket packet) => Room.Receive(In, new RtpBuilder
    {
        Ssrc = packet.Ssrc,
        PayloadType = Room.Vp8PayloadType,
        SequenceNumber = packet.SequenceNumber,
        Timestamp = packet.Timestamp,
        Marker = packet.Marker,
        Payload = packet.Payload,
    });

    private void Report()
    {
        foreach (Vp8SimulcastEncoder encoder in Encoders)
        {
            Producer.OnSenderReport(
                new SenderReport(
                    encoder.Ssrc,
                    NtpTime.FromUnixMicroseconds(1_600_000_000_000_000 + Room.NowUs),
                    encoder.TimestampAt(Room.NowUs),
                    0,
                    0),
                Room.NowUs);
        }
    }

    private void OnRtcp(byte[] rtcp)
    {
        foreach (RtcpPacketView packet in new RtcpReader(rtcp))
        {
            if (packet.Kind != RtcpPacketKind.Pli)
                continue;

            int stream = (int)packet.AsFeedback().MediaSsrc - 100;
            Requests.Add((Room.NowUs, stream));
            Encoders[stream].RequestKeyFrame();
        }
    }
}
