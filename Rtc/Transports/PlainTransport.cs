using Rtc.Routing;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// RTP over plain UDP, with or without SRTP keys that the application exchanges, RTCP on the same port or its own. In
/// comedia mode the peer's address is where its first packet comes from.
/// </summary>
public sealed class PlainTransport : UdpTransport
{
    private readonly PlainTransportOptions _options;
    private readonly IPlainTransportListener _listener;
    private IDatagramSocket? _rtcpSocket;
    private TransportTuple? _rtcpTuple;
    private bool _isConnectCalled;

    /// <summary>
    /// Makes a transport that has no socket yet; <see cref="Attach(IDatagramSocket, IDatagramSocket)"/> gives it one.
    /// </summary>
    public PlainTransport(
        string id, PlainTransportOptions options, Router router, IPlainTransportListener listener)
        : base(id, options.Base, options.SrtpSuite, router, listener)
    {
        _options = options;
        _listener = listener;
    }

    /// <summary>The way of RTCP to the peer where it has its own; null where it shares the port.</summary>
    public TupleInfo? RtcpTupleInfo => _rtcpSocket is null ? null : Describe(_rtcpTuple, _rtcpSocket);

    /// <summary>Whether the address of the peer's RTCP is known.</summary>
    public bool HasRtcpTuple => _rtcpTuple is not null;

    /// <summary>Whether RTP and RTCP share a port.</summary>
    public bool RtcpMux => _options.RtcpMux;

    /// <summary>Whether the peer's address is learned.</summary>
    public bool Comedia => _options.Comedia;

    /// <summary>Gives the transport its sockets, once, before anything arrives on them.</summary>
    /// <param name="socket">For RTP, and RTCP where they share a port.</param>
    /// <param name="rtcpSocket">For RTCP; null exactly where they share a port.</param>
    public void Attach(IDatagramSocket socket, IDatagramSocket? rtcpSocket)
    {
        Attach(socket);
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
            ForgetPeer();
            throw;
        }

        _isConnectCalled = true;
    }

    /// <summary>What the transport looks like at this moment.</summary>
    public PlainTransportDump Dump() => new()
    {
        Base = DumpBase(),
        RtcpMux = _options.RtcpMux,
        Comedia = _options.Comedia,
        Tuple = TupleInfo,
        RtcpTuple = RtcpTupleInfo,
        SrtpParameters = LocalSrtpParameters,
    };

    /// <inheritdoc/>
    private protected override RtpPath GetRtcpPath() =>
        GetPath(_options.RtcpMux || !HasTuple ? Tuple : _rtcpTuple);

    /// <inheritdoc/>
    private protected override bool AcceptsRtp(IDatagramSocket socket, in TransportAddress remote, long nowUs)
    {
        if (HasTuple || !_options.Comedia || !ReferenceEquals(socket, Socket))
            return base.AcceptsRtp(socket, remote, nowUs);

        OpenTuple(remote);
        _listener.OnTuple(TupleInfo);
        SetConnected(nowUs);
        return true;
    }

    /// <inheritdoc/>
    private protected override bool AcceptsRtcp(IDatagramSocket socket, in TransportAddress remote, long nowUs)
    {
        if (_options.RtcpMux)
            return AcceptsRtp(socket, remote, nowUs);

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

    /// <inheritdoc/>
    private protected override void ForgetPeer()
    {
        base.ForgetPeer();
        _rtcpTuple?.Close();
        _rtcpTuple = null;
    }

    private void SetRemoteAddress(string? ip, ushort? port, ushort? rtcpPort)
    {
        TransportAddress address = ParsePeer(ip, port);
        if (rtcpPort is not null && _options.RtcpMux)
            throw RequestException.TypeError($"transport {Id}: rtcpPort cannot be set with rtcpMux");

        if (rtcpPort is null && !_options.RtcpMux)
            throw RequestException.TypeError($"transport {Id}: rtcpPort is missing, rtcpMux is off");

        OpenTuple(address);
        if (rtcpPort is not null)
            _rtcpTuple = _rtcpSocket!.OpenTuple(address.WithPort(rtcpPort.Value));
    }
}
