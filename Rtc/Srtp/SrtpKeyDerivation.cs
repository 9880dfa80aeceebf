using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>
/// Session keys out of a master key: AES in counter mode (RFC 3711, section 4.3.3; RFC 6188, section 3, for 256 bits;
/// RFC 7714, section 11, for a salt of 96 bits). The key derivation rate is 0, as DTLS-SRTP has it.
/// </summary>
internal static class SrtpKeyDerivation
{
    public const byte RtpEncryptionLabel = 0;
    public const byte RtpAuthenticationLabel = 1;
    public const byte RtpSaltLabel = 2;
    public const byte RtcpEncryptionLabel = 3;
    public const byte RtcpAuthenticationLabel = 4;
    public const byte RtcpSaltLabel = 5;

    private const int LabelOffset = 7;

    /// <summary>Fills <paramref name="key"/> with the session key of a label.</summary>
    public static void Derive(SrtpKeyingMaterial master, byte label, Span<byte> key)
    {
        // A shorter salt counts from the left: RFC 7714 pads it with zeros at its end.
        Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
        block.Clear();
        master.MasterSalt.CopyTo(block);
        block[LabelOffset] ^= label;
        key.Clear();
        using var cipher = new AesCtrCipher(master.MasterKey);
        cipher.Begin(block);
        cipher.Update(key, key);
    }

    /// <summary>An AES-CM cipher for the session key of a label.</summary>
    public static AesCtrCipher DeriveCounterMode(SrtpKeyingMaterial master, byte label)
    {
        Span<byte> key = stackalloc byte[master.Suite.KeyLength()];
        Derive(master, label, key);
        var cipher = new AesCtrCipher(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>An authenticator for the session key of a label.</summary>
    public static HmacSha1 DeriveAuthentication(SrtpKeyingMaterial master, byte label)
    {
        Span<byte> key = stackalloc byte[HmacSha1.Length];
        Derive(master, label, key);
        var hmac = new HmacSha1(key);
        CryptographicOperations.ZeroMemory(key);
        return hmac;
    }

    /// <summary>An AES-GCM encryptor for the session key of a label.</summary>
    public static AesGcmEncryptor DeriveEncryptor(SrtpKeyingMaterial master, byte label)
    {
        Span<byte> key = stackalloc byte[master.Suite.KeyLength()];
        Derive(master, label, key);
        var encryptor = new AesGcmEncryptor(key);
        CryptographicOperations.ZeroMemory(key);
        return encryptor;
    }

    /// <summary>An AES-GCM decryptor for the session key of a label.</summary>
    public static AesGcmDecryptor DeriveDecryptor(SrtpKeyingMaterial master, byte label)
    {
        Span<byte> key = stackalloc byte[master.Suite.KeyLength()];
        Derive(master, label, key);
        var decryptor = new AesGcmDecryptor(key);
        CryptographicOperations.ZeroMemory(key);
        return decryptor;
    }

    /// <summary>The session salt of a label.</summary>
    public static byte[] DeriveSalt(SrtpKeyingMaterial master, byte label)
    {
        byte[] salt = new byte[master.Suite.SaltLength()];
        Derive(master, label, salt);
        return salt;
    }

    /// <summary>
    /// The first counter block of AES-CM (RFC 3711, section 4.1.1): salt, SSRC and index each in its place.
    /// </summary>
    /// <param name="salt">14 bytes.</param>
    /// <param name="ssrc">SSRC.</param>
    /// <param name="index">48 bits for RTP, 31 for RTCP.</param>
    /// <param name="block">16 bytes.</param>
    public static void WriteCounterBlock(ReadOnlySpan<byte> salt, uint ssrc, ulong index, Span<byte> block)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(salt) ^ ssrc;
        ulong low = (BinaryPrimitives.ReadUInt64BigEndian(salt[6..]) << 16) ^ (index << 16);
        BinaryPrimitives.WriteUInt64BigEndian(block, high);
        BinaryPrimitives.WriteUInt64BigEndian(block[8..], low);
    }

    /// <summary>
    /// The nonce of AES-GCM (RFC 7714, sections 8.1 and 9.1): two zero bytes, SSRC, six bytes of index, XOR salt. An
    /// RTCP index of 31 bits has two zero bytes before it, which are the index's own high bytes.
    /// </summary>
    /// <param name="salt">12 bytes.</param>
    /// <param name="ssrc">SSRC.</param>
    /// <param name="index">48 bits for RTP, 31 for RTCP.</param>
    /// <param name="nonce">12 bytes.</param>
    public static void WriteNonce(ReadOnlySpan<byte> salt, uint ssrc, ulong index, Span<byte> nonce)
    {
        ulong head = ((ulong)ssrc << 16) | (index >> 32);
        BinaryPrimitives.WriteUInt64BigEndian(nonce, BinaryPrimitives.ReadUInt64BigEndian(salt) ^ head);
        uint tail = BinaryPrimitives.ReadUInt32BigEndian(salt[8..]) ^ (uint)index;
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], tail);
    }
}
