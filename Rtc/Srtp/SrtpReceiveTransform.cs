using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>The cipher side of receiving: everything but the tag is checked, SSRC and index are known.</summary>
internal abstract class SrtpReceiveTransform : IDisposable
{
    public static SrtpReceiveTransform Create(SrtpSessionKeys keys) =>
        keys.Suite.IsAead() ? new AeadReceiveTransform(keys) : new CounterModeReceiveTransform(keys);

    /// <summary>Authenticates and decrypts in place; false when the tag is wrong.</summary>
    /// <param name="packet">Header, ciphertext, tag.</param>
    /// <param name="headerLength">Length of the header.</param>
    /// <param name="index">Packet index, 48 bits.</param>
    public abstract bool TryUnprotectRtp(Span<byte> packet, int headerLength, ulong index);

    /// <summary>Reads the word that carries E-flag and index; the packet is long enough.</summary>
    public abstract uint ReadRtcpIndexWord(ReadOnlySpan<byte> packet);

    /// <summary>Authenticates and decrypts in place; false when the tag is wrong.</summary>
    /// <param name="packet">Header, ciphertext, index word, tag; in the suite's order.</param>
    /// <param name="indexWord">E-flag and index.</param>
    public abstract bool TryUnprotectRtcp(Span<byte> packet, uint indexWord);

    public abstract void Dispose();
}
