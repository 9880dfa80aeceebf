using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rtc.Dtls;
using Xunit;

namespace RtcTests.Dtls;

public sealed class DtlsCertificateTests
{
    [Fact]
    public void A_generated_one_is_what_the_original_makes()
    {
        using DtlsCertificate certificate = DtlsCertificate.Generate(new DtlsPair.SeededRandom(1));
        using X509Certificate2 parsed = X509Certificate2.CreateFromPem(certificate.Pem);
        Assert.Equal(3, parsed.Version);
        Assert.Matches("^CN=mediasoup[0-9]{6}, O=mediasoup[0-9]{6}$", parsed.Subject);
        Assert.Equal(parsed.Subject, parsed.Issuer);
        Assert.Equal("1.2.840.10045.4.3.2", parsed.SignatureAlgorithm.Value);
        Assert.Equal(256, parsed.GetECDsaPublicKey()!.KeySize);
        Assert.InRange(Convert.ToInt32(parsed.SerialNumber, 16), 1_000_000, 9_999_999);
        Assert.Equal(630_720_000, (parsed.NotAfter - parsed.NotBefore).TotalSeconds);
    }

    [Fact]
    public void Has_five_fingerprints_in_upper_case_with_colons()
    {
        using DtlsCertificate certificate = DtlsCertificate.Generate(new DtlsPair.SeededRandom(1));
        using X509Certificate2 parsed = X509Certificate2.CreateFromPem(certificate.Pem);
        Assert.Equal(Enum.GetValues<DtlsFingerprintAlgorithm>(), certificate.Fingerprints.Select(f => f.Algorithm));
        Assert.Equal(Colons(SHA1.HashData(parsed.RawData)), certificate.Fingerprints[0].Value);
        Assert.Equal((28 * 3) - 1, certificate.Fingerprints[1].Value.Length);
        Assert.Equal(Colons(SHA256.HashData(parsed.RawData)), certificate.Fingerprints[2].Value);
        Assert.Equal(Colons(SHA384.HashData(parsed.RawData)), certificate.Fingerprints[3].Value);
        Assert.Equal(Colons(SHA512.HashData(parsed.RawData)), certificate.Fingerprints[4].Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loads_ec_and_rsa_and_connects_with_them(bool isRsa)
    {
        (string certificatePem, string keyPem) = MakePem(isRsa);
        Assert.True(DtlsCertificate.TryFromPem(certificatePem, keyPem, out DtlsCertificate? certificate, out _));
        using var pair = new DtlsPair();
        using var context = new DtlsContext(certificate);
        foreach (DtlsRole role in (DtlsRole[])[DtlsRole.Client, DtlsRole.Server])
        {
            var pairWithLoaded = new DtlsPair(pair, context);
            pairWithLoaded.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateB), 0);
            pairWithLoaded.B.SetRemoteFingerprint(DtlsPair.Sha256(certificate), 0);
            pairWithLoaded.Start(role);
            Assert.Equal(DtlsState.Connected, pairWithLoaded.A.State);
            Assert.Equal(DtlsState.Connected, pairWithLoaded.B.State);
            pairWithLoaded.A.Dispose();
            pairWithLoaded.B.Dispose();
        }

        certificate.Dispose();
    }

    [Fact]
    public void Says_what_is_wrong_with_pem_texts()
    {
        (string certificatePem, string keyPem) = MakePem(isRsa: false);
        (_, string otherKey) = MakePem(isRsa: false);
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        string encryptedKey = key.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters);
        AssertRefused("no PEM certificate", "", keyPem);
        AssertRefused("no PEM certificate", keyPem, keyPem);
        AssertRefused("no PEM private key", certificatePem, "nonsense");
        AssertRefused("no PEM private key", certificatePem, encryptedKey);
        AssertRefused("not the certificate's", certificatePem, otherKey);
    }

    private static void AssertRefused(string expected, string certificatePem, string keyPem)
    {
        bool isRead = DtlsCertificate.TryFromPem(
            certificatePem, keyPem, out DtlsCertificate? certificate, out string? error);
        Assert.False(isRead);
        Assert.Null(certificate);
        Assert.Contains(expected, error);
    }

    private static (string Certificate, string Key) MakePem(bool isRsa)
    {
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        CertificateRequest request = isRsa
            ? new CertificateRequest("CN=loaded", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=loaded", ec, HashAlgorithmName.SHA256);
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 certificate = request.CreateSelfSigned(from, from.AddYears(100));
        AsymmetricAlgorithm key = isRsa ? rsa : ec;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Colons(byte[] digest) => Convert.ToHexString(digest).Chunk(2).Aggregate(
        string.Empty, (text, pair) => text.Length == 0 ? new string(pair) : $"{text}:{new string(pair)}");
}
