using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>
/// What PlainTransport and PipeTransport share: RTP and RTCP over UDP with one peer, in plaintext or with SRTP keys
/// that the application exchanges.
/// </summary>
public abstract class UdpTransport : NetworkTransport
{
    private readonly ExchangedSrtp? _srtp;
    private IDatagramSocket? _socket;

    /// <summary>Makes a transport that has no socket yet; <see cref="Attach"/> gives it one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="options">What every transport is created with.</param>
    /// <param name="suite">Suite of our keys; null where SRTP is off.</param>
    /// <param name="router">Where its producers and consumers live.</param>
    /// <param name="listener">Who is told what happens.</param>
    private protected UdpTransport(
        string id, TransportOptions options, SrtpSuite? suite, Router router, ITransportListener listener)
        : base(id, options, router, listener)
    {
        if (suite is { } known)
            _srtp = new ExchangedSrtp(known, router.Environment.Random);
    }

    /// <inheritdoc/>
    public override bool IsConnected => HasTuple;

    /// <summary>Whether the peer's address is known.</summary>
    public bool HasTuple => Tuple is not null;

    /// <summary>The way to the peer; our side alone while it is not known.</summary>
    public TupleInfo TupleInfo => Describe(Tuple, Socket);

    /// <summary>Our keys; null where SRTP is off.</summary>
    public SrtpParameters? LocalSrtpParameters => _srtp?.Local;

    /// <summary>The socket for RTP.</summary>
    private protected IDatagramSocket Socket =>
        _socket ?? throw new InvalidOperationException("the transport has no socket yet");

    /// <summary>The way to the peer; null while it is not known.</summary>
    private protected TransportTuple? Tuple { get; private set; }

    /// <inheritdoc/>
    internal override bool IsInTheClear => true;

    private bool IsSrtpMissing => _srtp is { Receiver: null };

    /// <summary>Gives the transport its socket, once, before anything arrives on it.</summary>
    public void Attach(IDatagramSocket socket) => _socket = socket;

    /// <inheritdoc/>
    public override void OnDatagram(
        IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        Traffic.OnReceived(datagram.Length, nowUs);
        if (RtcpReader.IsRtcp(datagram))
            OnRtcp(socket, remote, datagram, nowUs);
        else if (RtpPacketView.IsRtp(datagram))
            OnRtp(socket, remote, datagram, nowUs);
        else if (Sctp is not null && SctpEndpoint.IsSctp(datagram))
            OnSctp(Sctp, socket, remote, datagram, nowUs);
        else
            Counters.UnknownDatagrams++;
    }

    /// <inheritdoc/>
    public override void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
        // A UDP socket of ours closes with us.
    }

    /// <inheritdoc/>
    internal override bool TrySendSctp(ReadOnlySpan<byte> packet, long nowUs)
    {
        if (Tuple is null || !Tuple.TrySend(packet))
            return false;

        Traffic.OnSent(packet.Length, nowUs);
        return true;
    }

    /// <summary>A tuple as the application sees it.</summary>
    private protected static TupleInfo Describe(TransportTuple? tuple, IDatagramSocket socket) =>
        tuple is null ? TupleInfo.LocalOnly(socket) : TupleInfo.From(tuple, announced: true);

    /// <summary>Whether RTP from there is the peer's.</summary>
    private protected virtual bool AcceptsRtp(IDatagramSocket socket, in TransportAddress remote, long nowUs)
    {
        if (Tuple is not null)
            return IsFrom(Tuple, socket, remote);

        Counters.EarlyMedia++;
        return false;
    }

    /// <summary>Whether RTCP from there is the peer's.</summary>
    private protected virtual bool AcceptsRtcp(IDatagramSocket socket, in TransportAddress remote, long nowUs) =>
        AcceptsRtp(socket, remote, nowUs);

    /// <summary>Whether a datagram came by that tuple; counted when it did not.</summary>
    private protected bool IsFrom(TransportTuple tuple, IDatagramSocket socket, in TransportAddress remote)
    {
        if (tuple.Matches(socket, remote))
            return true;

        Counters.UnknownSources++;
        return false;
    }

    /// <summary>Takes the peer's keys.</summary>
    /// <exception cref="RequestException">TypeError: missing, too much or wrong.</exception>
    private protected void SetRemoteKeys(SrtpParameters? remote)
    {
        if (remote is null && _srtp is not null)
            throw RequestException.TypeError($"transport {Id}: srtpParameters are missing, SRTP is enabled");

        if (remote is not null && _srtp is null)
            throw RequestException.TypeError($"transport {Id}: srtpParameters given, but SRTP is not enabled");

        if (remote is not null)
            _srtp!.SetRemote(remote);
    }

    /// <summary>Reads where the peer is.</summary>
    /// <exception cref="RequestException">TypeError: missing, no address, or one that cannot be reached.</exception>
    private protected TransportAddress ParsePeer(string? ip, ushort? port)
    {
        if (ip is null)
            throw RequestException.TypeError($"transport {Id}: ip is missing");

        if (!TransportAddress.TryParse(ip, 0, out TransportAddress address))
            throw RequestException.TypeError($"transport {Id}: '{ip}' is not an IP address");

        if (port is null)
            throw RequestException.TypeError($"transport {Id}: port is missing");

        if (address.IsIPv6 != Socket.LocalAddress.IsIPv6)
        {
            throw RequestException.TypeError(
                $"transport {Id}: '{ip}' cannot be reached from {Socket.LocalAddress.FormatAddress()}");
        }

        return address.WithPort(port.Value);
    }

    /// <summary>From now on the peer is there.</summary>
    private protected void OpenTuple(in TransportAddress remote) => Tuple = Socket.OpenTuple(remote);

    /// <summary>Forgets where the peer is and its keys.</summary>
    private protected virtual void ForgetPeer()
    {
        Tuple?.Close();
        Tuple = null;
        _srtp?.ForgetRemote();
    }

    /// <summary>A tuple and what encrypts on it.</summary>
    private protected RtpPath GetPath(TransportTuple? tuple)
    {
        if (_srtp is null)
            return new RtpPath(tuple, null);

        SrtpSender? sender = _srtp.Sender;
        return sender is null ? default : new RtpPath(tuple, sender);
    }

    /// <inheritdoc/>
    private protected override RtpPath GetRtpPath() => GetPath(Tuple);

    /// <inheritdoc/>
    private protected override RtpPath GetRtcpPath() => GetPath(Tuple);

    /// <inheritdoc/>
    private protected override void ForgetReceiveStream(uint ssrc) => _srtp?.Receiver?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void ForgetSendStream(uint ssrc) => _srtp?.Sender?.RemoveStream(ssrc);

    /// <inheritdoc/>
    private protected override void OnClose(long nowUs) => ForgetPeer();

    private void OnRtp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (IsSrtpMissing)
        {
            Counters.EarlyMedia++;
            return;
        }

        int length = datagram.Length;
        if (_srtp is not null && !_srtp.Receiver!.TryUnprotectRtp(datagram, out length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        if (!RtpPacketView.TryParse(datagram[..length], out RtpPacketView packet))
        {
            Counters.MalformedRtp++;
            return;
        }

        if (AcceptsRtp(socket, remote, nowUs))
            ReceiveRtp(packet, nowUs);
        else
            ForgetReceiveStream(packet.Ssrc);
    }

    private void OnSctp(
        SctpEndpoint sctp, IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (IsSrtpMissing)
            Counters.EarlyMedia++;
        else if (!HasTuple && !SctpEndpoint.HasValidChecksum(datagram))
            Counters.UnknownDatagrams++;
        else if (AcceptsRtp(socket, remote, nowUs))
            sctp.Receive(datagram, nowUs);
    }

    private void OnRtcp(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (IsSrtpMissing)
        {
            Counters.EarlyMedia++;
            return;
        }

        int length = datagram.Length;
        if (_srtp is not null && !_srtp.Receiver!.TryUnprotectRtcp(datagram, out length))
        {
            Counters.UnprotectFailures++;
            return;
        }

        if (AcceptsRtcp(socket, remote, nowUs))
            ReceiveRtcp(datagram[..length], nowUs);
    }
}
