using System.Buffers.Binary;
using Rtc.Sctp.Packet;
using Rtc.Sctp.Receive;
using Rtc.Sctp.Send;

namespace Rtc.Sctp.Association;

/// <summary>What is done with received packets.</summary>
public sealed partial class SctpAssociation
{
    private const byte TagReflectedFlag = 0x01;

    // What of a packet costs a look through all that waits; no peer needs more.
    private const int MaxReConfigsPerPacket = 2;
    private const int MaxSacksPerPacket = 2;

    private bool _hasData;
    private bool _hasForwardTsn;
    private int _reConfigs;
    private int _sackChunks;
    private bool _isSackUrgent;

    private bool IsUp => _state is >= AssociationState.Established and < AssociationState.Ended;

    /// <summary>Takes one packet of the peer. It is not kept.</summary>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, long nowUs)
    {
        if (!PacketView.TryParse(datagram, out PacketView packet))
        {
            _counters.MalformedPackets++;
            return;
        }

        // The peer may leave out the checksum when we said so, whatever it allows us (RFC 9653 section 5.3).
        bool isUnchecked = packet.HasZeroChecksum && _options.EnableZeroChecksum && _localTag != 0;
        if (!isUnchecked && !packet.HasValidChecksum)
        {
            _counters.ChecksumErrors++;
            return;
        }

        if (!IsTagAcceptable(packet))
        {
            _counters.ForeignPackets++;
            HandleForeign(packet);
            return;
        }

        _counters.PacketsReceived++;
        _hasData = false;
        _isSackUrgent = false;
        _hasForwardTsn = false;
        _reConfigs = 0;
        _sackChunks = 0;
        if (IsUp)
            _heartbeat.Restart(nowUs);

        HandleChunks(packet, nowUs);
        if (_hasData && _state != AssociationState.Ended)
            AfterData(nowUs);

        AdvanceShutdown(nowUs);
        TellLowAmounts();
    }

    private void HandleChunks(in PacketView packet, long nowUs)
    {
        ChunkReader chunks = packet.Chunks;
        bool isFirst = true;
        while (chunks.TryRead(out ChunkView chunk))
        {
            if (!TryHandleChunk(packet, chunk, isFirst, nowUs) || _state == AssociationState.Ended)
                return;

            isFirst = false;
        }

        if (chunks.IsMalformed)
            _counters.MalformedPackets++;
    }

    // False when the rest of the packet is not to be read.
    private bool TryHandleChunk(in PacketView packet, in ChunkView chunk, bool isFirst, long nowUs)
    {
        switch (chunk.Type)
        {
            case ChunkType.Data or ChunkType.IData:
                HandleData(chunk);
                return true;
            case ChunkType.Sack:
                HandleSack(chunk, nowUs);
                return true;
            case ChunkType.ForwardTsn or ChunkType.IForwardTsn:
                HandleForwardTsn(chunk);
                return true;
            case ChunkType.ReConfig:
                HandleReConfig(chunk, nowUs);
                return true;
            case ChunkType.Heartbeat:
                HandleHeartbeat(chunk);
                return true;
            case ChunkType.HeartbeatAck:
                HandleHeartbeatAck(chunk, nowUs);
                return true;
            case ChunkType.Error:
                HandleError(chunk, nowUs);
                return true;
            case ChunkType.Init:
                if (isFirst)
                    HandleInit(packet, chunk, nowUs);
                return false;
            case ChunkType.InitAck:
                HandleInitAck(chunk, nowUs);
                return true;
            case ChunkType.CookieEcho:
                return HandleCookieEcho(packet, chunk, nowUs);
            case ChunkType.CookieAck:
                HandleCookieAck(nowUs);
                return true;
            default:
                return TryHandleEnd(chunk, nowUs);
        }
    }

    private bool TryHandleEnd(in ChunkView chunk, long nowUs)
    {
        switch (chunk.Type)
        {
            case ChunkType.Abort:
                HandleAbort(chunk);
                return false;
            case ChunkType.Shutdown:
                HandleShutdown(chunk, nowUs);
                return true;
            case ChunkType.ShutdownAck:
                HandleShutdownAck();
                return true;
            case ChunkType.ShutdownComplete:
                if (_state == AssociationState.ShutdownAckSent)
                    End(SctpState.Closed, "shut down");
                return false;
            default:
                _counters.UnknownChunks++;
                if (UnknownType.IsReported((byte)chunk.Type) && IsUp)
                    QueueError(ErrorCauseCode.UnrecognizedChunkType, chunk.Bytes);
                return UnknownType.IsSkipped((byte)chunk.Type);
        }
    }

    // RFC 9260 section 8.5.
    private bool IsTagAcceptable(in PacketView packet)
    {
        ChunkReader chunks = packet.Chunks;
        if (!chunks.TryRead(out ChunkView first))
            return _localTag != 0 && packet.VerificationTag == _localTag;

        return first.Type switch
        {
            ChunkType.Init => packet.VerificationTag == 0,
            // Holds the tag that it is for.
            ChunkType.CookieEcho => true,
            ChunkType.Abort or ChunkType.ShutdownComplete when (first.Flags & TagReflectedFlag) != 0 =>
                _peer.Tag != 0 && packet.VerificationTag == _peer.Tag,
            _ => _localTag != 0 && packet.VerificationTag == _localTag,
        };
    }

    // RFC 9260 section 8.4: a peer of an association that is not there (any more) learns of it.
    private void HandleForeign(in PacketView packet)
    {
        ChunkReader chunks = packet.Chunks;
        bool isOver = _state is AssociationState.New or AssociationState.Ended;
        if (!isOver || !chunks.TryRead(out ChunkView first))
            return;

        if (first.Type == ChunkType.ShutdownAck)
            QueueReply(packet.VerificationTag, ChunkType.ShutdownComplete, TagReflectedFlag, default);
        else if (first.Type is ChunkType.Data or ChunkType.IData or ChunkType.Heartbeat or ChunkType.Shutdown)
            QueueReply(packet.VerificationTag, ChunkType.Abort, TagReflectedFlag, default);
    }

    private void HandleData(in ChunkView chunk)
    {
        if (_state is not (AssociationState.Established or AssociationState.ShutdownPending or
                AssociationState.ShutdownSent) || !DataChunkView.TryParse(chunk, out DataChunkView data))
        {
            _counters.InvalidChunks++;
            return;
        }

        if (data.IsInterleaved != Capabilities.MessageInterleaving)
        {
            AbortBecause(ErrorCauseCode.ProtocolViolation, "DATA and I-DATA mixed"u8, "DATA and I-DATA mixed");
            return;
        }

        if (data.Payload.IsEmpty)
        {
            Span<byte> tsn = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(tsn, data.Tsn);
            AbortBecause(ErrorCauseCode.NoUserData, tsn, "a DATA chunk without user data");
            return;
        }

        _hasData = true;
        _isSackUrgent |= data.IsImmediate;
        TsnKind kind = _received.Classify(data.Tsn);
        if (kind != TsnKind.New)
        {
            _isSackUrgent = true;
            _counters.DuplicateDataChunks += kind == TsnKind.Duplicate ? 1 : 0;
            _counters.DroppedDataChunks += kind == TsnKind.TooFarAhead ? 1 : 0;
            return;
        }

        if (TryAdmit(data))
            Accept(data);
    }

    // Whether there is room for a chunk; one that is not admitted counts as lost, and the peer repeats it.
    private bool TryAdmit(in DataChunkView data)
    {
        bool isNext = data.Tsn == _received.CumulativeTsn + 1;
        if (_incomingReset.IsBehind(data.Tsn, data.StreamId) || (_reassembly.IsAboveWatermark && !isNext))
        {
            _isSackUrgent = true;
            _counters.DroppedDataChunks++;
            return false;
        }

        if (!_reassembly.IsFull || (data.IsBegin && data.IsEnd))
            return true;

        // Nothing will ever be complete: the peer keeps more open than it was given room for.
        _counters.DroppedDataChunks++;
        AbortBecause(ErrorCauseCode.OutOfResource, default, "no room to reassemble what the peer sends");
        return false;
    }

    private void Accept(in DataChunkView data)
    {
        bool hadGaps = _received.HasGaps;
        _received.Add(data.Tsn);
        _isSackUrgent |= hadGaps || _received.HasGaps;
        if (data.StreamId >= Capabilities.IncomingStreams)
        {
            _counters.InvalidChunks++;
            Span<byte> cause = [(byte)(data.StreamId >> 8), (byte)data.StreamId, 0, 0];
            QueueError(ErrorCauseCode.InvalidStreamIdentifier, cause);
            return;
        }

        _reassembly.Add(data);
    }

    private void AfterData(long nowUs)
    {
        PerformDeferredReset();
        if (_state == AssociationState.ShutdownSent)
        {
            // RFC 9260 section 9.2: data that still comes is answered at once.
            _isShutdownDue = true;
            _isSackUrgent = true;
        }

        _sacks.OnDataPacket(_isSackUrgent, nowUs);
    }

    private void HandleForwardTsn(in ChunkView chunk)
    {
        if (_state is not (AssociationState.Established or AssociationState.ShutdownPending or
                AssociationState.ShutdownSent) || !Capabilities.PartialReliability ||
            _hasForwardTsn || !ForwardTsnChunkView.TryParse(chunk, out ForwardTsnChunkView forward) ||
            forward.IsInterleaved != Capabilities.MessageInterleaving)
        {
            _counters.InvalidChunks++;
            return;
        }

        _hasForwardTsn = true;
        _hasData = true;
        _isSackUrgent = true;
        if (_received.TrySkipTo(forward.NewCumulativeTsn))
            _reassembly.Skip(forward);
    }

    private void HandleSack(in ChunkView chunk, long nowUs)
    {
        if (!IsUp || ++_sackChunks > MaxSacksPerPacket || !SackChunkView.TryParse(chunk, out SackChunkView sack))
        {
            _counters.InvalidChunks++;
            return;
        }

        SackOutcome outcome = _sender.HandleSack(sack, nowUs);
        if (outcome == SackOutcome.Ignored)
            _counters.IgnoredSacks++;
        else if (outcome == SackOutcome.Progress || _sender.IsPeerWindowClosed)
            _errorCount = 0;
    }

    private void HandleHeartbeat(in ChunkView chunk)
    {
        // The information comes back as it came, in one chunk of the same length.
        if (_peer.Tag == 0 || chunk.Bytes.Length > _options.Mtu - PacketView.HeaderLength)
        {
            _counters.InvalidChunks++;
            return;
        }

        QueueChunk(ChunkType.HeartbeatAck, chunk.Value);
    }

    private void HandleHeartbeatAck(in ChunkView chunk, long nowUs)
    {
        var parameters = new ParameterReader(chunk.Value);
        if (IsUp && parameters.TryRead(out ParameterView info) && info.Type == ParameterType.HeartbeatInfo &&
            _heartbeat.TryTakeAnswer(info.Value, nowUs))
        {
            _errorCount = 0;
        }
        else
        {
            _counters.InvalidChunks++;
        }
    }

    private void HandleAbort(in ChunkView chunk)
    {
        if (_state is AssociationState.New or AssociationState.Ended)
            return;

        var causes = new ParameterReader(chunk.Value);
        string cause = causes.TryRead(out ParameterView first) ? first.Cause.ToString() : "no cause";
        Fail($"aborted by the peer: {cause}");
    }

    private void HandleError(in ChunkView chunk, long nowUs)
    {
        var causes = new ParameterReader(chunk.Value);
        while (causes.TryRead(out ParameterView cause))
        {
            if (cause.Cause == ErrorCauseCode.StaleCookie && _state == AssociationState.CookieEchoed)
            {
                RetryInit(nowUs);
                return;
            }
        }
    }
}
