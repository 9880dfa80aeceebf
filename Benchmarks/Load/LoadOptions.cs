using System.Globalization;

namespace Benchmarks.Load;

/// <summary>How what the worker sends to a consumer is protected.</summary>
internal enum SrtpChoice
{
    None,
    Gcm128,
    Gcm256,
    Cm80,
    Cm32,
}

/// <summary>Who is in the room, and over what.</summary>
internal enum LoadShape
{
    /// <summary>One publisher in the clear, consumers with a PlainTransport and a port of the worker each.</summary>
    Plain,

    /// <summary>The same publisher, consumers with a WebRtcTransport each behind one UDP port.</summary>
    WebRtc,

    /// <summary>The same by TCP.</summary>
    Tcp,

    /// <summary>The same publisher, all consumers on one DirectTransport: packets go by the channel.</summary>
    Direct,

    /// <summary>Everybody sends audio and a picture in three encodings, and receives all others; by WebRTC.</summary>
    Conference,
}

/// <summary>What to run, as the command line says. All numbers are bounded, so no run is without end.</summary>
internal sealed record LoadOptions
{
    public const string Help =
        """
        Loads a worker as a room would and measures what forwarding costs it.

          dotnet run --project Benchmarks/Load -c Release -- --worker PATH [options]

          --worker PATH        the worker to measure; any that speaks the channel of mediasoup 3.27
          --shape SHAPE        plain, webrtc, tcp, direct, conference (plain)
          --consumers N        consumers, each with a transport of its own; people of a conference (50)
          --kind video|audio   VP8 with NACK, or Opus (video)
          --size BYTES         one RTP packet, header included (1100)
          --burst N            packets sent back to back, one frame (10)
          --rate N             packets/s into the worker (2000)
          --seconds S          time that is measured (5)
          --warmup S           time before it, longer while the worker still compiles (2)
          --srtp SUITE         none, gcm128, gcm256, cm80, cm32: of what leaves the worker (gcm128)
          --repeat N           runs, each with a new worker process; the median is reported (3)
          --find-max           also search the highest rate without loss
          --max-rate N         where that search ends, packets/s into the worker (20000)
          --control            also measure start, dump round trip and createWebRtcTransport
          --timeline           instead of all that: each of the first ten seconds of a worker
          --alive N            instead of all that: N WebRtcTransports in one worker, with consent and reports
          --pauses             instead of all that: how long a worker stands still under load and requests
          --max-floors X       fail when even the best run costs more floors a packet, and end with the first that
                               does not; for builds
          --pin-worker CPU     the worker's only CPU (the last one)
          --pin-load CPU       the sender's and receivers' only CPU (the first one)
          --take-runs          receivers take what left as one run in one piece, as a network card does (UDP_GRO)
          --bare               also measure what is left without a worker: a child that only makes the system calls
                               (shape plain)
          --json               print JSON instead of text
        """;

    // Four packets of the highest picture and five thirds of audio.
    private const int MeanConferenceSize = 823;

    // The floor's child learns their ports by its command line.
    private const int MaxFloorSockets = 1000;

    public string Worker { get; init; } = "";

    public LoadShape Shape { get; init; }

    public int Consumers { get; init; } = 50;

    public bool IsVideo { get; init; } = true;

    public int PacketSize { get; init; } = 1100;

    public int Burst { get; init; } = 10;

    public int Rate { get; init; } = 2000;

    public int Seconds { get; init; } = 5;

    public int WarmUpSeconds { get; init; } = 2;

    public SrtpChoice Srtp { get; init; } = SrtpChoice.Gcm128;

    public int Repeat { get; init; } = 3;

    public bool FindsMax { get; init; }

    public int MaxRate { get; init; } = 20_000;

    public bool MeasuresControl { get; init; }

    /// <summary>Whether the first seconds are measured one by one.</summary>
    public bool ShowsTimeline { get; init; }

    /// <summary>Whether pauses are measured instead of costs.</summary>
    public bool MeasuresPauses { get; init; }

    /// <summary>How many transports are kept alive; 0 for a load.</summary>
    public int AliveTransports { get; init; }

    /// <summary>The most that the best run may cost; null for a run that judges nothing.</summary>
    public double? MaxFloors { get; init; }

    public int WorkerCpu { get; init; } = Environment.ProcessorCount - 1;

    public int LoadCpu { get; init; }

    /// <summary>Whether receivers leave runs of packets in one piece instead of having the kernel cut them.</summary>
    public bool TakesRuns { get; init; }

    /// <summary>Whether a <see cref="BareRelay"/> is measured beside the worker.</summary>
    public bool MeasuresBare { get; init; }

    public bool PrintsJson { get; init; }

    /// <summary>How many sockets the floor sends from and to.</summary>
    public int FloorSockets => Math.Min(Consumers, MaxFloorSockets);

    private bool IsConference => Shape == LoadShape.Conference;

    /// <summary>Size of what leaves the worker: the packet and the tag of its suite.</summary>
    public int OutgoingSize => (IsConference ? MeanConferenceSize : PacketSize) + Srtp switch
    {
        SrtpChoice.Gcm128 or SrtpChoice.Gcm256 => 16,
        SrtpChoice.Cm80 => 10,
        SrtpChoice.Cm32 => 4,
        _ => 0,
    };

    /// <summary>The load in one line.</summary>
    public string Describe() => IsConference
        ? $"conference of {Consumers}, each sending Opus and 3 encodings of VP8 and receiving all others"
        : $"{Shape.ToString().ToLowerInvariant()}: 1 {(IsVideo ? "video" : "audio")} producer, {Consumers} consumers, " +
            $"{PacketSize} bytes, bursts of {Burst}, {Rate}/s in, " +
            (Shape == LoadShape.Plain ? $"{Srtp.ToString().ToLowerInvariant()} out" : "keys by the handshake");

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">An option is unknown or its value is wrong; the message says which.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            string Value() =>
                ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value");
            int Number(int min, int max) => ParseNumber(name, Value(), min, max);
            options = name switch
            {
                "--worker" => options with { Worker = Path.GetFullPath(Value()) },
                "--shape" => options with { Shape = ParseShape(Value()) },
                "--consumers" => options with { Consumers = Number(1, 1000) },
                "--kind" => options with { IsVideo = ParseKind(Value()) },
                "--size" => options with { PacketSize = Number(40, 1400) },
                "--burst" => options with { Burst = Number(1, 64) },
                "--rate" => options with { Rate = Number(1, 100_000) },
                "--seconds" => options with { Seconds = Number(1, 60) },
                "--warmup" => options with { WarmUpSeconds = Number(0, 60) },
                "--srtp" => options with { Srtp = ParseSuite(Value()) },
                "--repeat" => options with { Repeat = Number(1, 20) },
                "--find-max" => options with { FindsMax = true },
                "--max-rate" => options with { MaxRate = Number(1, 100_000) },
                "--control" => options with { MeasuresControl = true },
                "--pin-worker" => options with { WorkerCpu = Number(0, Environment.ProcessorCount - 1) },
                "--pin-load" => options with { LoadCpu = Number(0, Environment.ProcessorCount - 1) },
                "--timeline" => options with { ShowsTimeline = true, WarmUpSeconds = 0 },
                "--pauses" => options with { MeasuresPauses = true },
                "--alive" => options with { AliveTransports = Number(1, 20_000) },
                "--max-floors" => options with { MaxFloors = ParseFloors(Value()) },
                "--take-runs" => options with { TakesRuns = true },
                "--bare" => options with { MeasuresBare = true },
                "--json" => options with { PrintsJson = true },
                _ => throw new ArgumentException($"unknown option {name}"),
            };
        }

        if (options is { MeasuresBare: true, Shape: not LoadShape.Plain })
            throw new ArgumentException("--bare takes the place of a worker in shape plain only");

        return File.Exists(options.Worker)
            ? options
            : throw new ArgumentException($"--worker: there is no file '{options.Worker}'");
    }

    private static int ParseNumber(string name, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) &&
        value >= min && value <= max
            ? value
            : throw new ArgumentException($"{name} takes a number from {min} to {max}, not '{text}'");

    private static bool ParseKind(string text) => text switch
    {
        "video" => true,
        "audio" => false,
        _ => throw new ArgumentException($"--kind is video or audio, not '{text}'"),
    };

    private static double ParseFloors(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double floors) && floors > 0
            ? floors
            : throw new ArgumentException($"--max-floors takes a positive number, not '{text}'");

    private static LoadShape ParseShape(string text) =>
        Enum.TryParse(text, ignoreCase: true, out LoadShape shape) && Enum.IsDefined(shape)
            ? shape
            : throw new ArgumentException($"--shape does not know '{text}'");

    private static SrtpChoice ParseSuite(string text) =>
        Enum.TryParse(text, ignoreCase: true, out SrtpChoice suite) && Enum.IsDefined(suite)
            ? suite
            : throw new ArgumentException($"--srtp does not know '{text}'");
}
