using System.Buffers.Binary;
using Rtc.Sctp.Packet;
using Rtc.Sctp.Receive;
using Rtc.Sctp.Send;
using Rtc.Seams;

namespace Rtc.Sctp.Association;

/// <summary>
/// One end of an SCTP association (RFC 9260) over a datagram path such as DTLS (RFC 8261), as a state machine: packets
/// and the time go in; packets, calls of the listener and the next deadline come out. After every call the owner reads
/// <see cref="TryGetOutgoing"/> until it is empty, and looks at <see cref="DeadlineUs"/>.
/// </summary>
/// <remarks>
/// Also partial reliability (RFC 3758), stream reset (RFC 6525), interleaving (RFC 8260) and zero checksum (RFC 9653).
/// </remarks>
public sealed partial class SctpAssociation : IMessageSink
{
    private const int SecretLength = 32;

    private readonly SctpOptions _options;
    private readonly IRandomSource _random;
    private readonly ISctpListener _listener;
    private readonly SendQueue _queue;
    private readonly RetransmissionTimeout _timeout;
    private readonly DataSender _sender;
    private readonly Reassembly _reassembly;
    private readonly SackScheduler _sacks;
    private readonly Heartbeat _heartbeat;
    private readonly ControlQueue _control = new();
    private readonly OutgoingReset _outgoingReset;
    private readonly IncomingReset _incomingReset = new();
    private readonly byte[] _cookieSecret;
    private TsnTracker _received = new(0);
    private SctpCounters _counters;
    private AssociationState _state;
    private BackoffTimer _t1;
    private BackoffTimer _t2;
    private PeerParameters _peer;
    private uint _localTag;
    private uint _localInitialTsn;
    private byte[] _peerCookie = [];
    private int _errorCount;
    private bool _isInitDue;
    private bool _isCookieEchoDue;
    private bool _isShutdownDue;
    private bool _isShutdownAckDue;

    /// <param name="options">The parameters.</param>
    /// <param name="listener">Who is told.</param>
    /// <param name="random">Tags, initial TSNs and the cookie's secret come from here.</param>
    /// <param name="buffers">Memory for messages that wait, shared with other associations of the loop; null for its
    /// own.</param>
    public SctpAssociation(
        SctpOptions options, ISctpListener listener, IRandomSource random, SctpBufferPool? buffers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Mtu, 256);
        _options = options;
        _listener = listener;
        _random = random;
        Buffers = buffers ?? new SctpBufferPool();
        _cookieSecret = options.AuthenticateCookie ? new byte[SecretLength] : [];
        random.Fill(_cookieSecret);
        _localInitialTsn = NextRandom();
        _t1 = new BackoffTimer(options.MaxRtoMs);
        _t2 = new BackoffTimer(options.MaxRtoMs);
        _timeout = new RetransmissionTimeout(options);
        _queue = new SendQueue(options, Buffers);
        _sender = new DataSender(options, _queue, _timeout, _localInitialTsn);
        _reassembly = new Reassembly(options, Buffers, this);
        _sacks = new SackScheduler(options.SackDelayMs * 1_000L);
        _heartbeat = new Heartbeat(options, _timeout);
        _outgoingReset = new OutgoingReset(options, _queue, _timeout);
    }

    /// <summary>The memory for messages that wait.</summary>
    public SctpBufferPool Buffers { get; }

    /// <summary>The state.</summary>
    public SctpState State { get; private set; }

    /// <summary>Why it closed or failed, for a log line; empty while it did not.</summary>
    public string EndReason { get; private set; } = string.Empty;

    /// <summary>What was negotiated; all zero before that.</summary>
    public SctpCapabilities Capabilities { get; private set; }

    /// <summary>Whether <see cref="Connect"/> would do something.</summary>
    public bool MayConnect => _state == AssociationState.New;

    /// <summary>Bytes of all streams that were not sent once.</summary>
    public int BufferedAmount => _queue.BufferedAmount;

    /// <summary>The smoothed round trip in microseconds; 0 before one was measured.</summary>
    public long SmoothedRttUs => _timeout.SmoothedRttUs;

    /// <summary>The congestion window in bytes.</summary>
    public int CongestionWindowBytes => _sender.CongestionWindow;

    /// <summary>Bytes that were sent and are neither acknowledged nor taken for lost.</summary>
    public int FlightBytes => _sender.FlightBytes;

    /// <summary>
    /// When <see cref="HandleDeadline"/> wants to be called, in monotonic microseconds; <see cref="Deadline.Never"/>
    /// while nothing is due.
    /// </summary>
    public long DeadlineUs
    {
        get
        {
            long handshake = Math.Min(_t1.DeadlineUs, _t2.DeadlineUs);
            long data = Math.Min(_sender.DeadlineUs, _sacks.DeadlineUs);
            long rest = Math.Min(_heartbeat.DeadlineUs, _outgoingReset.DeadlineUs);
            return Math.Min(handshake, Math.Min(data, rest));
        }
    }

    /// <summary>What was counted so far.</summary>
    public SctpCounters Counters
    {
        get
        {
            SctpCounters counters = _counters;
            counters.OversizeMessages = _reassembly.OversizeMessages;
            counters.StaleDataChunks = _reassembly.StaleChunks;
            counters.FragmentsLookedThrough = _reassembly.LookedThrough;
            counters.AbandonedMessages += _sender.Counters.AbandonedMessages;
            counters.DataChunksSent = _sender.Counters.SentChunks;
            counters.RetransmittedChunks = _sender.Counters.RetransmittedChunks;
            counters.RetransmissionTimeouts = _sender.Counters.Timeouts;
            counters.FastRecoveries = _sender.Counters.FastRecoveries;
            return counters;
        }
    }

    /// <summary>Sends INIT. Does nothing unless the association is new.</summary>
    public void Connect(long nowUs)
    {
        if (_state != AssociationState.New)
            return;

        _localTag = NextTag();
        _state = AssociationState.CookieWait;
        _isInitDue = true;
        _t1.Start(_options.T1InitMs, _options.MaxInitRetransmissions, nowUs);
        ChangeState(SctpState.Connecting);
    }

    /// <summary>
    /// Queues a copy of a message, which may come in two parts. Before the association is up it waits.
    /// </summary>
    public SctpSendResult TrySend(
        ushort streamId,
        uint payloadProtocolId,
        ReadOnlySpan<byte> payload,
        in SctpSendOptions how,
        long nowUs) => TrySend(streamId, payloadProtocolId, payload, default, how, nowUs);

    /// <inheritdoc cref="TrySend(ushort, uint, ReadOnlySpan{byte}, in SctpSendOptions, long)"/>
    public SctpSendResult TrySend(
        ushort streamId,
        uint payloadProtocolId,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        in SctpSendOptions how,
        long nowUs)
    {
        int length = first.Length + second.Length;
        if (length == 0)
            return SctpSendResult.Empty;

        if (length > _options.MaxSendMessageBytes)
            return SctpSendResult.TooLarge;

        if (_state > AssociationState.Established)
            return SctpSendResult.Closed;

        ushort streams = _state == AssociationState.Established
            ? Capabilities.OutgoingStreams
            : _options.MaxOutgoingStreams;
        if (streamId >= streams)
            return SctpSendResult.NoSuchStream;

        if (_queue.IsFull(streamId))
            return SctpSendResult.BufferFull;

        _queue.Enqueue(streamId, payloadProtocolId, first, second, how, nowUs);
        _counters.MessagesSent++;
        return SctpSendResult.Ok;
    }

    /// <summary>Bytes of one stream that were not sent once.</summary>
    public int GetBufferedAmount(ushort streamId) => _queue.GetBufferedAmount(streamId);

    /// <summary>The listener is told when the amount of a stream falls to this.</summary>
    public void SetBufferedAmountLowThreshold(ushort streamId, int bytes) =>
        _queue.SetLowThreshold(streamId, bytes);

    /// <summary>
    /// Resets streams that we send on (RFC 6525): once what they have queued now is sent. What is queued afterwards
    /// waits until the peer has performed it.
    /// </summary>
    public SctpResetResult ResetStreams(ReadOnlySpan<ushort> streamIds)
    {
        if (_state != AssociationState.Established)
            return SctpResetResult.NotConnected;

        if (!Capabilities.StreamReset)
            return SctpResetResult.NotSupported;

        foreach (ushort streamId in streamIds)
            _queue.RequestReset(streamId);

        return SctpResetResult.Ok;
    }

    /// <summary>
    /// Ends the association at once: an ABORT is to be sent if there is a peer, all memory is given back. Does nothing
    /// after the end.
    /// </summary>
    public void Abort(string reason)
    {
        if (_state == AssociationState.Ended)
            return;

        if (_peer.Tag != 0)
            QueueAbort(ErrorCauseCode.UserInitiatedAbort, System.Text.Encoding.UTF8.GetBytes(reason));

        End(SctpState.Closed, reason);
    }

    void IMessageSink.OnMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload)
    {
        if (_state == AssociationState.Ended)
            return;

        _counters.MessagesReceived++;
        _listener.OnSctpMessage(streamId, payloadProtocolId, payload);
    }

    private void ChangeState(SctpState state)
    {
        State = state;
        _listener.OnSctpStateChanged(state);
    }

    private void End(SctpState state, string reason)
    {
        _state = AssociationState.Ended;
        EndReason = reason;
        _t1.Stop();
        _t2.Stop();
        _heartbeat.Stop();
        _sacks.OnSent();
        _sender.Reset(_sender.NextTsn);
        _queue.Clear();
        _reassembly.Clear();
        _outgoingReset.Reset(0);
        _control.ClearChunks();
        _isInitDue = false;
        _isCookieEchoDue = false;
        _isShutdownDue = false;
        _isShutdownAckDue = false;
        ChangeState(state);
    }

    // During the handshake an end is a failure, after it the end.
    private void Fail(string reason) =>
        End(State is SctpState.New or SctpState.Connecting ? SctpState.Failed : SctpState.Closed, reason);

    private void AbortBecause(ErrorCauseCode cause, ReadOnlySpan<byte> info, string reason)
    {
        QueueAbort(cause, info);
        Fail(reason);
    }

    private void CountError(string reason)
    {
        if (++_errorCount <= _options.MaxRetransmissions)
            return;

        AbortBecause(ErrorCauseCode.UserInitiatedAbort, "too many retransmissions"u8, reason);
    }

    private void TellLowAmounts()
    {
        // The listener may send from inside, and so add to the list.
        for (int i = 0; i < _queue.LowStreams.Count; i++)
            _listener.OnSctpBufferedAmountLow(_queue.LowStreams[i]);

        _queue.LowStreams.Clear();
        if (!_queue.IsTotalLow)
            return;

        _queue.IsTotalLow = false;
        _listener.OnSctpTotalBufferedAmountLow();
    }

    private uint NextRandom()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        _random.Fill(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    // A tag must not be zero.
    private uint NextTag()
    {
        uint tag = NextRandom();
        return tag == 0 ? 1 : tag;
    }
}
