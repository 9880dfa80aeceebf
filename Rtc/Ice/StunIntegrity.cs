using System.Buffers.Binary;
using System.Text;
using Rtc.Crypto;

namespace Rtc.Ice;

/// <summary>
/// The HMAC-SHA1 of MESSAGE-INTEGRITY with the key of one password (RFC 8489 section 14.5, short-term credentials).
/// The keyed state is made once and reused: it costs nothing on the heap to check or sign a message.
/// </summary>
public sealed class StunIntegrity : IDisposable
{
    /// <summary>Bytes of the HMAC.</summary>
    public const int Length = HmacSha1.Length;

    private readonly HmacSha1 _hmac;

    /// <summary>Takes a password; of ICE credentials it needs no preparation (RFC 8489 section 9.1.1).</summary>
    public StunIntegrity(string password)
    {
        _hmac = new HmacSha1(Encoding.UTF8.GetBytes(password));
    }

    /// <summary>Gives the keyed state back.</summary>
    public void Dispose() => _hmac.Dispose();

    /// <summary>
    /// Computes the HMAC of the header and all attributes before MESSAGE-INTEGRITY as if the message ended with it.
    /// </summary>
    /// <param name="covered">The message from its first byte up to the attribute.</param>
    /// <param name="destination">20 bytes.</param>
    internal void Compute(ReadOnlySpan<byte> covered, Span<byte> destination)
    {
        // The length field counts MESSAGE-INTEGRITY itself and nothing behind it.
        Span<byte> header = stackalloc byte[StunMessageView.HeaderLength];
        covered[..StunMessageView.HeaderLength].CopyTo(header);
        int length = covered.Length + StunMessageView.AttributeHeaderLength + Length - StunMessageView.HeaderLength;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        _hmac.Compute(header, covered[StunMessageView.HeaderLength..], destination);
    }
}
