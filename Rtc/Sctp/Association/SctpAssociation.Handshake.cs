using System.Buffers.Binary;
using Rtc.Sctp.Packet;
using Rtc.Sctp.Receive;

namespace Rtc.Sctp.Association;

/// <summary>Setting up: RFC 9260 sections 5.1 and 5.2.</summary>
public sealed partial class SctpAssociation
{
    private const int MaxCookieLength = 1_024;
    private const int MaxUnrecognizedLength = 256;

    private void HandleInit(in PacketView packet, in ChunkView chunk, long nowUs)
    {
        if (!InitChunkView.TryParse(chunk, out InitChunkView init) || init.InitiateTag == 0)
        {
            _counters.InvalidChunks++;
            return;
        }

        if (_state == AssociationState.ShutdownAckSent)
        {
            _isShutdownAckDue = true;
            return;
        }

        if (_state == AssociationState.Ended)
            return;

        if (init.OutboundStreams == 0 || init.InboundStreams == 0)
        {
            _counters.InvalidChunks++;
            QueueReplyWithCause(init.InitiateTag, ErrorCauseCode.InvalidMandatoryParameter, default);
            return;
        }

        Span<byte> unrecognized = stackalloc byte[MaxUnrecognizedLength];
        var report = new ParameterWriter(unrecognized);
        if (!TryReadParameters(init, isWrapped: true, out PeerParameters peer, out _, ref report))
            return;

        var cookie = new StateCookie { Peer = peer, CreatedUs = nowUs };
        ChooseIdentity(ref cookie);
        QueueInitAck(cookie, report.Written);
    }

    // Which tag and TSN an INIT is answered with, and what of the present association goes into the cookie.
    private void ChooseIdentity(ref StateCookie cookie)
    {
        if (_state is AssociationState.CookieWait or AssociationState.CookieEchoed)
        {
            // Both sides sent INIT: the answer carries what ours carried (section 5.2.1).
            cookie.LocalTag = _localTag;
            cookie.LocalInitialTsn = _localInitialTsn;
        }
        else
        {
            cookie.LocalTag = NextTag();
            cookie.LocalInitialTsn = NextRandom();
        }

        if (_state is AssociationState.New or AssociationState.CookieWait)
            return;

        cookie.LocalTieTag = _localTag;
        cookie.PeerTieTag = _peer.Tag;
    }

    private void HandleInitAck(in ChunkView chunk, long nowUs)
    {
        if (_state != AssociationState.CookieWait)
            return;

        if (!InitChunkView.TryParse(chunk, out InitChunkView init) || init.InitiateTag == 0)
        {
            _counters.InvalidChunks++;
            return;
        }

        if (init.OutboundStreams == 0 || init.InboundStreams == 0)
        {
            _counters.InvalidChunks++;
            _peer.Tag = init.InitiateTag;
            AbortBecause(ErrorCauseCode.InvalidMandatoryParameter, default, "the peer offers no streams");
            return;
        }

        Span<byte> unrecognized = stackalloc byte[MaxUnrecognizedLength];
        var report = new ParameterWriter(unrecognized);
        if (!TryReadParameters(
            init, isWrapped: false, out PeerParameters peer, out ReadOnlySpan<byte> cookie, ref report))
        {
            return;
        }

        _peer = peer;
        if (cookie.IsEmpty || cookie.Length > Math.Min(MaxCookieLength, _options.Mtu - 64))
        {
            _counters.InvalidChunks++;
            Span<byte> missing = [0, 0, 0, 1, 0, (byte)ParameterType.StateCookie];
            AbortBecause(ErrorCauseCode.MissingMandatoryParameter, missing, "INIT ACK without a usable cookie");
            return;
        }

        _peerCookie = cookie.ToArray();
        if (report.Length > 0)
            QueueError(ErrorCauseCode.UnrecognizedParameters, report.Written);

        BeginWithPeer();
        _state = AssociationState.CookieEchoed;
        _isInitDue = false;
        _isCookieEchoDue = true;
        _t1.Start(_options.T1CookieMs, _options.MaxInitRetransmissions, nowUs);
        ChangeState(SctpState.Connecting);
    }

    // False when an unknown parameter says that the chunk is not to be used, or they do not add up.
    private bool TryReadParameters(
        in InitChunkView init,
        bool isWrapped,
        out PeerParameters peer,
        out ReadOnlySpan<byte> cookie,
        ref ParameterWriter unrecognized)
    {
        peer = PeerParameters.From(init);
        cookie = default;
        ParameterReader parameters = init.Parameters;
        while (parameters.TryRead(out ParameterView parameter))
        {
            if (parameter.Type == ParameterType.StateCookie)
                cookie = parameter.Value;

            if (peer.TryTake(parameter))
                continue;

            byte first = parameter.Bytes[0];
            // INIT ACK wraps each one in a parameter, ERROR lists them bare.
            if (UnknownType.IsReported(first) && isWrapped)
                unrecognized.TryAdd(ParameterType.UnrecognizedParameter, parameter.Bytes);
            else if (UnknownType.IsReported(first))
                unrecognized.TryAdd(parameter.Type, parameter.Value);

            // "Do not process further": what was read so far counts.
            if (!UnknownType.IsSkipped(first))
                return true;
        }

        if (parameters.IsMalformed)
            _counters.InvalidChunks++;

        return !parameters.IsMalformed;
    }

    // Takes over what the peer said; our own numbers are set already.
    private void BeginWithPeer()
    {
        Capabilities = _peer.Negotiate(_options);
        _received = new TsnTracker(_peer.InitialTsn - 1);
        _sender.IsInterleaved = Capabilities.MessageInterleaving;
        _sender.IsPartiallyReliable = Capabilities.PartialReliability;
        _sender.SetPeerWindow(_peer.Window);
        _incomingReset.Reset(_peer.InitialTsn);
        _outgoingReset.Reset(_localInitialTsn);
    }

    private bool HandleCookieEcho(in PacketView packet, in ChunkView chunk, long nowUs)
    {
        if (!StateCookie.TryRead(chunk.Value, _cookieSecret, out StateCookie cookie) ||
            cookie.LocalTag != packet.VerificationTag)
        {
            _counters.InvalidCookies++;
            return false;
        }

        long ageUs = nowUs - cookie.CreatedUs;
        if (_options.AuthenticateCookie && ageUs > _options.CookieLifetimeMs * 1_000L)
        {
            _counters.InvalidCookies++;
            Span<byte> staleness = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(
                staleness, (uint)Math.Min(ageUs - (_options.CookieLifetimeMs * 1_000L), uint.MaxValue));
            QueueReplyWithCause(cookie.Peer.Tag, ErrorCauseCode.StaleCookie, staleness, ChunkType.Error);
            return false;
        }

        if (_state == AssociationState.Ended)
            return false;

        if (!TryMatchCookie(cookie))
            return false;

        QueueChunk(ChunkType.CookieAck, default);
        if (_state is AssociationState.New or AssociationState.CookieWait or AssociationState.CookieEchoed)
            Establish(nowUs);

        return true;
    }

    // RFC 9260 section 5.2.4, table 12. False when the cookie is to be dropped.
    private bool TryMatchCookie(in StateCookie cookie)
    {
        if (_state == AssociationState.New)
        {
            _localTag = cookie.LocalTag;
            _localInitialTsn = cookie.LocalInitialTsn;
            _sender.Reset(_localInitialTsn);
            _peer = cookie.Peer;
            BeginWithPeer();
            return true;
        }

        bool isOurTag = cookie.LocalTag == _localTag;
        bool isPeersTag = cookie.Peer.Tag == _peer.Tag;
        if (isOurTag && isPeersTag)
            return true;

        if (isOurTag && _state is AssociationState.CookieWait or AssociationState.CookieEchoed)
        {
            // Case B: both sides sent INIT, and the peer's came with another tag than its answer.
            _peer = cookie.Peer;
            BeginWithPeer();
            return true;
        }

        bool isRestart = !isOurTag && !isPeersTag && cookie.LocalTieTag == _localTag &&
            cookie.PeerTieTag == _peer.Tag && _localTag != 0;
        if (isRestart)
            return TryRestart(cookie);

        // Case C: the cookie of an INIT that was under way for long.
        _counters.InvalidCookies++;
        return false;
    }

    // Case A: the peer has lost its state and begins anew.
    private bool TryRestart(in StateCookie cookie)
    {
        if (_state == AssociationState.ShutdownAckSent)
        {
            _isShutdownAckDue = true;
            QueueError(ErrorCauseCode.CookieReceivedWhileShuttingDown, default);
            return false;
        }

        _counters.Restarts++;
        _localTag = cookie.LocalTag;
        _localInitialTsn = cookie.LocalInitialTsn;
        _counters.AbandonedMessages += _queue.Restart(_sender.IsInterleaved);
        _sender.Reset(_localInitialTsn);
        _reassembly.Clear();
        _control.ClearChunks();
        _sacks.OnSent();
        _errorCount = 0;
        _peer = cookie.Peer;
        BeginWithPeer();
        if (_state == AssociationState.CookieEchoed)
            return true;

        _state = AssociationState.Established;
        _t2.Stop();
        _isShutdownDue = false;
        _listener.OnSctpRestarted();
        return _state != AssociationState.Ended;
    }

    private void HandleCookieAck(long nowUs)
    {
        if (_state == AssociationState.CookieEchoed)
            Establish(nowUs);
    }

    private void Establish(long nowUs)
    {
        _state = AssociationState.Established;
        _t1.Stop();
        _isInitDue = false;
        _isCookieEchoDue = false;
        _peerCookie = [];
        _errorCount = 0;
        _heartbeat.Restart(nowUs);
        SctpCapabilities capabilities = Capabilities;
        if (State != SctpState.Connecting)
            ChangeState(SctpState.Connecting);

        _listener.OnSctpCapabilities(capabilities);
        if (_state == AssociationState.Established)
            ChangeState(SctpState.Connected);
    }

    // The peer found our cookie too old: ask for another one (section 5.2.6).
    private void RetryInit(long nowUs)
    {
        _state = AssociationState.CookieWait;
        _isCookieEchoDue = false;
        _isInitDue = true;
        _peer = default;
        _t1.Start(_options.T1InitMs, _options.MaxInitRetransmissions, nowUs);
    }

    private void QueueInitAck(in StateCookie cookie, ReadOnlySpan<byte> unrecognized)
    {
        Span<byte> parameters = stackalloc byte[512];
        var writer = new ParameterWriter(parameters);
        AddLocalParameters(ref writer);
        Span<byte> cookieBytes = stackalloc byte[StateCookie.AuthenticatedLength];
        int cookieLength = cookie.Write(cookieBytes, _cookieSecret);
        writer.TryAdd(ParameterType.StateCookie, cookieBytes[..cookieLength]);
        unrecognized.CopyTo(parameters[writer.Length..]);
        ReadOnlySpan<byte> all = parameters[..(writer.Length + unrecognized.Length)];
        Span<byte> buffer = stackalloc byte[PacketView.HeaderLength + 600];
        var packet = new PacketWriter(
            buffer, buffer.Length, _options.LocalPort, _options.RemotePort, cookie.Peer.Tag);
        ChunkWriter.AddInit(
            ref packet, ChunkType.InitAck, CreateInitFields(cookie.LocalTag, cookie.LocalInitialTsn), all);
        QueuePacket(buffer[..packet.Finish(hasZeroChecksum: false)]);
    }

    private InitFields CreateInitFields(uint tag, uint initialTsn) => new(
        tag,
        (uint)_options.ReceiveWindowBytes,
        _options.MaxOutgoingStreams,
        _options.MaxIncomingStreams,
        initialTsn);

    private void AddLocalParameters(ref ParameterWriter writer)
    {
        Span<byte> extensions = stackalloc byte[4];
        int count = 0;
        extensions[count++] = (byte)ChunkType.ReConfig;
        if (_options.EnablePartialReliability)
        {
            writer.TryAdd(ParameterType.ForwardTsnSupported, default);
            extensions[count++] = (byte)ChunkType.ForwardTsn;
        }

        if (_options.EnableMessageInterleaving)
        {
            extensions[count++] = (byte)ChunkType.IData;
            if (_options.EnablePartialReliability)
                extensions[count++] = (byte)ChunkType.IForwardTsn;
        }

        writer.TryAdd(ParameterType.SupportedExtensions, extensions[..count]);
        if (!_options.EnableZeroChecksum)
            return;

        Span<byte> method = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(method, PeerParameters.DtlsErrorDetection);
        writer.TryAdd(ParameterType.ZeroChecksumAcceptable, method);
    }
}
