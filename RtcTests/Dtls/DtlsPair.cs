using Rtc.Dtls;
using Rtc.Seams;

namespace RtcTests.Dtls;

/// <summary>Two DTLS transports with a certificate each, joined by a wire that a test may tamper with.</summary>
internal sealed class DtlsPair : IDisposable
{
    private readonly byte[] _room = new byte[2_000];

    public DtlsPair(bool offerSrtp = true)
    {
        CertificateA = DtlsCertificate.Generate(new SeededRandom(1));
        CertificateB = DtlsCertificate.Generate(new SeededRandom(2));
        ContextA = new DtlsContext(CertificateA);
        ContextB = new DtlsContext(CertificateB, offerSrtp);
        A = new DtlsTransport(ContextA);
        B = new DtlsTransport(ContextB);
    }

    /// <summary>New transports with the certificates of another pair, which goes on owning them.</summary>
    public DtlsPair(DtlsPair shared, DtlsContext? contextA = null)
    {
        ContextA = contextA ?? shared.ContextA;
        CertificateA = ContextA.Certificate;
        CertificateB = shared.CertificateB;
        ContextB = shared.ContextB;
        A = new DtlsTransport(ContextA);
        B = new DtlsTransport(ContextB);
    }

    public DtlsCertificate CertificateA { get; }

    public DtlsCertificate CertificateB { get; }

    public DtlsContext ContextA { get; }

    public DtlsContext ContextB { get; }

    public DtlsTransport A { get; }

    public DtlsTransport B { get; }

    /// <summary>Sees every datagram from A to B before it arrives and says what arrives instead.</summary>
    public Func<byte[], IEnumerable<byte[]>> TamperAToB { get; set; } = datagram => [datagram];

    public static DtlsFingerprint Sha256(DtlsCertificate certificate) =>
        certificate.Fingerprints[(int)DtlsFingerprintAlgorithm.Sha256];

    /// <summary>Tells each the fingerprint of the other, starts both and carries what they send.</summary>
    public void Connect(DtlsRole roleOfA = DtlsRole.Client)
    {
        A.SetRemoteFingerprint(Sha256(CertificateB), 0);
        B.SetRemoteFingerprint(Sha256(CertificateA), 0);
        Start(roleOfA);
    }

    public void Start(DtlsRole roleOfA = DtlsRole.Client)
    {
        B.Start(roleOfA == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client, 0);
        A.Start(roleOfA, 0);
        Carry();
    }

    /// <summary>Carries datagrams both ways until nothing moves and returns how many there were.</summary>
    public int Carry()
    {
        int carried = 0;
        bool hasMoved = true;
        while (hasMoved)
        {
            hasMoved = false;
            while (TryTake(A, out byte[] fromA))
            {
                foreach (byte[] datagram in TamperAToB(fromA))
                {
                    B.HandleDatagram(datagram, 0);
                }

                hasMoved = true;
                carried++;
            }

            while (TryTake(B, out byte[] fromB))
            {
                A.HandleDatagram(fromB, 0);
                hasMoved = true;
                carried++;
            }
        }

        return carried;
    }

    public bool TryTake(DtlsTransport transport, out byte[] datagram)
    {
        bool isTaken = transport.TryGetOutgoing(_room, out int length);
        datagram = _room[..length];
        return isTaken;
    }

    public static DtlsState[] StatesOf(DtlsTransport transport)
    {
        List<DtlsState> states = [];
        while (transport.TryReadStateChange(out DtlsState state))
        {
            states.Add(state);
        }

        return [.. states];
    }

    public static byte[][] MessagesOf(DtlsTransport transport)
    {
        List<byte[]> messages = [];
        while (transport.TryReadApplicationData(out ReadOnlySpan<byte> message))
        {
            messages.Add(message.ToArray());
        }

        return [.. messages];
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        ContextA.Dispose();
        ContextB.Dispose();
        CertificateA.Dispose();
        CertificateB.Dispose();
    }

    internal sealed class SeededRandom(int seed) : IRandomSource
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
