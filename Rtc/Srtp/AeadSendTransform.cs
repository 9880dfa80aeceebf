using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Sending with AES-GCM (RFC 7714).</summary>
internal sealed class AeadSendTransform(SrtpSessionKeys keys) : SrtpSendTransform
{
    private readonly AesGcmEncryptor _rtp = new(keys.RtpKey);
    private readonly AesGcmEncryptor _rtcp = new(keys.RtcpKey);
    private readonly byte[] _rtpSalt = [.. keys.RtpSalt];
    private readonly byte[] _rtcpSalt = [.. keys.RtcpSalt];

    public override void ProtectRtp(
        Span<byte> packet, int headerLength, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, ulong index)
    {
        Span<byte> nonce = stackalloc byte[AesGcmEncryptor.NonceLength];
        SrtpNonce.WriteAeadNonce(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index, nonce);
        _rtp.Begin(nonce);
        _rtp.AddAuthenticatedData(packet[..headerLength]);
        _rtp.Update(prefix, packet[headerLength..]);
        _rtp.Update(payload, packet[(headerLength + prefix.Length)..]);
        _rtp.Finish(packet[^AesGcmEncryptor.TagLength..]);
    }

    public override void ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> packet, uint index)
    {
        Span<byte> nonce = stackalloc byte[AesGcmEncryptor.NonceLength];
        SrtpNonce.WriteAeadNonce(_rtcpSalt, SrtpHeader.SsrcOfRtcp(compound), index, nonce);
        ReadOnlySpan<byte> header = compound[..SrtpHeader.RtcpLength];
        Span<byte> word = packet[^IndexLength..];
        BinaryPrimitives.WriteUInt32BigEndian(word, EncryptedFlag | index);
        header.CopyTo(packet);
        _rtcp.Begin(nonce);
        _rtcp.AddAuthenticatedData(header);
        _rtcp.AddAuthenticatedData(word);
        _rtcp.Update(compound[header.Length..], packet[header.Length..]);
        _rtcp.Finish(packet[compound.Length..]);
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
