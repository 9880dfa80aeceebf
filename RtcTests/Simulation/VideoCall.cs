using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using RtcTests.Ice;
using RtcTests.Routing;

namespace RtcTests.Simulation;

/// <summary>
/// One publisher, a real router with real transports, producers and consumers, and viewers behind a link each, on a
/// virtual clock. Always takes the earliest event, so a seed repeats a call exactly. Only encryption is left out.
/// </summary>
internal sealed class VideoCall
{
    /// <summary>Bits a second of the three qualities; those of layers on top of each other add up to as much.</summary>
    public static readonly long[] Bitrates = [150_000, 500_000, 1_500_000];

    private const long FirstUs = 1_000_000;
    private const double KeyFrameWeight = 5;
    private const double UpperKeyFrameWeight = 2.5;

    private static readonly EmulatedLinkOptions GoodUplink = new() { DelayUs = 10_000, BitsPerSecond = 20_000_000 };

    private readonly VirtualClock _clock = new(FirstUs);
    private readonly RouterEnvironment _environment;
    private readonly Router _router;
    private readonly CodecKind _codec;
    private readonly string _consumerMode;
    private readonly RtpEncodingParameters[] _encodings;
    private readonly PriorityQueue<Action, long> _plan = new();
    private readonly int _seed;

    private VideoCall(
        int seed,
        CodecKind codec,
        ISimulatedEncoder[] encoders,
        string producerMode,
        string consumerMode,
        EmulatedLinkOptions? uplink)
    {
        _seed = seed;
        _codec = codec;
        _consumerMode = consumerMode;
        _environment = new RouterEnvironment(
            new DeadlineQueue(),
            new SeededRandom(seed),
            new RtpPacketPool(new PacketPool()),
            new WallClock(1_700_000_000_000_000));
        _router = new Router("router", _environment);
        _encodings = [.. encoders.Select((_, i) => new RtpEncodingParameters
        {
            Ssrc = Room.MappedSsrc(i),
            ScalabilityMode = producerMode,
        })];
        Publisher = new CallPublisher(_router, codec, encoders, producerMode, uplink ?? GoodUplink, seed, _clock);
    }

    public CallPublisher Publisher { get; }

    public List<CallViewer> Viewers { get; } = [];

    public long NowUs => _clock.NowUs;

    /// <summary>VP8 at three qualities, each with three temporal layers.</summary>
    public static VideoCall Vp8Simulcast(int seed, EmulatedLinkOptions? uplink = null) => new(
        seed,
        CodecKind.Vp8,
        [.. Bitrates.Select((bitrate, i) => new Vp8SimulcastEncoder(
            (seed * 10) + i,
            i,
            (uint)(100 + i),
            packetsPerFrame: 1,
            budget: new EncoderBudget(bitrate, CallPublisher.PicturesPerSecond, KeyFrameWeight)))],
        "L1T3",
        "S3T3",
        uplink);

    /// <summary>All layers in one stream.</summary>
    public static VideoCall Svc(CodecKind codec, string mode, int seed, EmulatedLinkOptions? uplink = null)
    {
        bool isKeyFrameOnly = mode.EndsWith("_KEY", StringComparison.Ordinal);
        EncoderBudget[] budgets = [.. Bitrates.Select(
            (bitrate, i) => new EncoderBudget(
                i == 0 || isKeyFrameOnly ? bitrate : bitrate - Bitrates[i - 1],
                CallPublisher.PicturesPerSecond,
                i == 0 ? KeyFrameWeight : UpperKeyFrameWeight))];
        return new(seed, codec, [new SvcEncoder(seed, 100, codec, mode, budgets)], mode, mode, uplink);
    }

    /// <summary>VP8 simulcast, or VP9 or AV1 with a scalability mode: "VP8", "VP9 L3T3_KEY".</summary>
    public static VideoCall Create(string encoding, int seed, EmulatedLinkOptions? uplink = null)
    {
        string[] parts = encoding.Split(' ');
        return parts.Length == 1
            ? Vp8Simulcast(seed, uplink)
            : Svc(parts[0] == "VP9" ? CodecKind.Vp9 : CodecKind.Av1, parts[1], seed, uplink);
    }

    /// <summary>A link of so many kbit/s.</summary>
    public static EmulatedLinkOptions Link(int kbps, int roundTripMs = 60, double loss = 0) => new()
    {
        BitsPerSecond = kbps * 1000L,
        DelayUs = roundTripMs * 500,
        JitterUs = 1_000,
        Loss = loss,
        QueueBytes = kbps * 1000 / 8 * 2,
    };

    /// <summary>Somebody comes.</summary>
    public CallViewer Watch(EmulatedLinkOptions link)
    {
        var viewer = new CallViewer(
            _router,
            $"viewer{Viewers.Count}",
            _codec,
            _consumerMode,
            _encodings,
            link,
            (_seed * 100) + (Viewers.Count * 2),
            _clock);
        Viewers.Add(viewer);
        return viewer;
    }

    /// <summary>Something that changes, so many seconds after the call began.</summary>
    public void At(double seconds, Action change) => _plan.Enqueue(change, FirstUs + (long)(seconds * 1e6));

    /// <summary>Changes what a viewer's link carries.</summary>
    public void SetCapacityAt(double seconds, CallViewer viewer, int kbps) => At(
        seconds, () => viewer.Down.Options = viewer.Down.Options with { BitsPerSecond = kbps * 1000L });

    /// <summary>Runs until so many seconds after the call began.</summary>
    public void Run(double seconds)
    {
        long untilUs = FirstUs + (long)(seconds * 1e6);
        while (true)
        {
            long nextUs = Math.Min(_environment.Deadlines.NextUs, Publisher.NextUs);
            foreach (CallViewer viewer in Viewers)
                nextUs = Math.Min(nextUs, viewer.NextUs);
            if (_plan.TryPeek(out _, out long planUs))
                nextUs = Math.Min(nextUs, planUs);
            if (nextUs > untilUs)
                break;

            _clock.NowUs = Math.Max(NowUs, nextUs);
            Step();
        }

        _clock.NowUs = untilUs;
    }

    /// <summary>Has every viewer's decoder judge what came.</summary>
    public void Judge()
    {
        List<SimulatedFrame> lost = [.. Publisher.LostFrames];
        foreach (CallViewer viewer in Viewers)
            viewer.Judge(lost, Publisher.Up.Lost + Publisher.Up.Reordered);
    }

    private void Step()
    {
        while (_plan.TryPeek(out Action? change, out long atUs) && atUs <= NowUs)
        {
            _plan.Dequeue();
            change();
        }

        if (Publisher.NextUs <= NowUs)
            Publisher.Step();
        foreach (CallViewer viewer in Viewers)
        {
            if (viewer.NextUs <= NowUs)
                viewer.Step();
        }

        _environment.Deadlines.Expire(NowUs);
    }
}
