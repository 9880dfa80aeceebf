using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>
/// ICE, DTLS and SRTP towards a WebRTC endpoint: tells the protocols of RFC 7983 apart, lets each do its part, and
/// runs DTLS as soon as ICE has a tuple.
/// </summary>
public sealed class WebRtcTransport : NetworkTransport, IIceListener
{
    private readonly IWebRtcTransportListener _listener;
    private readonly ISharedPort? _sharedPort;
    private readonly DtlsCertificate _certificate;
    private readonly IceServer _ice;
    private readonly DtlsTransport _dtls;
    private readonly Deadline _deadline;
    private IReadOnlyList<IceCandidate> _candidates = [];
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private DtlsRole _dtlsRole = DtlsRole.Auto;
    private bool _isConnectCalled;

    // The time of the input that is being handled: ICE calls back while it handles one.
    private long _nowUs;

    /// <summary>Makes a transport that has no candidates yet.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="options">What it is created with.</param>
    /// <param name="router">Where its producers and consumers live.</param>
    /// <param name="dtls">What the DTLS transports of the process share.</param>
    /// <param name="certificate">The certificate in <paramref name="dtls"/>.</param>
    /// <param name="listener">Who is told what happens.</param>
    /// <param name="sharedPort">Who finds us by our ICE user fragment where a port is shared; null for own ports.</param>
    public WebRtcTransport(
        string id,
        WebRtcTransportOptions options,
        Router router,
        DtlsContext dtls,
        DtlsCertificate certificate,
        IWebRtcTransportListener listener,
        ISharedPort? sharedPort = null)
        : base(id, options.Base, router, listener)
    {
        _listener = listener;
        _sharedPort = sharedPort;
        _certificate = certificate;
        _dtls = new DtlsTransport(dtls);
        _deadline = router.Environment.Deadlines.Create(this, "webrtc-transport");
        _ice = new IceServer(this, router.Environment.Random, options.IceConsentTimeoutSeconds);
    }

    /// <inheritdoc/>
    public override bool IsConnected => IsIceConnected && _dtls.State == DtlsState.Connected;

    /// <summary>Our ICE credentials.</summary>
    public IceParameters IceParameters => _ice.Parameters;

    /// <inheritdoc/>
    internal override bool IsInTheClear => false;

    private bool IsIceConnected => _ice.State is IceState.Connected or IceState.Completed;

    /// <summary>Says where we can be reached, once the sockets are bound.</summary>
    public void SetCandidates(IReadOnlyList<IceCandidate> candidates) => _candidates = candidates;

    /// <summary>Takes the peer's DTLS role and fingerprints; only the first of them is used.</summary>
    /// <param name="remoteRole">The peer's role; our own is the other one, server for <see cref="DtlsRole.Auto"/>.</param>
    /// <param name="fingerprints">Fingerprints of its certificate.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <returns>Our role.</returns>
    /// <exception cref="RequestException">Error: connected already. TypeError: no fingerprint.</exception>
    public DtlsRole Connect(DtlsRole remoteRole, IReadOnlyList<DtlsFingerprint> fingerprints, long nowUs)
    {
        if (_isConnectCalled)
            throw RequestException.Error($"transport {Id}: connect() was already called");

        if (fingerprints.Count == 0)
            throw RequestException.TypeError($"transport {Id}: dtlsParameters.fingerprints is empty");

        _isConnectCalled = true;
        _nowUs = nowUs;
        _dtlsRole = remoteRole == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        _dtls.SetRemoteFingerprint(fingerprints[0], nowUs);
        StartDtlsIfReady(nowUs);
        Settle(nowUs);
        return _dtlsRole;
    }

    /// <summary>Makes new ICE credentials; the ones before stay valid until the peer uses the new ones.</summary>
    public IceParameters RestartIce(long nowUs)
    {
        IceParameters parameters = _ice.Restart(nowUs);
        Settle(nowUs);
        return parameters;
    }

    /// <inheritdoc/>
    public override void OnDatagram(
        IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        Traffic.OnReceived(datagram.Length, nowUs);
        if (StunMessageView.IsStun(datagram))
            OnStun(socket, remote, datagram, nowUs);
        else if (RtcpReader.IsRtcp(datagram))
            OnRtcp(socket, remote, datagram, nowUs);
        else if (RtpPacketView.IsRtp(datagram))
            OnRtp(socket, remote, datagram, nowUs);
        else if (IsDtls(datagram))
            OnDtls(socket, remote, datagram, nowUs);
        else
            Counters.UnknownDatagrams++;
    }

    /// <inheritdoc/>
    public override void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
        _nowUs = nowUs;
        _ice.OnSocketClosed(socket, nowUs);
        Settle(nowUs);
    }

    /// <summary>What the transport looks like at this moment.</summary>
    public WebRtcTransportDump Dump() => new()
    {
        Base = DumpBase(),
        IceParameters = _ice.Parameters,
        IceCandidates = _candidates,
        IceState = _ice.State,
        IceSelectedTuple = _ice.SelectedTuple is { } tuple ? TupleInfo.From(tuple, announced: false) : null,
        DtlsRole = _dtlsRole,
        DtlsFingerprints = _certificate.Fingerprints,
        DtlsState = _dtls.State,
    };

    /// <inheritdoc/>
    public override void OnDeadline(Deadline deadline, long nowUs)
    {
        if (!ReferenceEquals(deadline, _deadline))
        {
            base.OnDeadline(deadline, nowUs);
            return;
        }

        _nowUs = nowUs;
        _ice.HandleDeadline(nowUs);
        _dtls.HandleDeadline(nowUs);
        Settle(nowUs);
    }

    void IIceListener.OnUsernameFragmentAdded(string usernameFragment) =>
        _sharedPort?.Add(usernameFragment, this);

    void IIceListener.OnUsernameFragmentRemoved(string usernameFragment) => _sharedPort?.Remove(usernameFragment);

    void IIceListener.OnTupleAdded(TransportTuple tuple) => _sharedPort?.Add(tuple, this);

    void IIceListener.OnTupleRemoved(TransportTuple tuple) => _sharedPort?.Remove(tuple);

    void IIceListener.OnSelectedTupleChanged(TransportTuple tuple) =>
        _listener.OnIceSelectedTupleChange(TupleInfo.From(tuple, announced: false));

    void IIceListener.OnStateChanged(IceState state)
    {
        _listener.OnIceStateChange(state);
        if (state == IceState.Disconnected)
        {
            if (_dtls.State == DtlsState.Connected)
                SetDisconnected(_nowUs);
            return;
        }

        StartDtlsIfReady(_nowUs);
        if (_dtls.State == DtlsState.Connected)
            SetConnected(_nowUs);
    }

    /// <inheritdoc/>
    internal override bool TrySendSctp(ReadOnlySpan<byte> packet, long nowUs)
    {
        bool isSent = _dtls.TrySend(packet, nowUs);
        SendDtls(nowUs);
        return isSent;
    }

    /// <inheritdoc/>
    private protected override RtpPath GetRtpPath() =>
        IsConnected && _sender is not null ? new RtpPath(_ice.SelectedTuple, _sender) : default;

    /// <inheritdoc/>
    private protected override RtpPath GetRtcpPath() => GetRtpPath();

    /// <inheritdoc/>
    private protected override void ForgetReceiveStream(uint ssrc) => _receiver?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void ForgetSendStream(uint ssrc) => _sender?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void OnClose(long nowUs)
    {
        _dtls.Close(nowUs);
        SendDtls(nowUs);
        _deadline.Clear();
        _ice.Close();
        _dtls.Dispose();
        ForgetKeys();
    }

    /// <summary>RFC 7983 section 7: 20 to 63; a record header has 13 bytes.</summary>
    private static bool IsDtls(ReadOnlySpan<byte> datagram) => datagram.Length >= 13 && datagram[0] is >= 20 and <= 63;

    private void OnStun(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (!StunMessageView.TryParse(datagram, out StunMessageView message))
        {
            Counters.MalformedStun++;
            return;
        }

        _nowUs = nowUs;
        int sent = _ice.HandleMessage(message, socket, remote, nowUs);
        if (sent > 0)
            Traffic.OnSent(sent, nowUs);
        Settle(nowUs);
    }

    private void OnDtls(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        TransportTuple? tuple = FindTuple(socket, remote);
        if (tuple is null)
            return;

        _nowUs = nowUs;
        _ice.ForceSelectedTuple(tuple);
        if (_dtls.State is DtlsState.Connecting or DtlsState.Connected)
            _dtls.HandleDatagram(datagram, nowUs);
        Settle(nowUs);
        while (_dtls.TryReadApplicationData(out ReadOnlySpan<byte> message))
            Sctp?.Receive(message, nowUs);
    }

    private void OnRtp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (_dtls.State != DtlsState.Connected || _receiver is null)
        {
            Counters.EarlyMedia++;
            return;
        }

        TransportTuple? tuple = FindTuple(socket, remote);
        if (tuple is null)
            return;

        if (!_receiver.TryUnprotectRtp(datagram, out int length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        if (!RtpPacketView.TryParse(datagram[..length], out RtpPacketView packet))
        {
            Counters.MalformedRtp++;
            return;
        }

        // A peer that nominates aggressively sends where it likes; answer there.
        _ice.ForceSelectedTuple(tuple);
        ReceiveRtp(packet, nowUs);
    }

    private void OnRtcp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (_dtls.State != DtlsState.Connected || _receiver is null)
        {
            Counters.EarlyMedia++;
            return;
        }

        if (FindTuple(socket, remote) is null)
            return;

        if (!_receiver.TryUnprotectRtcp(datagram, out int length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        ReceiveRtcp(datagram[..length], nowUs);
    }

    private TransportTuple? FindTuple(IDatagramSocket socket, in TransportAddress remote)
    {
        TransportTuple? tuple = _ice.FindTuple(socket, remote);
        if (tuple is null)
            Counters.UnknownSources++;

        return tuple;
    }

    private void StartDtlsIfReady(long nowUs)
    {
        if (!IsIceConnected || _ice.SelectedTuple is null)
            return;

        // The peer may begin before connect() says who it is; it then finds a server.
        if (_dtlsRole == DtlsRole.Auto)
            _dtlsRole = DtlsRole.Server;

        if (_dtls.Role == _dtlsRole || _dtls.State is DtlsState.Connected or DtlsState.Failed or DtlsState.Closed)
            return;

        _dtls.Start(_dtlsRole, nowUs);
        ReportDtls(nowUs);
    }

    /// <summary>After every input: reports what DTLS decided, sends what it has, and sets the next deadline.</summary>
    private void Settle(long nowUs)
    {
        ReportDtls(nowUs);
        SendDtls(nowUs);
        _deadline.Set(Math.Min(_ice.DeadlineUs, _dtls.DeadlineUs));
    }

    private void ReportDtls(long nowUs)
    {
        while (_dtls.TryReadStateChange(out DtlsState state))
        {
            if (state != DtlsState.Connected)
            {
                _listener.OnDtlsStateChange(state, null);
                if (state == DtlsState.Closed)
                    SetDisconnected(nowUs);
                continue;
            }

            ForgetKeys();
            _sender = new SrtpSender(_dtls.LocalSrtpKeys!);
            _receiver = new SrtpReceiver(_dtls.RemoteSrtpKeys!);
            _listener.OnDtlsStateChange(state, _dtls.RemoteCertificatePem);
            SetConnected(nowUs);
        }
    }

    private void SendDtls(long nowUs)
    {
        Span<byte> datagram = stackalloc byte[DtlsTransport.Mtu];
        while (_dtls.TryGetOutgoing(datagram, out int length))
        {
            if (_ice.SelectedTuple is { } tuple && tuple.TrySend(datagram[..length]))
                Traffic.OnSent(length, nowUs);
            else
                Counters.SendFailures++;
        }
    }

    private void ForgetKeys()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        _sender = null;
        _receiver = null;
    }
}
