using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Srtp;
using RtcTests.Ice;

namespace RtcTests.Transports;

/// <summary>
/// A WebRTC endpoint for simulations: controlling ICE agent, DTLS in either role, SRTP. Datagrams and the time go in,
/// datagrams come out by the callback.
/// </summary>
internal sealed class WebRtcPeer : IDisposable
{
    private readonly Action<byte[]> _send;
    private readonly DtlsContext _context;
    private readonly DtlsTransport _dtls;
    private readonly DtlsRole _role;
    private readonly byte[] _room = new byte[DtlsTransport.Mtu];
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;

    public WebRtcPeer(DtlsCertificate certificate, DtlsRole role, int seed, Action<byte[]> send)
    {
        _send = send;
        _role = role;
        _context = new DtlsContext(certificate);
        _dtls = new DtlsTransport(_context);
        Ice = new ControllingPeer(new Random(seed), send);
        Fingerprint = certificate.Fingerprints.First(one => one.Algorithm == DtlsFingerprintAlgorithm.Sha256);
    }

    public ControllingPeer Ice { get; }

    public DtlsFingerprint Fingerprint { get; }

    public DtlsState DtlsState => _dtls.State;

    public List<byte[]> ReceivedRtp { get; } = [];

    public List<byte[]> ReceivedRtcp { get; } = [];

    public long DeadlineUs => Math.Min(Ice.DeadlineUs, _dtls.DeadlineUs);

    public void Start(IceParameters iceParameters, DtlsFingerprint remoteFingerprint, long nowUs)
    {
        Ice.RemoteParameters = iceParameters;
        _dtls.SetRemoteFingerprint(remoteFingerprint, nowUs);
        Ice.HandleDeadline(nowUs);
    }

    public void HandleDeadline(long nowUs)
    {
        if (Ice.DeadlineUs <= nowUs)
            Ice.HandleDeadline(nowUs);
        _dtls.HandleDeadline(nowUs);
        Settle(nowUs);
    }

    public void HandleDatagram(byte[] datagram, long nowUs)
    {
        if (StunMessageView.IsStun(datagram))
            Ice.HandleDatagram(datagram, nowUs);
        else if (datagram[0] is >= 20 and <= 63)
            _dtls.HandleDatagram(datagram, nowUs);
        else
            HandleMedia(datagram);

        Settle(nowUs);
    }

    /// <summary>Encrypts and sends an RTP packet of which the first 12 bytes are the header.</summary>
    public void SendRtp(ReadOnlySpan<byte> packet)
    {
        byte[] room = new byte[packet.Length + SrtpSender.MaxRtpOverhead];
        packet[..12].CopyTo(room);
        if (!_sender!.TryProtectRtp(room, 12, packet[12..], out int length))
            throw new InvalidOperationException("the test's own packet cannot be protected");

        _send(room[..length]);
    }

    public void Dispose()
    {
        _dtls.Dispose();
        _context.Dispose();
        _sender?.Dispose();
        _receiver?.Dispose();
    }

    private void HandleMedia(byte[] datagram)
    {
        bool isRtcp = datagram[1] is >= 192 and <= 223;
        if (_receiver is null)
            return;

        if (isRtcp && _receiver.TryUnprotectRtcp(datagram, out int length))
            ReceivedRtcp.Add(datagram[..length]);
        else if (!isRtcp && _receiver.TryUnprotectRtp(datagram, out length))
            ReceivedRtp.Add(datagram[..length]);
    }

    private void Settle(long nowUs)
    {
        if (Ice.IsConnected && _dtls.State == DtlsState.New)
            _dtls.Start(_role, nowUs);

        while (_dtls.TryReadStateChange(out DtlsState state))
        {
            if (state != DtlsState.Connected)
                continue;

            _sender = new SrtpSender(_dtls.LocalSrtpKeys!);
            _receiver = new SrtpReceiver(_dtls.RemoteSrtpKeys!);
        }

        while (_dtls.TryGetOutgoing(_room, out int length))
            _send(_room[..length]);
    }
}
