using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Receiving with AES-GCM (RFC 7714).</summary>
internal sealed class AeadReceiveTransform(SrtpSessionKeys keys) : SrtpReceiveTransform
{
    private readonly AesGcmDecryptor _rtp = new(keys.RtpKey);
    private readonly AesGcmDecryptor _rtcp = new(keys.RtcpKey);
    private readonly AesGcmNonce _rtpSalt = new(keys.RtpSalt);
    private readonly AesGcmNonce _rtcpSalt = new(keys.RtcpSalt);

    public override bool TryUnprotectRtp(Span<byte> packet, int headerLength, ulong index)
    {
        Span<byte> body = packet[headerLength..^AesGcmEncryptor.TagLength];
        _rtp.Begin(SrtpNonce.Aead(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index));
        _rtp.AddAuthenticatedData(packet[..headerLength]);
        _rtp.Update(body, body);
        return _rtp.TryFinish(packet[^AesGcmEncryptor.TagLength..]);
    }

    public override uint ReadRtcpIndexWord(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet[^SrtpSendTransform.IndexLength..]);

    public override bool TryUnprotectRtcp(Span<byte> packet, uint indexWord)
    {
        uint index = indexWord & ~SrtpSendTransform.EncryptedFlag;
        Span<byte> sealedPart = packet[..^SrtpSendTransform.IndexLength];
        Span<byte> compound = sealedPart[..^AesGcmEncryptor.TagLength];
        bool isEncrypted = (indexWord & SrtpSendTransform.EncryptedFlag) != 0;
        int clearLength = isEncrypted ? SrtpHeader.RtcpLength : compound.Length;
        _rtcp.Begin(SrtpNonce.Aead(_rtcpSalt, SrtpHeader.SsrcOfRtcp(packet), index));
        _rtcp.AddAuthenticatedData(compound[..clearLength]);
        _rtcp.AddAuthenticatedData(packet[^SrtpSendTransform.IndexLength..]);
        _rtcp.Update(compound[clearLength..], compound[clearLength..]);
        return _rtcp.TryFinish(sealedPart[^AesGcmEncryptor.TagLength..]);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
