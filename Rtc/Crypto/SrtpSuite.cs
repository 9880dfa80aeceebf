namespace Rtc.Crypto;

/// <summary>
/// The SRTP protection profiles of this worker (RFC 5764 section 4.1.2, RFC 7714), in order of preference. They stand
/// beside the primitives because DTLS negotiates them and SRTP runs them.
/// </summary>
public enum SrtpSuite
{
    /// <summary>AEAD_AES_256_GCM: 32 byte key, 12 byte salt, 16 byte tag.</summary>
    AeadAes256Gcm,

    /// <summary>AEAD_AES_128_GCM: 16 byte key, 12 byte salt, 16 byte tag.</summary>
    AeadAes128Gcm,

    /// <summary>AES_CM_128_HMAC_SHA1_80: 16 byte key, 14 byte salt, 10 byte tag.</summary>
    AesCm128HmacSha1Tag80,

    /// <summary>AES_CM_128_HMAC_SHA1_32: 16 byte key, 14 byte salt, 4 byte tag for RTP and 10 for RTCP.</summary>
    AesCm128HmacSha1Tag32,
}

/// <summary>Lengths and names of the suites.</summary>
public static class SrtpSuiteExtensions
{
    /// <summary>Master key length in bytes.</summary>
    public static int KeyLength(this SrtpSuite suite) => suite == SrtpSuite.AeadAes256Gcm ? 32 : 16;

    /// <summary>Master salt length in bytes.</summary>
    public static int SaltLength(this SrtpSuite suite) => suite.IsAead() ? 12 : 14;

    /// <summary>Length in bytes of master key and master salt together: 44, 28, 30, 30.</summary>
    public static int KeyingLength(this SrtpSuite suite) => suite.KeyLength() + suite.SaltLength();

    /// <summary>Whether encryption and authentication are one (AES-GCM).</summary>
    public static bool IsAead(this SrtpSuite suite) =>
        suite is SrtpSuite.AeadAes256Gcm or SrtpSuite.AeadAes128Gcm;

    /// <summary>Length in bytes of the tag that ends an SRTP packet.</summary>
    public static int RtpTagLength(this SrtpSuite suite) => suite switch
    {
        SrtpSuite.AesCm128HmacSha1Tag80 => 10,
        SrtpSuite.AesCm128HmacSha1Tag32 => 4,
        _ => AesGcmEncryptor.TagLength,
    };

    /// <summary>Length in bytes of the tag of an SRTCP packet; never 4 (RFC 5764, section 4.1.2).</summary>
    public static int RtcpTagLength(this SrtpSuite suite) => suite.IsAead() ? AesGcmEncryptor.TagLength : 10;

    /// <summary>The suite's name, as in mediasoup's SrtpCryptoSuite.</summary>
    public static string Name(this SrtpSuite suite) => suite switch
    {
        SrtpSuite.AeadAes256Gcm => "AEAD_AES_256_GCM",
        SrtpSuite.AeadAes128Gcm => "AEAD_AES_128_GCM",
        SrtpSuite.AesCm128HmacSha1Tag80 => "AES_CM_128_HMAC_SHA1_80",
        _ => "AES_CM_128_HMAC_SHA1_32",
    };
}
