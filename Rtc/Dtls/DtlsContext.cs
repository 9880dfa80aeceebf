using Rtc.Crypto;

namespace Rtc.Dtls;

/// <summary>
/// What all DTLS transports of a process share: the certificate and the settings (DTLS 1.2, cipher list, use_srtp,
/// peer certificate required, no tickets, no session cache).
/// </summary>
public sealed class DtlsContext : IDisposable
{
    private readonly DtlsSessionContext _context;

    /// <param name="certificate">The worker's certificate; the caller keeps owning it.</param>
    public DtlsContext(DtlsCertificate certificate) : this(certificate, offerSrtp: true)
    {
    }

    internal DtlsContext(
        DtlsCertificate certificate, bool offerSrtp, string ciphers = DtlsSessionContext.DefaultCiphers)
    {
        Certificate = certificate;
        _context = new DtlsSessionContext(certificate.Native, offerSrtp, ciphers);
    }

    /// <summary>The worker's certificate.</summary>
    public DtlsCertificate Certificate { get; }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    internal DtlsSession CreateSession(DtlsRole role, int mtu) => _context.CreateSession(role == DtlsRole.Server, mtu);
}
