using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Sending with AES-GCM (RFC 7714).</summary>
internal sealed class AeadSendTransform(SrtpSessionKeys keys) : SrtpSendTransform
{
    private readonly AesGcmEncryptor _rtp = AesGcmEncryptor.Create(keys.RtpKey);
    private readonly AesGcmEncryptor _rtcp = AesGcmEncryptor.Create(keys.RtcpKey);
    private readonly AesGcmNonce _rtpSalt = new(keys.RtpSalt);
    private readonly AesGcmNonce _rtcpSalt = new(keys.RtcpSalt);

    public override void ProtectRtp(
        Span<byte> packet, int headerLength, ReadOnlySpan<byte> payload, ulong index)
    {
        AesGcmNonce nonce = SrtpNonce.Aead(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index);
        _rtp.Encrypt(nonce, packet[..headerLength], payload, packet[headerLength..]);
    }

    public override void ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> packet, uint index)
    {
        AesGcmNonce nonce = SrtpNonce.Aead(_rtcpSalt, SrtpHeader.SsrcOfRtcp(compound), index);
        ReadOnlySpan<byte> header = compound[..SrtpHeader.RtcpLength];
        Span<byte> word = packet[^IndexLength..];
        BinaryPrimitives.WriteUInt32BigEndian(word, EncryptedFlag | index);
        header.CopyTo(packet);

        Span<byte> authenticated = stackalloc byte[SrtpHeader.RtcpLength + IndexLength];
        header.CopyTo(authenticated);
        word.CopyTo(authenticated[header.Length..]);
        _rtcp.Encrypt(nonce, authenticated, compound[header.Length..], packet[header.Length..^IndexLength]);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
