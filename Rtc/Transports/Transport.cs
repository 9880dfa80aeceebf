using System.Buffers.Binary;
using Rtc.Congestion;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// What all transports share: the producers and consumers that hang on one, the reports that keep them informed, and
/// the numbers. The subclasses know how bytes reach the peer.
/// </summary>
public abstract class Transport
    : IRouterTransport, IProducerTransport, IConsumerTransport, IDataTransport, IDeadlineOwner, IOutgoingBandwidthHost
{
    private readonly TransportOptions _options;
    private readonly Router _router;
    private readonly OrderedMap<string, Producer> _producers = new();
    private readonly OrderedMap<string, Consumer> _consumers = new();
    private readonly SendStreamTable _sendStreams = new();
    private readonly RtcpReporter _reporter;
    private readonly RtcpDispatcher _dispatcher;
    private RtpHeaderExtensionIds _headerExtensionIds;
    private ArrivalReporter? _arrivals;
    private RembReporter? _remb;
    private OutgoingBandwidth? _outgoing;
    private ProbationPacket? _probation;
    private CaptureClocks? _captureClocks;
    private DataEndpoints? _data;
    private ApplicationInput? _application;
    private bool _isClosed;

    /// <summary>Makes a transport that nothing hangs on.</summary>
    private protected Transport(string id, TransportOptions options, Router router, ITransportListener listener)
    {
        Id = id;
        _options = options;
        _router = router;
        if (options.InitialAvailableOutgoingBitrate > BitrateLimits.Highest)
        {
            throw RequestException.TypeError(
                $"initialAvailableOutgoingBitrate {options.InitialAvailableOutgoingBitrate} is above {BitrateLimits.Highest}");
        }

        Listener = listener;
        _reporter = new RtcpReporter(this, router.Environment);
        _dispatcher = new RtcpDispatcher(RtpListener, _sendStreams);
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Bitrate limits that the application set.</summary>
    public BitrateLimits Limits { get; } = new();

    /// <summary>Which trace events are emitted.</summary>
    public TransportTraceEventTypes TraceEventTypes { get; set; }

    /// <summary>What was dropped and why.</summary>
    public TransportCounters Counters { get; } = new();

    /// <inheritdoc/>
    public RtpListener RtpListener { get; } = new();

    /// <inheritdoc/>
    public CaptureClocks CaptureClocks => _captureClocks ??= new CaptureClocks();

    /// <summary>Whether media can be sent.</summary>
    public abstract bool IsConnected { get; }

    /// <summary>Producers by id, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, Producer> Producers => _producers;

    /// <summary>Consumers by id, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, Consumer> Consumers => _consumers;

    /// <summary>The data producers and consumers that hang on it.</summary>
    public DataEndpoints Data => _data ??= new DataEndpoints(this, _options, _router.Data);

    /// <summary>What all transports of the loop share.</summary>
    internal RouterEnvironment Environment => _router.Environment;

    /// <summary>What passed so far.</summary>
    internal TransportTraffic Traffic { get; } = new();

    /// <summary>The association that carries data; null where SCTP is off.</summary>
    internal SctpEndpoint? Sctp { get; private protected init; }

    /// <summary>Who is told what happens.</summary>
    internal ITransportListener Listener { get; }

    /// <summary>What the application sends through the producers.</summary>
    public ApplicationInput Application => _application ??= new ApplicationInput(this);

    /// <summary>Sets the most that the peer may send, in bits a second; 0 is no limit.</summary>
    /// <exception cref="RequestException">TypeError: the value is out of range.</exception>
    public void SetMaxIncomingBitrate(ulong bitrate, long nowUs)
    {
        Limits.SetMaxIncoming(bitrate);
        _arrivals?.SetMaxIncoming(bitrate, nowUs);
    }

    /// <summary>Makes a producer.</summary>
    /// <exception cref="RequestException">The options are wrong, or an id, SSRC, MID or RID is taken.</exception>
    public Producer Produce(ProducerOptions options, IProducerListener listener, long nowUs)
    {
        Producer producer = _router.CreateProducer(this, options, listener);
        _producers.Add(producer.Id, producer);
        _headerExtensionIds = Merge(_headerExtensionIds, producer.RtpParameters.HeaderExtensionIds);
        if (_arrivals is null && _remb is null && ArrivalReporter.IsWanted(producer.RtpParameters))
        {
            _arrivals = new ArrivalReporter(this, Environment);
            _arrivals.SetMaxIncoming(Limits.MaxIncoming, nowUs);
            if (IsConnected)
                _arrivals.Start(nowUs);
        }
        else if (_arrivals is null && _remb is null && RembReporter.IsWanted(producer.RtpParameters))
        {
            _remb = new RembReporter(this);
        }

        return producer;
    }

    /// <summary>
    /// Makes a consumer. The caller answers the request and then calls <see cref="Start"/>: what that sets off must
    /// not overtake the answer.
    /// </summary>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such producer. Otherwise the options are wrong, or an id or SSRC is taken.
    /// </exception>
    public Consumer Consume(ConsumerOptions options, IConsumerListener listener, long nowUs)
    {
        _router.CheckCanConsume(options);
        _sendStreams.CheckFree(options);
        Consumer consumer = _router.CreateConsumer(this, options, listener, nowUs);
        _consumers.Add(consumer.Id, consumer);
        _sendStreams.Add(consumer, options);
        if (_outgoing is null && OutgoingBandwidth.TryChoose(options, out BweType type))
        {
            _outgoing = new OutgoingBandwidth(
                this, Environment.Deadlines, type, _options.InitialAvailableOutgoingBitrate, Limits);
            _probation = new ProbationPacket(Environment.Packets, Environment.Random.NextUInt32());
            foreach (Consumer other in _consumers.Values)
                other.LetTransportManage();
        }

        if (_outgoing is not null)
            consumer.LetTransportManage();
        return consumer;
    }

    /// <summary>Some consumer of a producer of the router; null when there is none.</summary>
    public Consumer? FindConsumerOf(string producerId) => _router.FindConsumerOf(producerId);

    /// <summary>Lets a new consumer begin if the transport is connected.</summary>
    public void Start(Consumer consumer, long nowUs)
    {
        if (!IsConnected)
            return;

        consumer.OnTransportConnected(nowUs);
        _outgoing?.OnConnected(nowUs);
    }

    /// <summary>The application changed the outgoing <see cref="Limits"/>. The caller answers it before.</summary>
    public void OnOutgoingLimitsChanged(long nowUs) => _outgoing?.OnLimitsChanged(nowUs);

    /// <summary>Closes a producer and all consumers of it, wherever they are.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such producer.</exception>
    public void CloseProducer(string producerId, long nowUs)
    {
        if (!_producers.Remove(producerId, out Producer? producer))
            throw RequestException.NotFound($"transport {Id} has no producer {producerId}");

        Close(producer, nowUs);
    }

    /// <summary>Closes a consumer.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such consumer.</exception>
    public void CloseConsumer(string consumerId, long nowUs)
    {
        if (!_consumers.Remove(consumerId, out Consumer? consumer))
            throw RequestException.NotFound($"transport {Id} has no consumer {consumerId}");

        _router.CloseConsumer(consumer);
        Forget(consumer, nowUs);
    }

    /// <summary>
    /// Closes all that hangs on the transport, producers first, then the transport. Sockets are the caller's.
    /// </summary>
    public void Close(long nowUs)
    {
        if (_isClosed)
            return;

        _isClosed = true;
        _outgoing?.Close();
        _probation?.Close();
        Sctp?.Close(nowUs);
        foreach (Producer producer in _producers.Values.ToArray())
            Close(producer, nowUs);
        _producers.Clear();
        foreach (Consumer consumer in _consumers.Values.ToArray())
            CloseConsumer(consumer.Id, nowUs);
        _data?.Close();
        _reporter.Stop();
        _arrivals?.Stop();
        OnClose(nowUs);
    }

    /// <summary>What passed so far, at this moment.</summary>
    public TransportStats GetStats(long nowUs) =>
        Traffic.Snapshot(Id, Limits, _arrivals?.Loss, _remb?.Bitrate, _outgoing, Sctp?.State, nowUs);

    /// <summary>
    /// The peer can be reached: consumers begin, reports are sent. Called again when a connection that was lost for a
    /// while is back.
    /// </summary>
    public void SetConnected(long nowUs)
    {
        foreach (Consumer consumer in _consumers.Values)
            consumer.OnTransportConnected(nowUs);
        _outgoing?.OnConnected(nowUs);
        _reporter.Start(nowUs);
        _arrivals?.Start(nowUs);
        StartData(nowUs);
    }

    /// <summary>
    /// Lets the association begin if the peer can be reached and there is data for it. The caller of
    /// <see cref="DataEndpoints.Produce"/> and <see cref="DataEndpoints.Consume"/> answers the request before.
    /// </summary>
    public void StartData(long nowUs) => Sctp?.MayConnect(nowUs);

    /// <inheritdoc/>
    public virtual void OnDeadline(Deadline deadline, long nowUs) =>
        _reporter.Report(_consumers, _producers, nowUs);

    /// <inheritdoc/>
    public ushort SendRtp(Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs)
    {
        uint absSendTime = packet.HasAbsSendTime ? AbsSendTimeOf(packet, nowUs) : 0;
        int repeatedTransportCc = packet.RepeatedTransportCc;
        bool isCounted = repeatedTransportCc < 0 && packet.HasTransportCc && _outgoing is { CountsPackets: true };
        ushort transportCc = isCounted ? _outgoing!.NextNumber : (ushort)Math.Max(repeatedTransportCc, 0);
        int sent = WriteRtp(consumer, packet, absSendTime, transportCc);
        if (sent == 0)
        {
            Counters.SendFailures++;
            return transportCc;
        }

        Traffic.OnRtpSent(kind, sent, packet.Length, nowUs);
        if (_outgoing is not null)
            NoteSent(_outgoing, consumer, packet, kind, isCounted ? sent : 0, nowUs);

        return transportCc;
    }

    /// <inheritdoc/>
    public void SendRtcp(ReadOnlySpan<byte> rtcp, long nowUs)
    {
        int sent = WriteRtcp(rtcp);
        if (sent == 0)
            Counters.SendFailures++;
        else
            Traffic.OnSent(sent, nowUs);
    }

    /// <inheritdoc/>
    public void OnConsumerClosed(Consumer consumer, long nowUs)
    {
        _consumers.Remove(consumer.Id);
        Forget(consumer, nowUs);
    }

    /// <inheritdoc/>
    public void OnBitrateNeedChanged(Consumer consumer, long nowUs) =>
        _outgoing?.OnNeedChanged(force: !consumer.IsActive, nowUs);

    void IOutgoingBandwidthHost.CollectClaimants(List<IBitrateClaimant> claimants)
    {
        foreach (Consumer consumer in _consumers.Values)
        {
            if (consumer.IsActive && consumer.Kind == MediaKind.Video)
                claimants.Add(consumer);
        }
    }

    int IOutgoingBandwidthHost.SendProbation(int size, ushort transportCc, long nowUs)
    {
        if (!_probation!.TryCreate(size, nowUs, out OutgoingRtp packet))
            return 0;

        int sent = WriteRtp(consumer: null, packet, NtpTime.ToAbsSendTime(nowUs), transportCc);
        if (sent == 0)
        {
            Counters.SendFailures++;
            return 0;
        }

        Traffic.OnSent(sent, nowUs);
        Traffic.OnProbationSent(packet.Length, packet.PayloadLength, nowUs);
        if ((TraceEventTypes & TransportTraceEventTypes.Probation) != 0)
            Listener.OnTrace(TransportTraceEventTypes.Probation, nowUs / 1000);
        return sent;
    }

    long IOutgoingBandwidthHost.GetRtxRoundTripUs()
    {
        long longest = 0;
        foreach (Consumer consumer in _consumers.Values)
        {
            if (consumer is { Kind: MediaKind.Video, HasRtx: true, IsActive: true })
                longest = Math.Max(longest, consumer.RoundTripUs);
        }

        return longest;
    }

    void IOutgoingBandwidthHost.OnBitrates(in BweTrace bitrates, long nowUs)
    {
        if ((TraceEventTypes & TransportTraceEventTypes.Bwe) != 0)
            Listener.OnBweTrace(bitrates, nowUs / 1000);
    }

    /// <inheritdoc/>
    public abstract void CheckCarries(DataChannelType type);

    /// <inheritdoc/>
    public abstract DataSendResult SendMessage(
        DataConsumer consumer, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs);

    /// <inheritdoc/>
    public uint GetBufferedAmount(DataConsumer consumer) =>
        consumer.Stream is { } stream ? Sctp?.GetBufferedAmount(stream.StreamId) ?? 0 : 0;

    /// <inheritdoc/>
    public void OnBufferedAmountLowThreshold(DataConsumer consumer)
    {
        if (consumer.Stream is { } stream)
            Sctp?.SetBufferedAmountLowThreshold(stream.StreamId, consumer.BufferedAmountLowThreshold);
    }

    /// <inheritdoc/>
    public void OnDataConsumerClosed(DataConsumer consumer) => _data?.Forget(consumer);

    /// <summary>The peer cannot be reached for now, or not any more: consumers stop, no reports are sent.</summary>
    private protected void SetDisconnected(long nowUs)
    {
        foreach (Consumer consumer in _consumers.Values)
            consumer.OnTransportDisconnected();
        _outgoing?.OnDisconnected(nowUs);
        _reporter.Stop();
        _arrivals?.Stop();
    }

    /// <summary>An RTP packet of the peer, in plaintext.</summary>
    internal void ReceiveRtp(in RtpPacketView packet, long nowUs)
    {
        _arrivals?.OnPacket(packet, _headerExtensionIds.TransportCc, nowUs);
        _remb?.OnPacket(packet, _headerExtensionIds.AbsSendTime, nowUs);
        Producer? producer = RtpListener.Find(
            packet, _headerExtensionIds.Mid, _headerExtensionIds.Rid, _headerExtensionIds.RepairedRid);
        if (producer is null)
        {
            Counters.UnknownStreams++;
            ForgetReceiveStream(packet.Ssrc);
            return;
        }

        uint ssrc = packet.Ssrc;
        int length = packet.Length;
        int payloadLength = packet.PayloadLength;
        switch (producer.ReceiveRtp(packet, nowUs))
        {
            case ProducerPacketVerdict.Media:
                Traffic.OnRtpReceived(isRtx: false, length, payloadLength, nowUs);
                break;
            case ProducerPacketVerdict.Retransmission:
                Traffic.OnRtpReceived(isRtx: true, length, payloadLength, nowUs);
                break;
            case ProducerPacketVerdict.Unmapped:
                Counters.UnmappedPayloadTypes++;
                break;
            default:
                Counters.UnknownStreams++;
                ForgetReceiveStream(ssrc);
                break;
        }
    }

    /// <summary>An RTCP compound of the peer, in plaintext.</summary>
    private protected void ReceiveRtcp(ReadOnlySpan<byte> compound, long nowUs)
    {
        if (!_dispatcher.Dispatch(compound, _consumers, _outgoing, nowUs))
            Counters.MalformedRtcp++;
    }

    /// <summary>What every transport dumps.</summary>
    private protected TransportDump DumpBase() => new()
    {
        Id = Id,
        Direct = _options.Direct,
        ProducerIds = _producers.Map((id, _) => id),
        ConsumerIds = _consumers.Map((id, _) => id),
        DataProducerIds = _data?.ProducerIds ?? [],
        DataConsumerIds = _data?.ConsumerIds ?? [],
        SsrcConsumerIds = _sendStreams.DumpMedia(),
        RtxSsrcConsumerIds = _sendStreams.DumpRtx(),
        HeaderExtensionIds = _headerExtensionIds,
        SsrcTable = RtpListener.SsrcTable,
        MidTable = RtpListener.MidTable,
        RidTable = RtpListener.RidTable,
        MaxSendMessageSize = _options.MaxSendMessageSize,
        MaxReceiveMessageSize = _options.MaxReceiveMessageSize,
        TraceEventTypes = TraceEventTypes,
        Sctp = Sctp?.Dump(),
    };

    /// <summary>Sends an RTP packet and returns the bytes that leave; 0 when it was dropped.</summary>
    /// <param name="consumer">Whose packet it is; null for padding.</param>
    /// <param name="packet">A shared packet and what differs from it.</param>
    /// <param name="absSendTime">24 bits; written where the header has room for it.</param>
    /// <param name="transportCc">Transport-wide sequence number; written where the header has room for it.</param>
    private protected abstract int WriteRtp(
        Consumer? consumer, in OutgoingRtp packet, uint absSendTime, ushort transportCc);

    /// <summary>Sends RTCP and returns the bytes that leave; 0 when it was dropped.</summary>
    private protected abstract int WriteRtcp(ReadOnlySpan<byte> rtcp);

    /// <summary>Drops what decryption keeps of an SSRC that belongs to nobody.</summary>
    private protected abstract void ForgetReceiveStream(uint ssrc);

    /// <summary>Drops what encryption keeps of an SSRC that is sent no more.</summary>
    private protected abstract void ForgetSendStream(uint ssrc);

    /// <summary>Ends what the subclass holds; producers and consumers are closed by now.</summary>
    private protected abstract void OnClose(long nowUs);

    private static RtpHeaderExtensionIds Merge(in RtpHeaderExtensionIds known, in RtpHeaderExtensionIds added) => new()
    {
        Mid = Either(added.Mid, known.Mid),
        Rid = Either(added.Rid, known.Rid),
        RepairedRid = Either(added.RepairedRid, known.RepairedRid),
        AbsSendTime = Either(added.AbsSendTime, known.AbsSendTime),
        TransportCc = Either(added.TransportCc, known.TransportCc),
    };

    private static byte Either(byte added, byte known) => added != 0 ? added : known;

    /// <summary>
    /// Media is forwarded the moment it arrives, so that moment serves as its send time. It has to: where RTX is not
    /// negotiated a lost packet is sent again under its own sequence number, and under AES-GCM the same number with
    /// other bytes repeats a nonce, which gives the authentication key away (RFC 7714 section 8.4).
    /// </summary>
    private static uint AbsSendTimeOf(in OutgoingRtp packet, long nowUs)
    {
        bool isRtx = packet.PayloadType != packet.Packet.PayloadType;
        return isRtx ? NtpTime.ToAbsSendTime(nowUs) : packet.Packet.ReceivedAbsSendTime;
    }

    /// <summary>Tells the estimate what left.</summary>
    /// <param name="outgoing">The estimate.</param>
    /// <param name="consumer">Whose packet it is.</param>
    /// <param name="packet">What left.</param>
    /// <param name="kind">Why it was sent.</param>
    /// <param name="countedBytes">Bytes of the datagram where it has a new transport-wide number; 0 where not.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    private static void NoteSent(
        OutgoingBandwidth outgoing,
        Consumer consumer,
        in OutgoingRtp packet,
        RtpSendKind kind,
        int countedBytes,
        long nowUs)
    {
        if (countedBytes > 0)
            outgoing.OnPacketSent(countedBytes, nowUs);
        else if (packet.RepeatedTransportCc >= 0)
            outgoing.OnPacketResent((ushort)packet.RepeatedTransportCc);

        if (kind != RtpSendKind.Copy && outgoing.WantsCopies && consumer is { Kind: MediaKind.Video, HasRtx: true })
            NoteRepairable(outgoing, consumer, packet, kind, nowUs);
    }

    private static void NoteRepairable(
        OutgoingBandwidth outgoing, Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs)
    {
        bool isAsked = kind == RtpSendKind.Retransmission;
        ushort sequenceNumber = isAsked
            ? BinaryPrimitives.ReadUInt16BigEndian(packet.PayloadPrefix)
            : packet.SequenceNumber;
        bool isBase = packet.Packet.TemporalLayer == 0;
        outgoing.OnRepairableSent(consumer, packet.Ssrc, sequenceNumber, isAsked, isBase, nowUs);
    }

    private void Close(Producer producer, long nowUs)
    {
        foreach ((uint ssrc, string producerId) in RtpListener.SsrcTable)
        {
            if (producerId == producer.Id)
                ForgetReceiveStream(ssrc);
        }

        _router.CloseProducer(producer, nowUs);
    }

    private void Forget(Consumer consumer, long nowUs)
    {
        foreach (uint ssrc in _sendStreams.Remove(consumer))
            ForgetSendStream(ssrc);
        _outgoing?.OnNeedChanged(force: true, nowUs);
    }
}
