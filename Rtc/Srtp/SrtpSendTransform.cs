using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>The cipher side of sending: everything is checked, SSRC and index are known.</summary>
internal abstract class SrtpSendTransform : IDisposable
{
    /// <summary>Set beside the SRTCP index: the packet is encrypted (RFC 3711, section 3.4).</summary>
    public const uint EncryptedFlag = 1u << 31;

    /// <summary>Length in bytes of the word that carries the SRTCP index.</summary>
    public const int IndexLength = 4;

    public static SrtpSendTransform Create(SrtpSessionKeys keys) =>
        keys.Suite.IsAead() ? new AeadSendTransform(keys) : new CounterModeSendTransform(keys);

    /// <summary>Encrypts the payload into the packet behind its header and appends the tag.</summary>
    /// <param name="packet">Header, room for the payload, room for the tag; exactly that long.</param>
    /// <param name="headerLength">Length of the header.</param>
    /// <param name="payload">Plaintext; elsewhere or exactly where its ciphertext goes.</param>
    /// <param name="index">Packet index, 48 bits.</param>
    public abstract void ProtectRtp(
        Span<byte> packet, int headerLength, ReadOnlySpan<byte> payload, ulong index);

    /// <summary>Encrypts a compound packet into <paramref name="packet"/> with index word and tag.</summary>
    /// <param name="compound">Plaintext.</param>
    /// <param name="packet">Room, exactly as long as the result.</param>
    /// <param name="index">SRTCP index, 31 bits.</param>
    public abstract void ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> packet, uint index);

    public abstract void Dispose();
}
