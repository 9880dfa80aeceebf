using Rtc.Buffers;
using Rtc.Congestion;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Sctp;
using Rtc.Seams;
using Rtc.Streams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Simulation;

namespace RtcTests.Transports;

/// <summary>
/// A WebRtcTransport and a peer, joined by two emulated links, on a virtual clock that OpenSSL sees too. Always takes
/// the earliest event, so minutes pass in milliseconds and a seed repeats a run exactly.
/// </summary>
internal sealed class WebRtcCall : IWebRtcTransportListener, IDisposable
{
    private static readonly DtlsCertificate OurCertificate = DtlsCertificate.Generate(new SeededRandom(11));
    private static readonly DtlsCertificate PeerCertificate = DtlsCertificate.Generate(new SeededRandom(12));

    private readonly OpenSslClock _clock = OpenSslClock.Enter();
    private readonly DtlsContext _context = new(OurCertificate);
    private readonly EmulatedLink _toPeer;
    private readonly EmulatedLink _toUs;
    private readonly DeadlineQueue _deadlines = new();
    private readonly SimulatedSocket _socket;
    private readonly TransportAddress _peerAddress = IceServerHarness.PeerAt(40_000);

    public WebRtcCall(EmulatedLinkOptions options, int seed, DtlsRole peerRole, byte consentTimeoutSeconds = 30)
    {
        _toPeer = new EmulatedLink(options, seed);
        _toUs = new EmulatedLink(options, seed + 1);
        _socket = new SimulatedSocket(IceServerHarness.PeerAt(3_478), SendToPeer);
        Environment = new RouterEnvironment(
            _deadlines, new SeededRandom(seed), new RtpPacketPool(new PacketPool()), new WallClock(0));
        Router = new Router("router", Environment);
        var transportOptions = new WebRtcTransportOptions
        {
            Base = new TransportOptions(),
            IceConsentTimeoutSeconds = consentTimeoutSeconds,
        };
        Transport = new WebRtcTransport("transport", transportOptions, Router, _context, OurCertificate, this);
        Peer = new WebRtcPeer(PeerCertificate, peerRole, seed, datagram => _toUs.Send(datagram, NowUs));
        PeerRole = peerRole;
    }

    public RouterEnvironment Environment { get; }

    public Router Router { get; }

    public WebRtcTransport Transport { get; }

    public WebRtcPeer Peer { get; }

    public DtlsRole PeerRole { get; }

    public long NowUs { get; private set; }

    public List<string> Diary { get; } = [];

    public List<BweTrace> BweTraces { get; } = [];

    /// <summary>Signals both ways and lets the peer begin.</summary>
    public void Connect()
    {
        Transport.Connect(PeerRole, [Peer.Fingerprint], NowUs);
        StartPeer();
    }

    /// <summary>Lets the peer begin before the application has told us who it is.</summary>
    public void StartPeer() =>
        Peer.Start(
            Transport.IceParameters,
            OurCertificate.Fingerprints.First(one => one.Algorithm == DtlsFingerprintAlgorithm.Sha256),
            NowUs);

    /// <summary>Runs until a condition holds or a time has come; says whether it holds.</summary>
    public bool RunUntil(Func<bool> condition, long untilUs)
    {
        while (!condition())
        {
            long next = Math.Min(
                Math.Min(_toPeer.NextUs, _toUs.NextUs), Math.Min(_deadlines.NextUs, Peer.DeadlineUs));
            if (next > untilUs)
            {
                MoveTo(untilUs);
                return condition();
            }

            MoveTo(Math.Max(next, NowUs));
            Step();
        }

        return true;
    }

    /// <summary>A datagram from whoever, past the links.</summary>
    public void Inject(byte[] datagram, TransportAddress from) =>
        Transport.OnDatagram(_socket, from, datagram, NowUs);

    public void OnIceSelectedTupleChange(TupleInfo tuple) => Diary.Add($"tuple {tuple.RemotePort}");

    public void OnIceStateChange(IceState state) => Diary.Add($"ice {state}");

    public void OnDtlsStateChange(DtlsState state, string? remoteCertificatePem) => Diary.Add($"dtls {state}");

    public void OnSctpStateChange(SctpState state) => Diary.Add($"sctp {state}");

    public void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams) =>
        Diary.Add($"sctp streams {outgoingStreams} {incomingStreams}");

    public void OnTrace(TransportTraceEventTypes type, long timestampMs) => Diary.Add($"trace {type}");

    public void OnBweTrace(in BweTrace bitrates, long timestampMs) => BweTraces.Add(bitrates);

    public void Dispose()
    {
        Transport.Close(NowUs);
        Peer.Dispose();
        _context.Dispose();
        _clock.Dispose();
    }

    private void MoveTo(long nowUs)
    {
        NowUs = nowUs;
        _clock.NowUs = nowUs;
    }

    private void Step()
    {
        while (_toUs.TryReceive(NowUs, out byte[] datagram))
            Transport.OnDatagram(_socket, _peerAddress, datagram, NowUs);

        while (_toPeer.TryReceive(NowUs, out byte[] datagram))
            Peer.HandleDatagram(datagram, NowUs);

        _deadlines.Expire(NowUs);
        if (Peer.DeadlineUs <= NowUs)
            Peer.HandleDeadline(NowUs);
    }

    private void SendToPeer(TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (remote == _peerAddress)
            _toPeer.Send(datagram, NowUs);
    }
}
