using Rtc.Crypto;

namespace Rtc.Dtls;

/// <summary>Fingerprints of certificates as RFC 8122 writes them.</summary>
internal static class CertificateFingerprint
{
    /// <summary>The fingerprint in upper-case hexadecimal with colons.</summary>
    public static DtlsFingerprint Compute(OpenSslCertificate certificate, DtlsFingerprintAlgorithm algorithm)
    {
        Span<byte> digest = stackalloc byte[LibCrypto.MaxDigestLength];
        int length = certificate.Digest(DigestOf(algorithm), digest);
        Span<char> text = stackalloc char[(length * 3) - 1];
        for (int i = 0; i < length; i++)
        {
            digest[i].TryFormat(text[(i * 3)..], out _, "X2");
            if (i < length - 1)
            {
                text[(i * 3) + 2] = ':';
            }
        }

        return new DtlsFingerprint(algorithm, new string(text));
    }

    /// <summary>All five, in the order of the enumeration.</summary>
    public static DtlsFingerprint[] ComputeAll(OpenSslCertificate certificate)
    {
        var fingerprints = new DtlsFingerprint[(int)DtlsFingerprintAlgorithm.Sha512 + 1];
        for (int i = 0; i < fingerprints.Length; i++)
        {
            fingerprints[i] = Compute(certificate, (DtlsFingerprintAlgorithm)i);
        }

        return fingerprints;
    }

    private static nint DigestOf(DtlsFingerprintAlgorithm algorithm) => algorithm switch
    {
        DtlsFingerprintAlgorithm.Sha1 => LibCrypto.EVP_sha1(),
        DtlsFingerprintAlgorithm.Sha224 => LibCrypto.EVP_sha224(),
        DtlsFingerprintAlgorithm.Sha256 => LibCrypto.EVP_sha256(),
        DtlsFingerprintAlgorithm.Sha384 => LibCrypto.EVP_sha384(),
        _ => LibCrypto.EVP_sha512(),
    };
}
