using Rtc.Congestion;
using Rtc.Rtcp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Simulation;

namespace RtcTests.Congestion.Simulation;

/// <summary>What a run looked like at one moment.</summary>
/// <param name="AtUs">When.</param>
/// <param name="Capacity">What the link carries, bits a second, less what a competing flow takes of it.</param>
/// <param name="Estimate">What we believe it carries.</param>
/// <param name="Sent">Media that is sent, bits a second.</param>
/// <param name="QueueUs">How long a packet waits in front of the link.</param>
/// <param name="Layer">The layer of the first source.</param>
internal readonly record struct BandwidthSample(
    long AtUs, long Capacity, long Estimate, long Sent, long QueueUs, int Layer);

/// <summary>
/// The sending side of a transport with layered sources, and a receiver that answers with transport-wide feedback,
/// joined by emulated links on a virtual clock. A seed repeats a run exactly.
/// </summary>
internal sealed class BandwidthRun : IOutgoingBandwidthHost
{
    private const long SampleUs = 100_000;
    private const long FirstUs = 1_000_000;

    private readonly DeadlineQueue _deadlines = new();
    private readonly EmulatedLink _link;
    private readonly EmulatedLink _back;
    private readonly ArrivalHistory _arrivals = new();
    private readonly List<(long AtUs, Action Change)> _plan = [];
    private readonly byte[] _packet = new byte[1_500];
    private readonly long _feedbackUs;
    private long _nextFrameUs = FirstUs + 100_000;
    private long _nextFeedbackUs = FirstUs;
    private long _nextSampleUs = FirstUs;
    private long _nextCompetingUs = long.MaxValue;
    private long _lastMedia;

    public BandwidthRun(EmulatedLinkOptions options, int seed, long feedbackUs = 100_000, ulong? initialBitrate = null)
    {
        _link = new EmulatedLink(options, seed);
        _back = new EmulatedLink(options with { BitsPerSecond = 0, BurstStart = 0 }, seed + 1000);
        _feedbackUs = feedbackUs;
        Bandwidth = new OutgoingBandwidth(this, _deadlines, BweType.TransportCc, initialBitrate, Limits);
    }

    public OutgoingBandwidth Bandwidth { get; }

    public BitrateLimits Limits { get; } = new();

    public List<LayeredSource> Sources { get; } = [];

    public List<BandwidthSample> Samples { get; } = [];

    public List<BweTrace> Traces { get; } = [];

    /// <summary>Bits a second of a flow that does not adapt and shares the link.</summary>
    public long Competing { get; private set; }

    public EmulatedLink Link => _link;

    public long NowUs { get; private set; } = FirstUs;

    public long MediaBytes { get; private set; }

    public long ProbationBytes { get; private set; }

    /// <summary>Time since the run began, in seconds.</summary>
    public double Seconds => (NowUs - FirstUs) / 1e6;

    /// <summary>Something that changes at a time.</summary>
    public void At(double seconds, Action change) => _plan.Add((FirstUs + (long)(seconds * 1e6), change));

    /// <summary>Changes what the link carries at a time.</summary>
    public void SetCapacityAt(double seconds, long bitsPerSecond) =>
        At(seconds, () => _link.Options = _link.Options with { BitsPerSecond = bitsPerSecond });

    /// <summary>Lets a flow that does not adapt take part of the link.</summary>
    public void CompeteAt(double seconds, long bitsPerSecond) => At(seconds, () =>
    {
        Competing = bitsPerSecond;
        _nextCompetingUs = bitsPerSecond == 0 ? long.MaxValue : NowUs;
    });

    public void Run(double seconds)
    {
        long untilUs = FirstUs + (long)(seconds * 1e6);
        if (Samples.Count == 0)
            Bandwidth.OnConnected(NowUs);

        while (true)
        {
            long nextUs = Math.Min(Math.Min(_link.NextUs, _back.NextUs), Math.Min(_deadlines.NextUs, _nextFrameUs));
            nextUs = Math.Min(Math.Min(nextUs, _nextFeedbackUs), Math.Min(_nextSampleUs, _nextCompetingUs));
            foreach ((long atUs, _) in _plan)
                nextUs = Math.Min(nextUs, atUs);
            if (nextUs > untilUs)
                return;

            NowUs = Math.Max(NowUs, nextUs);
            Step();
        }
    }

    TransportCounters IOutgoingBandwidthHost.Counters { get; } = new();

    void IOutgoingBandwidthHost.CollectClaimants(List<IBitrateClaimant> claimants) => claimants.AddRange(Sources);

    int IOutgoingBandwidthHost.SendProbation(int size, ushort transportCc, long nowUs)
    {
        ProbationBytes += size;
        Send(size, transportCc);
        return size;
    }

    long IOutgoingBandwidthHost.GetRtxRoundTripUs() => 0;

    void IOutgoingBandwidthHost.OnBitrates(in BweTrace bitrates, long nowUs) => Traces.Add(bitrates);

    private void Step()
    {
        for (int i = _plan.Count - 1; i >= 0; i--)
        {
            (long atUs, Action change) = _plan[i];
            if (atUs > NowUs)
                continue;

            _plan.RemoveAt(i);
            change();
        }

        while (_link.TryReceive(NowUs, out byte[] datagram))
        {
            if (datagram[0] == 1)
                _arrivals.Add(BitConverter.ToUInt16(datagram, 1), 1, NowUs + 77_777_777);
        }

        while (_back.TryReceive(NowUs, out byte[] feedback))
            OnFeedback(feedback);

        _deadlines.Expire(NowUs);
        SendDue();
    }

    private void OnFeedback(byte[] feedback)
    {
        var reader = new RtcpReader(feedback);
        while (reader.MoveNext())
            Bandwidth.OnFeedback(reader.Current.AsTransportCc(), NowUs);
    }

    private void SendDue()
    {
        if (_nextFrameUs <= NowUs)
        {
            foreach (LayeredSource source in Sources)
                SendFrame(source);
            _nextFrameUs += Sources.Count == 0 ? 33_333 : Sources[0].FrameIntervalUs;
        }

        while (_nextCompetingUs <= NowUs)
        {
            _packet[0] = 2;
            _link.Send(_packet.AsSpan(0, 1_200), NowUs);
            _nextCompetingUs += 1_200 * 8_000_000L / Competing;
        }

        if (_nextFeedbackUs <= NowUs)
        {
            _nextFeedbackUs += _feedbackUs;
            Span<byte> feedback = stackalloc byte[TransportCcWriter.MaxLength];
            int length;
            while ((length = _arrivals.WriteFeedback(feedback, NowUs + 77_777_777)) > 0)
                _back.Send(feedback[..length], NowUs);
        }

        if (_nextSampleUs <= NowUs)
            Sample();
    }

    private void SendFrame(LayeredSource source)
    {
        foreach (int size in source.NextFrame())
        {
            MediaBytes += size;
            Send(size, Bandwidth.NextNumber);
            Bandwidth.OnPacketSent(size, NowUs);
        }
    }

    private void Send(int size, ushort number)
    {
        _packet[0] = 1;
        BitConverter.TryWriteBytes(_packet.AsSpan(1), number);
        _link.Send(_packet.AsSpan(0, size), NowUs);
    }

    private void Sample()
    {
        _nextSampleUs += SampleUs;
        long capacity = _link.Options.BitsPerSecond;
        long queueUs = capacity == 0 ? 0 : _link.QueuedBytes(NowUs) * 8_000_000L / capacity;
        Samples.Add(new BandwidthSample(
            NowUs - FirstUs,
            capacity - Competing,
            Bandwidth.AvailableBitrate,
            (MediaBytes - _lastMedia) * 8_000_000 / SampleUs,
            queueUs,
            Sources.Count == 0 ? -1 : Sources[0].Current));
        _lastMedia = MediaBytes;
    }
}
