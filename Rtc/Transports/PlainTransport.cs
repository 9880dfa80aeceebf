using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>
/// RTP over plain UDP, with or without SRTP keys that the application exchanges, RTCP on the same port or its own. In
/// comedia mode the peer's address is where its first packet comes from.
/// </summary>
public sealed class PlainTransport : Transport
{
    private readonly PlainTransportOptions _options;
    private readonly IPlainTransportListener _listener;
    private IDatagramSocket? _socket;
    private IDatagramSocket? _rtcpSocket;
    private TransportTuple? _tuple;
    private TransportTuple? _rtcpTuple;
    private SrtpParameters? _localKeys;
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private bool _isConnectCalled;

    /// <summary>Makes a transport that has no socket yet; <see cref="Attach"/> gives it one.</summary>
    public PlainTransport(
        string id, PlainTransportOptions options, Router router, IPlainTransportListener listener)
        : base(id, options.Base, router, listener)
    {
        _options = options;
        _listener = listener;
        if (options.SrtpSuite is { } suite)
            _localKeys = SrtpParameters.Generate(suite, router.Environment.Random);
    }

    /// <inheritdoc/>
    public override bool IsConnected => _tuple is not null;

    /// <summary>The way to the peer; our side alone while it is not known.</summary>
    public TupleInfo TupleInfo => Describe(_tuple, Socket);

    /// <summary>The way of RTCP to the peer where it has its own; null where it shares the port.</summary>
    public TupleInfo? RtcpTupleInfo => _rtcpSocket is null ? null : Describe(_rtcpTuple, _rtcpSocket);

    /// <summary>Whether the peer's address is known.</summary>
    public bool HasTuple => _tuple is not null;

    /// <summary>Whether the address of the peer's RTCP is known.</summary>
    public bool HasRtcpTuple => _rtcpTuple is not null;

    /// <summary>Our keys; null where SRTP is off.</summary>
    public SrtpParameters? LocalSrtpParameters => _localKeys;

    /// <summary>Whether RTP and RTCP share a port.</summary>
    public bool RtcpMux => _options.RtcpMux;

    /// <summary>Whether the peer's address is learned.</summary>
    public bool Comedia => _options.Comedia;

    private IDatagramSocket Socket =>
        _socket ?? throw new InvalidOperationException("the transport has no socket yet");

    private bool IsSrtpMissing => _localKeys is not null && _receiver is null;

    /// <summary>Gives the transport its sockets, once, before anything arrives on them.</summary>
    /// <param name="socket">For RTP, and RTCP where they share a port.</param>
    /// <param name="rtcpSocket">For RTCP; null exactly where they share a port.</param>
    public void Attach(IDatagramSocket socket, IDatagramSocket? rtcpSocket)
    {
        _socket = socket;
        _rtcpSocket = rtcpSocket;
    }

    /// <summary>
    /// Takes the peer's address and keys. After a failure it can be called again. The caller answers the request and
    /// then calls <see cref="Transport.SetConnected"/>.
    /// </summary>
    /// <param name="ip">IP of the peer; ignored in comedia mode.</param>
    /// <param name="port">Port of the peer; ignored in comedia mode.</param>
    /// <param name="rtcpPort">Port of the peer's RTCP, exactly where it does not share the other.</param>
    /// <param name="srtpParameters">Keys of the peer, exactly where SRTP is on.</param>
    /// <exception cref="RequestException">
    /// Error: connected already. TypeError: something is missing, too much or wrong.
    /// </exception>
    public void Connect(string? ip, ushort? port, ushort? rtcpPort, SrtpParameters? srtpParameters)
    {
        if (_isConnectCalled)
            throw RequestException.Error($"transport {Id}: connect() was already called");

        try
        {
            SetRemoteKeys(srtpParameters);
            if (!_options.Comedia)
                SetRemoteAddress(ip, port, rtcpPort);
        }
        catch
        {
            Forget();
            throw;
        }

        _isConnectCalled = true;
    }

    /// <inheritdoc/>
    public override void OnDatagram(
        IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        Traffic.OnReceived(datagram.Length, nowUs);
        if (RtcpReader.IsRtcp(datagram))
            OnRtcp(socket, remote, datagram, nowUs);
        else if (RtpPacketView.IsRtp(datagram))
            OnRtp(socket, remote, datagram, nowUs);
        else
            Counters.UnknownDatagrams++;
    }

    /// <inheritdoc/>
    public override void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
        // A UDP socket of ours closes with us.
    }

    /// <summary>What the transport looks like at this moment.</summary>
    public PlainTransportDump Dump() => new()
    {
        Base = DumpBase(),
        RtcpMux = _options.RtcpMux,
        Comedia = _options.Comedia,
        Tuple = TupleInfo,
        RtcpTuple = RtcpTupleInfo,
        SrtpParameters = _localKeys,
    };

    /// <inheritdoc/>
    private protected override bool TryGetRtpPath(out RtpPath path)
    {
        path = new RtpPath(_tuple!, _sender);
        return _tuple is not null && (_localKeys is null || _sender is not null);
    }

    /// <inheritdoc/>
    private protected override bool TryGetRtcpPath(out RtpPath path)
    {
        TransportTuple? tuple = _options.RtcpMux ? _tuple : _rtcpTuple;
        path = new RtpPath(tuple!, _sender);
        return IsConnected && tuple is not null && (_localKeys is null || _sender is not null);
    }

    /// <inheritdoc/>
    private protected override void ForgetReceiveStream(uint ssrc) => _receiver?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void ForgetSendStream(uint ssrc) => _sender?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void OnClose(long nowUs) => Forget();

    private static TupleInfo Describe(TransportTuple? tuple, IDatagramSocket socket) =>
        tuple is null ? TupleInfo.LocalOnly(socket) : TupleInfo.From(tuple, announced: true);

    private void OnRtp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (IsSrtpMissing)
        {
            Counters.EarlyMedia++;
            return;
        }

        int length = datagram.Length;
        if (_receiver is not null && !_receiver.TryUnprotectRtp(datagram, out length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        if (!RtpPacketView.TryParse(datagram[..length], out RtpPacketView packet))
        {
            Counters.MalformedRtp++;
            return;
        }

        if (IsFromPeer(socket, remote, nowUs))
            ReceiveRtp(packet, nowUs);
        else
            ForgetReceiveStream(packet.Ssrc);
    }

    private void OnRtcp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (IsSrtpMissing)
        {
            Counters.EarlyMedia++;
            return;
        }

        int length = datagram.Length;
        if (_receiver is not null && !_receiver.TryUnprotectRtcp(datagram, out length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        bool isFromPeer = _options.RtcpMux
            ? IsFromPeer(socket, remote, nowUs)
            : IsFromRtcpPeer(socket, remote);
        if (isFromPeer)
            ReceiveRtcp(datagram[..length], nowUs);
    }

    private bool IsFromPeer(IDatagramSocket socket, in TransportAddress remote, long nowUs)
    {
        if (_tuple is not null)
            return IsFrom(_tuple, socket, remote);

        if (!_options.Comedia || !ReferenceEquals(socket, _socket))
        {
            Counters.EarlyMedia++;
            return false;
        }

        _tuple = socket.OpenTuple(remote);
        _listener.OnTuple(TupleInfo);
        SetConnected(nowUs);
        return true;
    }

    private bool IsFromRtcpPeer(IDatagramSocket socket, in TransportAddress remote)
    {
        if (_rtcpTuple is not null)
            return IsFrom(_rtcpTuple, socket, remote);

        if (!_options.Comedia || !ReferenceEquals(socket, _rtcpSocket))
        {
            Counters.EarlyMedia++;
            return false;
        }

        _rtcpTuple = socket.OpenTuple(remote);
        _listener.OnRtcpTuple(RtcpTupleInfo!);
        return true;
    }

    private bool IsFrom(TransportTuple tuple, IDatagramSocket socket, in TransportAddress remote)
    {
        if (tuple.Matches(socket, remote))
            return true;

        Counters.UnknownSources++;
        return false;
    }

    private void SetRemoteKeys(SrtpParameters? remote)
    {
        if (_localKeys is null)
        {
            if (remote is not null)
                throw RequestException.TypeError($"transport {Id}: srtpParameters given, but SRTP is not enabled");
            return;
        }

        if (remote is null)
            throw RequestException.TypeError($"transport {Id}: srtpParameters are missing, SRTP is enabled");

        if (remote.Suite != _localKeys.Suite)
            _localKeys = SrtpParameters.Generate(remote.Suite, Environment.Random);

        using var remoteKeys = remote.ToKeyingMaterial();
        using var localKeys = _localKeys.ToKeyingMaterial();
        _sender = new SrtpSender(localKeys);
        _receiver = new SrtpReceiver(remoteKeys);
    }

    private void SetRemoteAddress(string? ip, ushort? port, ushort? rtcpPort)
    {
        if (ip is null)
            throw RequestException.TypeError($"transport {Id}: ip is missing");

        if (!TransportAddress.TryParse(ip, 0, out TransportAddress address))
            throw RequestException.TypeError($"transport {Id}: '{ip}' is not an IP address");

        if (port is null)
            throw RequestException.TypeError($"transport {Id}: port is missing");

        if (rtcpPort is not null && _options.RtcpMux)
            throw RequestException.TypeError($"transport {Id}: rtcpPort cannot be set with rtcpMux");

        if (rtcpPort is null && !_options.RtcpMux)
            throw RequestException.TypeError($"transport {Id}: rtcpPort is missing, rtcpMux is off");

        if (address.IsIPv6 != Socket.LocalAddress.IsIPv6)
        {
            throw RequestException.TypeError(
                $"transport {Id}: '{ip}' cannot be reached from {Socket.LocalAddress.FormatAddress()}");
        }

        _tuple = Socket.OpenTuple(address.WithPort(port.Value));
        if (rtcpPort is not null)
            _rtcpTuple = _rtcpSocket!.OpenTuple(address.WithPort(rtcpPort.Value));
    }

    private void Forget()
    {
        _tuple?.Close();
        _rtcpTuple?.Close();
        _sender?.Dispose();
        _receiver?.Dispose();
        _tuple = null;
        _rtcpTuple = null;
        _sender = null;
        _receiver = null;
    }
}
