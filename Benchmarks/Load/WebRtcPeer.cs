using System.Buffers.Binary;
using System.Text;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Rtcp;
using Rtc.Srtp;

namespace Benchmarks.Load;

/// <summary>
/// The other end of a WebRtcTransport: a controlling ICE agent with one candidate pair, DTLS client, SRTP. Connects
/// once, blocking; after that whoever reads its socket sees SRTP, and <see cref="KeepAlive"/> does what a browser does
/// beside its media.
/// </summary>
internal sealed unsafe class WebRtcPeer : IDisposable
{
    private const int AttemptMs = 200;
    private const int Attempts = 25;
    private const int MaxDatagram = 4096;
    private const uint Priority = 0x6E00_01FF;
    private const ulong TieBreaker = 0x0102_0304_0506_0708;
    private const byte FirstStunAnswer = 1;

    private readonly WebRtcEnd _end;
    private readonly DtlsTransport _dtls;
    private readonly StunIntegrity _integrity;
    private readonly byte[] _userName;
    private readonly byte[] _transactionId = new byte[StunMessageView.TransactionIdLength];
    private readonly byte[] _room = new byte[MaxDatagram];
    private SrtpSender? _sender;

    /// <summary>Makes a peer that is not connected.</summary>
    /// <param name="context">Its certificate.</param>
    /// <param name="end">Whom it talks to.</param>
    /// <param name="isTcp">Whether by TCP (RFC 6544, framed as RFC 4571 says).</param>
    public WebRtcPeer(DtlsContext context, WebRtcEnd end, bool isTcp)
    {
        _end = end;
        IsTcp = isTcp;
        Socket = isTcp ? Posix.ConnectTcp(end.Port) : Posix.OpenUdpSocket(PacketSink.ReceiveBufferBytes, out _);
        if (!isTcp)
            Posix.Connect(Socket, end.Port);
        _dtls = new DtlsTransport(context);
        _integrity = new StunIntegrity(end.Ice.Password);
        _userName = Encoding.UTF8.GetBytes($"{end.Ice.UsernameFragment}:load");
    }

    public int Socket { get; }

    public bool IsTcp { get; }

    /// <summary>Checks connectivity, nominates and shakes hands.</summary>
    /// <exception cref="InvalidOperationException">It did not work within five seconds.</exception>
    public void Connect()
    {
        bool hasPath = false;
        _dtls.SetRemoteFingerprint(_end.Fingerprint, NowUs());
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (!hasPath)
                SendBindingRequest();
            else
                _dtls.HandleDeadline(NowUs());
            Flush();
            while (Posix.WaitReadable(Socket, AttemptMs) && TryReceive(out ReadOnlySpan<byte> datagram))
            {
                if (datagram[0] == FirstStunAnswer && !hasPath)
                {
                    hasPath = true;
                    _dtls.Start(DtlsRole.Client, NowUs());
                }
                else if (datagram[0] is >= 20 and <= 63)
                {
                    _dtls.HandleDatagram(datagram.ToArray(), NowUs());
                }

                Flush();
                while (_dtls.TryReadStateChange(out DtlsState state))
                {
                    if (state != DtlsState.Connected)
                        continue;

                    _sender = new SrtpSender(_dtls.LocalSrtpKeys!);
                    return;
                }
            }
        }

        throw new InvalidOperationException($"no connection: path {hasPath}, DTLS {_dtls.State} {_dtls.FailureReason}");
    }

    /// <summary>Encrypts and sends an RTP packet without contributing sources and extensions.</summary>
    public void SendRtp(ReadOnlySpan<byte> packet)
    {
        const int HeaderLength = 12;
        packet[..HeaderLength].CopyTo(_room);
        if (!_sender!.TryProtectRtp(_room, HeaderLength, packet[HeaderLength..], out int length))
            throw new InvalidOperationException("the benchmark's own packet cannot be protected");
        Send(_room.AsSpan(0, length));
    }

    /// <summary>Encrypts and sends an RTCP packet.</summary>
    public void SendRtcp(ReadOnlySpan<byte> packet)
    {
        if (!_sender!.TryProtectRtcp(packet, _room, out int length))
            throw new InvalidOperationException("the benchmark's own report cannot be protected");
        Send(_room.AsSpan(0, length));
    }

    /// <summary>A check for consent (RFC 7675) and a receiver report of one stream.</summary>
    public void KeepAlive(uint ssrc)
    {
        SendBindingRequest();
        Span<byte> report = stackalloc byte[32];
        int length = RtcpWriter.WriteReceiverReport(
            report, senderSsrc: 1, [new ReportBlock { Ssrc = ssrc, HighestSequenceNumber = 1 }]);
        SendRtcp(report[..length]);
    }

    public void Dispose()
    {
        Posix.close(Socket);
        _dtls.Dispose();
        _sender?.Dispose();
        _integrity.Dispose();
    }

    private static long NowUs() => BurstClock.NowNs() / 1000;

    private void SendBindingRequest()
    {
        Random.Shared.NextBytes(_transactionId);
        var request = new StunWriter(_room, StunClass.Request, StunMethod.Binding, _transactionId);
        request.Add(StunAttributeType.Username, _userName);
        request.Add(StunAttributeType.Priority, Priority);
        request.Add(StunAttributeType.IceControlling, TieBreaker);
        request.Add(StunAttributeType.UseCandidate, []);
        Send(_room.AsSpan(0, request.Finish(_integrity)));
    }

    private void Flush()
    {
        while (_dtls.TryGetOutgoing(_room, out int length))
            Send(_room.AsSpan(0, length));
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        if (IsTcp)
        {
            Span<byte> prefix = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)datagram.Length);
            Posix.WriteAll(Socket, prefix);
        }

        Posix.WriteAll(Socket, datagram);
    }

    // One datagram; by TCP one frame, of which all is there soon after its beginning.
    private bool TryReceive(out ReadOnlySpan<byte> datagram)
    {
        Span<byte> room = new byte[MaxDatagram];
        int length = MaxDatagram;
        if (IsTcp)
        {
            Posix.ReadAll(Socket, room[..2]);
            length = BinaryPrimitives.ReadUInt16BigEndian(room);
            Posix.ReadAll(Socket, room[..length]);
        }
        else
        {
            length = Posix.TryRead(Socket, room);
        }

        datagram = length > 0 ? room[..length] : default;
        return length > 0;
    }
}
