using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Where the keystream of a packet begins: salt, SSRC and index, combined as each suite wants it.</summary>
internal static class SrtpNonce
{
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
    /// <param name="salt">12 bytes, as a nonce.</param>
    /// <param name="ssrc">SSRC.</param>
    /// <param name="index">48 bits for RTP, 31 for RTCP.</param>
    public static AesGcmNonce Aead(AesGcmNonce salt, uint ssrc, ulong index) =>
        salt.Xor(((ulong)ssrc << 16) | (index >> 32), (uint)index);
}
