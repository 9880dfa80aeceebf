using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Routing;

namespace RtcTests.Simulation;

/// <summary>
/// A browser that sends video into a room, at 30 pictures a second, with sender reports, and answers key frame requests
/// with the next picture.
/// </summary>
internal sealed class VideoScene
{
    public const int PictureIntervalMs = 33;

    private readonly long _startUs;
    private readonly FrameIds _ids = new();
    private readonly string _consumerMode;

    private VideoScene(
        int seed, CodecKind codec, ISimulatedEncoder[] encoders, string producerMode, string consumerMode)
    {
        Codec = codec;
        _consumerMode = consumerMode;
        Random = new Random(seed);
        Room = new Room(seed) { VideoCodec = $"video/{codec}" };
        In = new FakeTransport(Room, "in") { OnRtcp = OnRtcp };
        _startUs = Room.NowUs;
        Encoders = encoders;
        IsSending = [.. encoders.Select(_ => true)];
        Producer = Room.Produce(
            In,
            "p",
            encodings: [.. Encoders.Select(encoder => new RtpEncodingParameters
            {
                Ssrc = encoder.Ssrc,
                RtxSsrc = encoder.Ssrc + 50,
                ScalabilityMode = producerMode,
            })]);
    }

    /// <summary>VP8 at three qualities, each with three temporal layers.</summary>
    public static VideoScene Vp8Simulcast(
        int seed = 1, bool shortPictureIds = false, bool describesApart = false) => new(
        seed,
        CodecKind.Vp8,
        [.. Enumerable.Range(0, 3).Select(i => new Vp8SimulcastEncoder(
            (seed * 10) + i, i, (uint)(100 + i), 1 << i, shortPictureIds, describesApart: describesApart))],
        "L1T3",
        "S3T3");

    /// <summary>All layers in one stream.</summary>
    public static VideoScene Svc(CodecKind codec, string mode, int seed = 1) => new(
        seed,
        codec,
        [codec == CodecKind.Vp8
            ? new Vp8SimulcastEncoder(seed, 0, 100, packetsPerFrame: 2)
            : new SvcEncoder(seed, 100, codec, mode)],
        mode,
        mode);

    public CodecKind Codec { get; }

    public Random Random { get; }

    public Room Room { get; }

    public FakeTransport In { get; }

    public Producer Producer { get; }

    public ISimulatedEncoder[] Encoders { get; }

    /// <summary>Streams that the browser sends.</summary>
    public bool[] IsSending { get; }

    /// <summary>Key frame requests that reached the browser: when, and which stream.</summary>
    public List<(long NowUs, int Stream)> Requests { get; } = [];

    /// <summary>What becomes of a packet on its way into the room; null for nothing.</summary>
    public Func<SimulatedPacket, IEnumerable<SimulatedPacket>>? Network { get; set; }

    /// <summary>Called before each picture with its number.</summary>
    public Action<int>? OnPicture { get; set; }

    public bool SendsReports { get; set; } = true;

    public (Consumer Consumer, DecoderModel Decoder) Watch(string id, ConsumerLayers? preferred = null)
    {
        var decoder = new DecoderModel(Codec);
        var transport = new FakeTransport(Room, id)
        {
            OnRtp = (bytes, kind) =>
            {
                if (kind == RtpSendKind.Media && RtpPacketView.TryParse(bytes, out RtpPacketView view))
                    decoder.Receive(view);
            },
        };
        return (Watch(id, transport, preferred), decoder);
    }

    public Consumer Watch(
        string id, FakeTransport transport, ConsumerLayers? preferred = null, bool rtx = true, bool connected = true) =>
        Room.Consume(
            transport,
            Producer,
            id,
            ssrc: (uint)(5000 + (10 * Room.Router.Dump().ConsumerProducers.Length)),
            scalabilityMode: _consumerMode,
            preferredLayers: preferred,
            rtx: rtx,
            connected: connected);

    /// <summary>The packets of so many pictures, without a network, to be handed in one by one.</summary>
    public List<byte[]> Prepare(int pictures)
    {
        List<byte[]> packets = [];
        for (int i = 0; i < pictures; i++)
        {
            foreach (ISimulatedEncoder encoder in Encoders)
            {
                long capturedAtUs = Room.NowUs + (i * PictureIntervalMs * 1000L);
                packets.AddRange(
                    encoder.Encode(_ids, capturedAtUs).Select(packet => CallPublisher.Builder(packet).Build()));
            }
        }

        return packets;
    }

    public void Run(int pictures)
    {
        for (int i = 0; i < pictures; i++)
        {
            OnPicture?.Invoke(i);
            long elapsedMs = (Room.NowUs - _startUs) / 1000;
            if (SendsReports && elapsedMs % 1000 < PictureIntervalMs)
                Report();

            for (int stream = 0; stream < Encoders.Length; stream++)
            {
                if (!IsSending[stream])
                    continue;

                foreach (SimulatedPacket packet in Encoders[stream].Encode(_ids, Room.NowUs))
                {
                    foreach (SimulatedPacket arrived in Network?.Invoke(packet) ?? [packet])
                        Receive(arrived);
                }
            }

            Room.Advance(PictureIntervalMs);
        }
    }

    /// <summary>
    /// Now and then, one of so many times each, an application changes its mind: other layers, a pause, its end, a key
    /// frame. Returns what was drawn; from 7 on nothing is done.
    /// </summary>
    public int Disturb(Consumer consumer, int oneIn)
    {
        int drawn = Random.Next(oneIn);
        switch (drawn)
        {
            case 0 or 1:
                consumer.SetPreferredLayers(new ConsumerLayers((byte)Random.Next(3), (byte)Random.Next(3)));
                consumer.ApplyPreferredLayers(Room.NowUs);
                break;
            case 2:
                consumer.Pause(Room.NowUs);
                break;
            case 3 or 4 or 5:
                consumer.Resume(Room.NowUs);
                break;
            case 6:
                consumer.RequestKeyFrame(Room.NowUs);
                break;
        }

        return drawn;
    }

    public void Receive(SimulatedPacket packet) => Room.Receive(In, CallPublisher.Builder(packet));

    private void Report()
    {
        foreach (ISimulatedEncoder encoder in Encoders)
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
