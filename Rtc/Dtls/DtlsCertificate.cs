using System.Diagnostics.CodeAnalysis;
using Rtc.Crypto;
using Rtc.Seams;

namespace Rtc.Dtls;

/// <summary>The worker's own certificate: one a process, generated or loaded, with its five fingerprints.</summary>
public sealed class DtlsCertificate : IDisposable
{
    private const int ValidSeconds = 315_360_000;

    private DtlsCertificate(OpenSslCertificate native)
    {
        Native = native;
        Pem = native.ToPem();
        Fingerprints = CertificateFingerprint.ComputeAll(native);
    }

    /// <summary>The certificate as PEM text, without its key.</summary>
    public string Pem { get; }

    /// <summary>One fingerprint an algorithm, in the order of <see cref="DtlsFingerprintAlgorithm"/>.</summary>
    public IReadOnlyList<DtlsFingerprint> Fingerprints { get; }

    internal OpenSslCertificate Native { get; }

    /// <summary>
    /// Makes an EC P-256 key and a self-signed certificate named `mediasoup` and a number, valid for ten years before
    /// and after now. The key comes from OpenSSL's own generator, name and serial from <paramref name="random"/>.
    /// </summary>
    public static DtlsCertificate Generate(IRandomSource random)
    {
        uint number = random.NextBetween(100_000, 999_999);
        uint serial = random.NextBetween(1_000_000, 9_999_999);
        return new DtlsCertificate(
            OpenSslCertificate.GenerateSelfSigned($"mediasoup{number}", (int)serial, ValidSeconds));
    }

    /// <summary>Reads certificate and private key (RSA or EC, not encrypted) from PEM texts.</summary>
    /// <param name="certificatePem">Text with a CERTIFICATE block.</param>
    /// <param name="privateKeyPem">Text with a PRIVATE KEY block.</param>
    /// <param name="certificate">The result.</param>
    /// <param name="error">What is wrong, for a person; names no key.</param>
    public static bool TryFromPem(
        string certificatePem,
        string privateKeyPem,
        [NotNullWhen(true)] out DtlsCertificate? certificate,
        [NotNullWhen(false)] out string? error)
    {
        bool isRead = OpenSslCertificate.TryRead(
            certificatePem, privateKeyPem, out OpenSslCertificate? native, out error);
        certificate = isRead ? new DtlsCertificate(native!) : null;
        return isRead;
    }

    /// <inheritdoc/>
    public void Dispose() => Native.Dispose();
}
