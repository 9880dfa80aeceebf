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
}
