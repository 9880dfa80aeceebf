using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Rtc.Crypto;

/// <summary>An X.509 certificate, with its private key where it is our own, as OpenSSL objects.</summary>
internal sealed unsafe class OpenSslCertificate : IDisposable
{
    private const int AsciiString = 0x1001;
    private const int VersionThree = 2;

    private readonly CertificateHandle _certificate;
    private readonly PrivateKeyHandle? _privateKey;

    private OpenSslCertificate(CertificateHandle certificate, PrivateKeyHandle? privateKey)
    {
        _certificate = certificate;
        _privateKey = privateKey;
    }

    public nint Pointer => _certificate.Pointer;

    public nint PrivateKeyPointer =>
        _privateKey?.Pointer ?? throw new InvalidOperationException("the certificate has no private key");

    /// <summary>Takes over a certificate that OpenSSL handed out; null for none.</summary>
    public static OpenSslCertificate? Adopt(nint certificate) =>
        certificate != 0 ? new OpenSslCertificate(new CertificateHandle(certificate), null) : null;

    /// <summary>A new EC P-256 key and a certificate for it that it signs itself with SHA-256.</summary>
    /// <param name="name">Organisation and common name.</param>
    /// <param name="serial">Serial number.</param>
    /// <param name="validSeconds">How long before and after now it is valid.</param>
    public static OpenSslCertificate GenerateSelfSigned(string name, int serial, int validSeconds)
    {
        var key = new PrivateKeyHandle(GenerateEcKey());
        var certificate = new CertificateHandle(LibCrypto.X509_new());
        nint x509 = certificate.Pointer;
        LibCrypto.Check(LibCrypto.X509_set_version(x509, VersionThree));
        LibCrypto.Check(LibCrypto.ASN1_INTEGER_set(LibCrypto.X509_get_serialNumber(x509), serial));
        LibCrypto.Check(LibCrypto.X509_gmtime_adj(LibCrypto.X509_getm_notBefore(x509), -validSeconds));
        LibCrypto.Check(LibCrypto.X509_gmtime_adj(LibCrypto.X509_getm_notAfter(x509), validSeconds));
        LibCrypto.Check(LibCrypto.X509_set_pubkey(x509, key.Pointer));
        nint subject = LibCrypto.X509_get_subject_name(x509);
        AddEntry(subject, "O", name);
        AddEntry(subject, "CN", name);
        LibCrypto.Check(LibCrypto.X509_set_issuer_name(x509, subject));
        LibCrypto.Check(LibCrypto.X509_sign(x509, key.Pointer, LibCrypto.EVP_sha256()));
        return new OpenSslCertificate(certificate, key);
    }

    /// <summary>
    /// Reads the first certificate and the private key (RSA or EC, not encrypted) of two PEM texts; the error says
    /// which of the two is wrong.
    /// </summary>
    public static bool TryRead(
        string certificatePem,
        string privateKeyPem,
        [NotNullWhen(true)] out OpenSslCertificate? certificate,
        [NotNullWhen(false)] out string? error)
    {
        certificate = null;
        error = null;
        nint x509 = ReadPem(certificatePem, isPrivateKey: false);
        if (x509 == 0)
        {
            error = $"no PEM certificate: {LibCrypto.TakeError()}";
            return false;
        }

        var handle = new CertificateHandle(x509);
        nint key = ReadPem(privateKeyPem, isPrivateKey: true);
        if (key == 0)
        {
            handle.Dispose();
            error = $"no PEM private key: {LibCrypto.TakeError()}";
            return false;
        }

        certificate = new OpenSslCertificate(handle, new PrivateKeyHandle(key));
        if (LibCrypto.X509_check_private_key(x509, key) != 1)
        {
            certificate.Dispose();
            certificate = null;
            error = $"the private key is not the certificate's: {LibCrypto.TakeError()}";
            return false;
        }

        return true;
    }

    /// <summary>The certificate as PEM text.</summary>
    public string ToPem()
    {
        nint bio = LibCrypto.NewMemoryBio();
        try
        {
            LibCrypto.Check(LibCrypto.PEM_write_bio_X509(bio, _certificate.Pointer));
            return Encoding.ASCII.GetString(LibCrypto.MemoryOf(bio));
        }
        finally
        {
            LibCrypto.BIO_free(bio);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Writes the digest of the certificate's DER form and returns its length in bytes.</summary>
    /// <param name="digest">An EVP_MD.</param>
    /// <param name="destination">At least 64 bytes.</param>
    public int Digest(nint digest, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, LibCrypto.MaxDigestLength);
        uint length;
        fixed (byte* pointer = destination)
        {
            LibCrypto.Check(LibCrypto.X509_digest(_certificate.Pointer, digest, pointer, &length));
        }

        GC.KeepAlive(this);
        return (int)length;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _privateKey?.Dispose();
    }

    private static nint GenerateEcKey()
    {
        nint context = LibCrypto.Check(LibCrypto.EVP_PKEY_CTX_new_id(LibCrypto.PkeyTypeEc, 0));
        try
        {
            nint key = 0;
            LibCrypto.Check(LibCrypto.EVP_PKEY_keygen_init(context));
            LibCrypto.Check(LibCrypto.EVP_PKEY_CTX_set_group_name(context, "P-256"));
            LibCrypto.Check(LibCrypto.EVP_PKEY_keygen(context, &key));
            return key;
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
        }
    }

    private static void AddEntry(nint subject, string field, string value)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(value);
        fixed (byte* pointer = bytes)
        {
            LibCrypto.Check(LibCrypto.X509_NAME_add_entry_by_txt(
                subject, field, AsciiString, pointer, bytes.Length, -1, 0));
        }
    }

    private static nint ReadPem(string pem, bool isPrivateKey)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(pem);
        // Without a callback OpenSSL takes the last argument for the passphrase; without one it asks the terminal.
        byte noPassphrase = 0;
        fixed (byte* pointer = bytes)
        {
            byte* start = pointer != null ? pointer : &noPassphrase;
            nint bio = LibCrypto.Check(LibCrypto.BIO_new_mem_buf(start, bytes.Length));
            try
            {
                LibCrypto.ERR_clear_error();
                return isPrivateKey
                    ? LibCrypto.PEM_read_bio_PrivateKey(bio, null, 0, &noPassphrase)
                    : LibCrypto.PEM_read_bio_X509(bio, null, 0, &noPassphrase);
            }
            finally
            {
                LibCrypto.BIO_free(bio);
            }
        }
    }
}
