using System.Security.Cryptography;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Session keys and salts of one direction (RFC 3711, section 4.3). Wiped when disposed.</summary>
/// <param name="suite">The suite that they are for.</param>
internal sealed class SrtpSessionKeys(SrtpSuite suite) : IDisposable
{
    public SrtpSuite Suite { get; } = suite;

    public byte[] RtpKey { get; } = new byte[suite.KeyLength()];

    public byte[] RtpSalt { get; } = new byte[suite.SaltLength()];

    /// <summary>Key of HMAC-SHA1; of no use with AES-GCM.</summary>
    public byte[] RtpAuthenticationKey { get; } = new byte[HmacSha1.Length];

    public byte[] RtcpKey { get; } = new byte[suite.KeyLength()];

    public byte[] RtcpSalt { get; } = new byte[suite.SaltLength()];

    /// <summary>Key of HMAC-SHA1; of no use with AES-GCM.</summary>
    public byte[] RtcpAuthenticationKey { get; } = new byte[HmacSha1.Length];

    /// <summary>Derives all from the master key.</summary>
    public static SrtpSessionKeys Derive(SrtpKeyingMaterial master)
    {
        var keys = new SrtpSessionKeys(master.Suite);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtpEncryptionLabel, keys.RtpKey);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtpAuthenticationLabel, keys.RtpAuthenticationKey);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtpSaltLabel, keys.RtpSalt);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtcpEncryptionLabel, keys.RtcpKey);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtcpAuthenticationLabel, keys.RtcpAuthenticationKey);
        SrtpKeyDerivation.Derive(master, SrtpKeyDerivation.RtcpSaltLabel, keys.RtcpSalt);
        return keys;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(RtpKey);
        CryptographicOperations.ZeroMemory(RtpSalt);
        CryptographicOperations.ZeroMemory(RtpAuthenticationKey);
        CryptographicOperations.ZeroMemory(RtcpKey);
        CryptographicOperations.ZeroMemory(RtcpSalt);
        CryptographicOperations.ZeroMemory(RtcpAuthenticationKey);
    }
}
