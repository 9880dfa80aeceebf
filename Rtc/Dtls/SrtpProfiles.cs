using System.Security.Cryptography;
using Rtc.Crypto;

namespace Rtc.Dtls;

/// <summary>SRTP keys out of a finished handshake (RFC 5764, section 4; RFC 7714, section 14.2).</summary>
internal static class SrtpProfiles
{
    /// <summary>The suite of a protection profile's identifier; false for none or an unknown one.</summary>
    public static bool TryGetSuite(int profileId, out SrtpSuite suite)
    {
        suite = profileId switch
        {
            0x0001 => SrtpSuite.AesCm128HmacSha1Tag80,
            0x0002 => SrtpSuite.AesCm128HmacSha1Tag32,
            0x0007 => SrtpSuite.AeadAes128Gcm,
            _ => SrtpSuite.AeadAes256Gcm,
        };
        return profileId is 0x0001 or 0x0002 or 0x0007 or 0x0008;
    }

    /// <summary>The keys of both directions: client key, server key, client salt, server salt in that order.</summary>
    public static (SrtpKeyingMaterial Local, SrtpKeyingMaterial Remote) ExportKeys(
        DtlsSession session, SrtpSuite suite, DtlsRole localRole)
    {
        int keyLength = suite.KeyLength();
        int saltLength = suite.SaltLength();
        Span<byte> exported = stackalloc byte[2 * suite.KeyingLength()];
        session.ExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, exported);
        Span<byte> salts = exported[(2 * keyLength)..];
        SrtpKeyingMaterial client = Join(suite, exported[..keyLength], salts[..saltLength]);
        SrtpKeyingMaterial server = Join(suite, exported[keyLength..(2 * keyLength)], salts[saltLength..]);
        CryptographicOperations.ZeroMemory(exported);
        return localRole == DtlsRole.Client ? (client, server) : (server, client);
    }

    private static SrtpKeyingMaterial Join(SrtpSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        Span<byte> joined = stackalloc byte[key.Length + salt.Length];
        key.CopyTo(joined);
        salt.CopyTo(joined[key.Length..]);
        if (!SrtpKeyingMaterial.TryCreate(suite, joined, out SrtpKeyingMaterial? material))
        {
            throw new InvalidOperationException($"{joined.Length} bytes of keying material for {suite.Name()}");
        }

        CryptographicOperations.ZeroMemory(joined);
        return material;
    }
}
