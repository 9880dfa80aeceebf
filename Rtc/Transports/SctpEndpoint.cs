using Rtc.Routing;
using Rtc.Sctp;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// The association of a transport: lets it begin when there is data and a peer, hands its messages to the data
/// producers, sends those of the data consumers, and keeps its deadline.
/// </summary>
internal sealed class SctpEndpoint : ISctpListener, IDeadlineOwner
{
    private const int HeaderLength = 12;

    private readonly NetworkTransport _transport;
    private readonly TransportOptions _options;
    private readonly SctpTransportOptions _sctp;
    private readonly SctpOptions _associationOptions;
    private readonly SctpAssociation _association;
    private readonly Deadline _deadline;
    private ushort[]? _subchannels;
    private bool _isBusy;
    private bool _isClosed;

    // The time of the input that is being handled: the association calls back while it handles one.
    private long _nowUs;

    public SctpEndpoint(NetworkTransport transport, TransportOptions options, SctpTransportOptions sctp)
    {
        _transport = transport;
        _options = options;
        _sctp = sctp;
        _associationOptions = new SctpOptions
        {
            MaxIncomingStreams = sctp.IncomingStreams,
            MaxSendMessageBytes = Clamp(options.MaxSendMessageSize),
            MaxSendBufferBytes = Clamp(sctp.SendBufferSize),
            MaxStreamSendBufferBytes = Clamp(sctp.PerStreamSendQueueLimit),
            ReceiveWindowBytes = Clamp(sctp.MaxReceiverWindowBufferSize),
            MaxReceiveMessageBytes = Clamp(
                options.MaxReceiveMessageSize + (transport.IsPipe ? (long)SubchannelHeader.MaxLength : 0)),
            AuthenticateCookie = transport.IsInTheClear,
        };
        _association = new SctpAssociation(_associationOptions, this, transport.Environment.Random, sctp.Buffers);
        _deadline = transport.Environment.Deadlines.Create(this, "sctp");
    }

    /// <summary>How far the association is.</summary>
    public SctpState State => _association.State;

    /// <summary>Whether a datagram can be SCTP: a common header, and a length that is padded.</summary>
    public static bool IsSctp(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength && datagram.Length % 4 == 0;

    /// <summary>Whether a datagram is SCTP beyond doubt, so that a peer may be learnt from it.</summary>
    public static bool HasValidChecksum(ReadOnlySpan<byte> datagram) =>
        PacketView.TryParse(datagram, out PacketView packet) && packet.HasValidChecksum;

    /// <summary>Begins if the peer can be reached and there is data for it.</summary>
    public void MayConnect(long nowUs)
    {
        DataEndpoints data = _transport.Data;
        if (_association.MayConnect && _transport.IsConnected && data.Producers.Count + data.Consumers.Count > 0)
            Connect(nowUs);
    }

    /// <summary>Takes a packet of the peer, who thereby also asks for an association.</summary>
    public void Receive(ReadOnlySpan<byte> packet, long nowUs)
    {
        if (_isClosed)
            return;

        if (_association.MayConnect)
            Connect(nowUs);

        _nowUs = nowUs;
        _isBusy = true;
        try
        {
            _association.HandleDatagram(packet, nowUs);
        }
        finally
        {
            _isBusy = false;
        }

        Flush(nowUs);
    }

    /// <summary>Sends a message that is in two parts.</summary>
    public DataSendResult Send(
        DataStreamParameters stream, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs)
    {
        var how = new SctpSendOptions(stream.Ordered, stream.MaxRetransmits, stream.MaxPacketLifeTimeMs);
        SctpSendResult result = _association.TrySend(stream.StreamId, ppid, header, payload, how, nowUs);
        Flush(nowUs);
        return result switch
        {
            SctpSendResult.Ok => DataSendResult.Queued,
            SctpSendResult.BufferFull => DataSendResult.BufferFull,
            _ => DataSendResult.Failed,
        };
    }

    /// <summary>Bytes of a stream that wait to be sent.</summary>
    public uint GetBufferedAmount(ushort streamId) => (uint)_association.GetBufferedAmount(streamId);

    /// <summary>Sets when a stream tells that few bytes wait.</summary>
    public void SetBufferedAmountLowThreshold(ushort streamId, uint bytes) =>
        _association.SetBufferedAmountLowThreshold(streamId, Clamp(bytes));

    /// <summary>Resets a stream that we send on, in the next turn of the loop.</summary>
    public void ResetStream(ushort streamId)
    {
        if (_isClosed || _association.ResetStreams([streamId]) != SctpResetResult.Ok)
            return;

        if (!_isBusy)
            _deadline.Set(0);
    }

    /// <summary>Ends the association with an ABORT. The listener is told that one that had begun is closed.</summary>
    public void Close(long nowUs)
    {
        _isClosed = _association.State == SctpState.New;
        _association.Abort("transport closed");
        _isClosed = true;
        Flush(nowUs);
        _deadline.Clear();
    }

    /// <summary>What it looks like at this moment. Without an association nothing is agreed on.</summary>
    public SctpDump Dump()
    {
        bool isOpen = _association.State is SctpState.Connected or SctpState.ShuttingDown;
        return new SctpDump
        {
            Options = _sctp,
            Port = _associationOptions.LocalPort,
            State = _association.State,
            OutgoingStreams = isOpen ? _association.Capabilities.OutgoingStreams : (ushort)0,
            IncomingStreams = isOpen ? _association.Capabilities.IncomingStreams : (ushort)0,
            BufferedAmount = (uint)_association.BufferedAmount,
            StreamTable = _transport.Data.DumpStreams(),
        };
    }

    void IDeadlineOwner.OnDeadline(Deadline deadline, long nowUs)
    {
        _nowUs = nowUs;
        _isBusy = true;
        try
        {
            _association.HandleDeadline(nowUs);
        }
        finally
        {
            _isBusy = false;
        }

        Flush(nowUs);
    }

    void ISctpListener.OnSctpStateChanged(SctpState state)
    {
        if (_isClosed)
            return;

        if (state is SctpState.Closed or SctpState.Failed)
        {
            foreach (DataConsumer consumer in _transport.Data.Consumers.Values)
                consumer.OnAssociationClosed();
        }

        if (state != SctpState.ShuttingDown)
            _transport.Listener.OnSctpStateChange(state);
    }

    void ISctpListener.OnSctpCapabilities(in SctpCapabilities capabilities) =>
        _transport.Listener.OnSctpNegotiatedCapabilities(capabilities.OutgoingStreams, capabilities.IncomingStreams);

    void ISctpListener.OnSctpMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload)
    {
        DataProducer? producer = _transport.Data.FindProducer(streamId);
        if (producer is null)
        {
            _transport.Counters.UnknownStreams++;
            return;
        }

        if (!_transport.IsPipe
            || !SubchannelHeader.TryParse(payloadProtocolId, payload, ref _subchannels, out DataMessage message))
        {
            message = new DataMessage(payloadProtocolId, payload);
        }

        if (!producer.TryReceive(message, _nowUs))
            _transport.Counters.TooLong++;
    }

    void ISctpListener.OnSctpBufferedAmountLow(ushort streamId) =>
        _transport.Data.FindConsumer(streamId)?.Listener.OnBufferedAmountLow(GetBufferedAmount(streamId));

    void ISctpListener.OnSctpTotalBufferedAmountLow()
    {
        // Applications are told of streams only.
    }

    void ISctpListener.OnSctpIncomingStreamsReset(ReadOnlySpan<ushort> streamIds)
    {
        // RFC 8831 section 6.7: who sees the peer close a data channel closes its own side. Streams that are no data
        // channels have no other side.
        if (!_sctp.IsDataChannel)
            return;

        foreach (ushort streamId in streamIds.IsEmpty ? _transport.Data.ConsumerStreams() : streamIds)
        {
            if (_transport.Data.FindConsumer(streamId) is not { } consumer)
                continue;

            _transport.Data.CloseConsumer(consumer.Id);
            consumer.Listener.OnClosedByPeer();
        }
    }

    void ISctpListener.OnSctpOutgoingStreamsReset(ReadOnlySpan<ushort> streamIds, bool isPerformed)
    {
        // The association holds back what is queued until then; nobody else waits for it.
    }

    void ISctpListener.OnSctpRestarted()
    {
        // What is sent from now on reaches the peer's new association.
    }

    private static int Clamp(long bytes) => (int)Math.Min(bytes, int.MaxValue);

    private void Connect(long nowUs)
    {
        if (_isClosed)
            return;

        _association.Connect(nowUs);
        Flush(nowUs);
    }

    /// <summary>
    /// Sends what there is and sets the next deadline. While the association handles an input this waits until it is
    /// done: a message that goes back to whom it came from is then one packet with its acknowledgement.
    /// </summary>
    private void Flush(long nowUs)
    {
        if (_isBusy)
            return;

        _isBusy = true;
        try
        {
            Span<byte> packet = stackalloc byte[_associationOptions.Mtu];
            while (_association.TryGetOutgoing(packet, nowUs, out int length))
            {
                if (!_transport.TrySendSctp(packet[..length], nowUs))
                    _transport.Counters.SendFailures++;
            }
        }
        finally
        {
            _isBusy = false;
        }

        _deadline.Set(_association.DeadlineUs);
    }
}
