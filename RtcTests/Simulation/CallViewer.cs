using Rtc.Congestion;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Rtc.Transports;
using RtcTests.Congestion.Simulation;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Transports;
using Xunit;

namespace RtcTests.Simulation;

/// <summary>
/// A browser that watches over an emulated link what a real transport and consumer send it: transport-wide feedback ten
/// times a second, receiver reports, NACKs, and a PLI when it cannot go on.
/// </summary>
internal sealed class CallViewer : IConsumerListener, IRtpReceiveStreamListener
{
    /// <summary>The header extension with the transport-wide number.</summary>
    public const byte TransportCcId = 5;

    private const byte AbsSendTimeId = 4;
    private const byte DependencyDescriptorId = 6;
    private const uint Ssrc = 5_000;
    private const uint RtxSsrc = 5_001;
    private const long FeedbackUs = 100_000;
    private const long ReportUs = 1_000_000;
    private const long PatienceUs = 3_000_000;
    private const long FirstPatienceUs = 300_000;

    // The clocks of both ends have nothing to do with each other.
    private const long ClockOffsetUs = 77_777_777;

    private static readonly TransportAddress PeerAddress = FakeSocket.Address("198.51.100.1", 5_000);

    private readonly VirtualClock _clock;
    private readonly SimulatedSocket _socket;
    private readonly EmulatedLink _down;
    private readonly EmulatedLink _up;
    private readonly RtpReceiveStream _stream;
    private readonly ArrivalHistory _arrivals = new();
    private readonly DecoderModel _decoder;
    private readonly Dictionary<long, SimulatedFrame> _underWay = [];
    private readonly HashSet<long> _sent = [];
    private readonly byte[] _buffer = new byte[TransportCcWriter.MaxLength];
    private readonly long _startUs;
    private long _nextFeedbackUs;
    private long _nextReportUs;
    private long _nextCompetingUs = long.MaxValue;
    private long _lastPliUs;
    private long _waitsSinceUs = long.MaxValue;
    private long _newestSent = -1;
    private long _newestReceived = -1;
    private long _firstReceived = -1;
    private long _sentBytes;

    /// <param name="router">The router that it watches from.</param>
    /// <param name="name">Its name.</param>
    /// <param name="codec">What is sent.</param>
    /// <param name="mode">The scalability mode that it is offered.</param>
    /// <param name="encodings">The producer's encodings as they are renamed for consumers.</param>
    /// <param name="link">Its way from the router. The way back loses as much but is not limited.</param>
    /// <param name="seed">Repeats what the links do.</param>
    /// <param name="clock">The time.</param>
    public CallViewer(
        Router router,
        string name,
        CodecKind codec,
        string mode,
        IReadOnlyList<RtpEncodingParameters> encodings,
        EmulatedLinkOptions link,
        int seed,
        VirtualClock clock)
    {
        Name = name;
        _clock = clock;
        _startUs = NowUs;
        _nextFeedbackUs = NowUs;
        _nextReportUs = NowUs;
        _down = new EmulatedLink(link, seed);
        _up = new EmulatedLink(link with { BitsPerSecond = 0, BurstStart = 0 }, seed + 1);
        _decoder = new DecoderModel(codec);
        ConsumerOptions options = CreateOptions($"{name}-video", codec, mode, encodings);
        _stream = new RtpReceiveStream(
            RtpStreamParameters.Create(options.RtpParameters, 0, Ssrc, ""), this, default, watchActivity: false, NowUs);
        _stream.AttachRtx(RtxSsrc, Room.MappedRtx);
        Transport = new PlainTransport(
            name,
            new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true },
            router,
            new RecordingListener());
        _socket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 7_000), (_, datagram) => Send(datagram));
        Transport.Attach(_socket, null);
        Transport.Connect(PeerAddress.FormatAddress(), PeerAddress.Port, null, null);
        Transport.SetConnected(NowUs);
        Consumer = Transport.Consume(options, this, NowUs);
        Transport.Start(Consumer, NowUs);
    }

    public string Name { get; }

    public PlainTransport Transport { get; }

    public Consumer Consumer { get; }

    /// <summary>Its way from the router.</summary>
    public EmulatedLink Down => _down;

    /// <summary>Bits a second of a flow that does not adapt and shares its link.</summary>
    public long Competing { get; private set; }

    /// <summary>What it could show.</summary>
    public ViewerPlayback Playback { get; } = new();

    /// <summary>The path as it was ten times a second, in time since the viewer came.</summary>
    public List<BandwidthSample> Samples { get; } = [];

    /// <summary>When other layers came, in time since the viewer came, and which.</summary>
    public List<(long AtUs, ConsumerLayers? Layers)> LayerChanges { get; } = [];

    /// <summary>Frames that the judged decoder took.</summary>
    public IReadOnlyList<SimulatedFrame> Decoded => _decoder.Decoded;

    /// <summary>Key frames that it asked for.</summary>
    public int Plis { get; private set; }

    /// <summary>When something is due.</summary>
    public long NextUs => Math.Min(
        Math.Min(Math.Min(_down.NextUs, _up.NextUs), Math.Min(_nextFeedbackUs, _nextReportUs)),
        Math.Min(_stream.DeadlineUs, _nextCompetingUs));

    /// <summary>How it went, for messages of tests.</summary>
    public override string ToString() =>
        $"{Name}, {_down.Options.BitsPerSecond / 1000} kbit/s, loss {_down.Options.Loss}: queue "
        + $"{Samples.Max(one => one.QueueUs) / 1000} ms, {Plis} PLIs, layers "
        + string.Join(' ', LayerChanges.Select(one => $"{one.AtUs / 1e6:F1}:{one.Layers?.Spatial}.{one.Layers?.Temporal}"));

    /// <summary>A consumer that negotiates what browsers do.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="codec">What is sent.</param>
    /// <param name="mode">The scalability mode that it is offered.</param>
    /// <param name="encodings">The producer's encodings as they are renamed for consumers.</param>
    public static ConsumerOptions CreateOptions(
        string id, CodecKind codec, string mode, IReadOnlyList<RtpEncodingParameters> encodings) => new()
    {
        Id = id,
        ProducerId = CallPublisher.ProducerId,
        Kind = MediaKind.Video,
        RtpParameters = new RtpParameters(
            Codecs(codec),
            [
                new(RtpHeaderExtensionUri.AbsSendTime, AbsSendTimeId),
                new(RtpHeaderExtensionUri.TransportWideCcDraft01, TransportCcId),
                new(RtpHeaderExtensionUri.DependencyDescriptor, DependencyDescriptorId),
            ],
            [new RtpEncodingParameters { Ssrc = Ssrc, RtxSsrc = RtxSsrc, ScalabilityMode = mode }],
            new RtcpParameters("forwarded")),
        ConsumableRtpEncodings = encodings,
    };

    /// <summary>Lets a flow that does not adapt take part of its link; 0 ends it.</summary>
    public void Compete(long bitsPerSecond)
    {
        Competing = bitsPerSecond;
        _nextCompetingUs = bitsPerSecond == 0 ? long.MaxValue : NowUs;
    }

    private long NowUs => _clock.NowUs;

    public void Step()
    {
        while (_down.TryReceive(NowUs, out byte[] datagram))
            Receive(datagram);

        while (_up.TryReceive(NowUs, out byte[] datagram))
            Transport.OnDatagram(_socket, PeerAddress, datagram, NowUs);

        if (_stream.DeadlineUs <= NowUs)
            _stream.HandleDeadline(NowUs);

        while (_nextCompetingUs <= NowUs)
        {
            _down.Send(new byte[1_200], NowUs);
            _nextCompetingUs += 1_200 * 8_000_000L / Competing;
        }

        if (_nextFeedbackUs <= NowUs)
            SendFeedback();
        if (_nextReportUs <= NowUs)
            SendReport();
    }

    /// <summary>
    /// Has the decoder model judge all that came. Only numbers may be missing that the link took and no
    /// retransmission brought back, or that came late to the router: it leaves room for them, and if they turn out to
    /// be of a layer that is not forwarded, nothing fills it.
    /// </summary>
    /// <param name="lostUpstream">Frames that did not come to the router whole.</param>
    /// <param name="late">How many packets came late to the router, or not at all.</param>
    public void Judge(IEnumerable<SimulatedFrame> lostUpstream, long late)
    {
        foreach (SimulatedFrame frame in lostUpstream)
            _decoder.NoteLostUpstream(frame);

        int gaps = (int)(_sent.Max() - _sent.Min() + 1 - _sent.Count);
        Assert.True(gaps <= late, $"{Name}: {gaps} numbers were left out");
        int missing = gaps;
        foreach ((long number, SimulatedFrame frame) in _underWay)
        {
            _decoder.NoteLostUpstream(frame);
            missing += number > _firstReceived && number < _newestReceived ? 1 : 0;
        }

        _decoder.Check(allowedHoles: missing);
    }

    void IConsumerListener.OnLayersChange(ConsumerLayers? layers) => LayerChanges.Add((NowUs - _startUs, layers));

    void IRtpReceiveStreamListener.OnNackNeeded(RtpReceiveStream stream, ReadOnlySpan<ushort> numbers, long nowUs)
    {
        var items = new NackItem[numbers.Length];
        int count = NackItem.Pack(numbers, items);
        _up.Send(_buffer.AsSpan(0, RtcpWriter.WriteNack(_buffer, 1, Ssrc, items.AsSpan(0, count))), nowUs);
    }

    void IRtpReceiveStreamListener.OnKeyFrameNeeded(RtpReceiveStream stream, long nowUs) => SendPli();

    void IRtpReceiveStreamListener.OnScoreChanged(RtpReceiveStream stream, byte previousScore, long nowUs)
    {
    }

    void IConsumerListener.OnScore(ConsumerScore score)
    {
    }

    void IConsumerListener.OnProducerPaused()
    {
    }

    void IConsumerListener.OnProducerResumed()
    {
    }

    void IConsumerListener.OnProducerClosed()
    {
    }

    void IConsumerListener.OnTrace(RtpTrace trace)
    {
    }

    void IConsumerListener.OnRtp(ReadOnlySpan<byte> packet)
    {
    }

    private static RtpCodecParameters[] Codecs(CodecKind codec)
    {
        var apt = new RtpParameterList([new("apt", new RtpParameterValue.Integer(Room.MappedVp8))]);
        return
        [
            new(
                MimeType.Parse($"video/{codec}"),
                Room.MappedVp8,
                90_000,
                rtcpFeedback: [new("nack", ""), new("nack", "pli"), new("transport-cc", "")]),
            new(MimeType.Parse("video/rtx"), Room.MappedRtx, 90_000, parameters: apt),
        ];
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        if (RtpPacketView.TryParse(datagram.ToArray(), out RtpPacketView view) && view.Ssrc == Ssrc)
        {
            _sentBytes += datagram.Length;
            long number = Unwrap(view.SequenceNumber, ref _newestSent);
            Assert.True(_sent.Add(number), $"{Name}: number {number} leaves twice");
            _underWay[number] = SimulatedFrame.Read(view.Payload);
        }

        _down.Send(datagram, NowUs);
    }

    private void Receive(byte[] datagram)
    {
        if (datagram[0] == 0)
            return;

        if (datagram[1] is >= 192 and <= 223)
            ReceiveRtcp(datagram);
        else if (RtpPacketView.TryParse(datagram, out RtpPacketView view))
            ReceiveRtp(view);
    }

    private void ReceiveRtp(RtpPacketView view)
    {
        if (view.TryGetTransportCc(TransportCcId, out ushort transportCc))
            _arrivals.Add(transportCc, view.Ssrc, NowUs + ClockOffsetUs);

        if (view.Ssrc == RtxSsrc)
        {
            if (!_stream.TryReceiveRtx(view, default, NowUs, out RtpPacketView media, out _))
                return;

            view = media;
        }
        else if (view.Ssrc != Ssrc || !_stream.TryReceive(view, default, NowUs, out _))
        {
            return;
        }

        long number = Unwrap(view.SequenceNumber, ref _newestReceived);
        _firstReceived = _firstReceived < 0 ? number : Math.Min(_firstReceived, number);
        if (!_underWay.Remove(number))
            return;

        _waitsSinceUs = Math.Min(_waitsSinceUs, NowUs);
        _decoder.Receive(view);
        Playback.Receive(SimulatedFrame.Read(view.Payload), NowUs);
    }

    private void ReceiveRtcp(byte[] datagram)
    {
        foreach (RtcpPacketView packet in new RtcpReader(datagram))
        {
            if (packet.Kind == RtcpPacketKind.SenderReport && packet.AsSenderReport().Report.Ssrc == Ssrc)
                _stream.OnSenderReport(packet.AsSenderReport().Report, NowUs);
        }
    }

    private void SendFeedback()
    {
        _nextFeedbackUs += FeedbackUs;
        int length;
        while ((length = _arrivals.WriteFeedback(_buffer, NowUs + ClockOffsetUs)) > 0)
            _up.Send(_buffer.AsSpan(0, length), NowUs);

        // Media comes, and nothing can be made of it.
        long patienceUs = Playback.LastUs == 0 ? FirstPatienceUs : PatienceUs;
        if (NowUs - Math.Max(_waitsSinceUs, Playback.LastUs) > patienceUs && NowUs - _lastPliUs > patienceUs)
            SendPli();

        Sample();
    }

    private void SendPli()
    {
        Plis++;
        _lastPliUs = NowUs;
        _up.Send(_buffer.AsSpan(0, RtcpWriter.WritePli(_buffer, 1, Ssrc)), NowUs);
    }

    private void SendReport()
    {
        _nextReportUs += ReportUs;
        if (_newestReceived < 0)
            return;

        ReportBlock block = _stream.CreateReport(worstRemoteFraction: 0, NowUs);
        _up.Send(_buffer.AsSpan(0, RtcpWriter.WriteReceiverReport(_buffer, 1, [block])), NowUs);
    }

    private void Sample()
    {
        long capacity = _down.Options.BitsPerSecond;
        ConsumerLayers? layers = Consumer.CurrentLayers;
        Samples.Add(new BandwidthSample(
            NowUs - _startUs,
            capacity - Competing,
            (long)(Transport.GetStats(NowUs).AvailableOutgoingBitrate ?? 0),
            _sentBytes * 8_000_000 / FeedbackUs,
            capacity == 0 ? 0 : _down.QueuedBytes(NowUs) * 8_000_000L / capacity,
            layers is { } current ? (3 * current.Spatial) + (current.Temporal ?? 0) : -1));
        _sentBytes = 0;
    }

    private static long Unwrap(ushort number, ref long newest)
    {
        long unwrapped = newest < 0 ? 0x1_0000 + number : SequenceNumbers.Unwrap(number, newest);
        newest = Math.Max(newest, unwrapped);
        return unwrapped;
    }
}
