using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Sending with AES-CM and HMAC-SHA1 (RFC 3711): encrypt, then authenticate the ciphertext.</summary>
internal sealed class CounterModeSendTransform(SrtpSessionKeys keys) : SrtpSendTransform
{
    private const int RolloverLength = 4;

    private readonly AesCtrCipher _rtpCipher = new(keys.RtpKey);
    private readonly AesCtrCipher _rtcpCipher = new(keys.RtcpKey);
    private readonly HmacSha1 _rtpHmac = new(keys.RtpAuthenticationKey);
    private readonly HmacSha1 _rtcpHmac = new(keys.RtcpAuthenticationKey);
    private readonly byte[] _rtpSalt = [.. keys.RtpSalt];
    private readonly byte[] _rtcpSalt = [.. keys.RtcpSalt];
    private readonly int _rtpTagLength = keys.Suite.RtpTagLength();

    public override void ProtectRtp(
        Span<byte> packet, int headerLength, ReadOnlySpan<byte> payload, ulong index)
    {
        Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
        SrtpNonce.WriteCounterBlock(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index, block);
        _rtpCipher.Begin(block);
        _rtpCipher.Update(payload, packet[headerLength..]);

        // The rollover counter is authenticated behind the ciphertext, where the tag will stand: no second update.
        Span<byte> code = stackalloc byte[HmacSha1.Length];
        Span<byte> tag = packet[^_rtpTagLength..];
        BinaryPrimitives.WriteUInt32BigEndian(tag, (uint)(index >> 16));
        _rtpHmac.Compute(packet[..(packet.Length - _rtpTagLength + RolloverLength)], code);
        code[.._rtpTagLength].CopyTo(tag);
    }

    public override void ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> packet, uint index)
    {
        Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
        SrtpNonce.WriteCounterBlock(_rtcpSalt, SrtpHeader.SsrcOfRtcp(compound), index, block);
        compound[..SrtpHeader.RtcpLength].CopyTo(packet);
        _rtcpCipher.Begin(block);
        _rtcpCipher.Update(compound[SrtpHeader.RtcpLength..], packet[SrtpHeader.RtcpLength..]);
        BinaryPrimitives.WriteUInt32BigEndian(packet[compound.Length..], EncryptedFlag | index);

        Span<byte> code = stackalloc byte[HmacSha1.Length];
        int authenticatedLength = compound.Length + IndexLength;
        _rtcpHmac.Compute(packet[..authenticatedLength], code);
        code[..(packet.Length - authenticatedLength)].CopyTo(packet[authenticatedLength..]);
    }

    public override void Dispose()
    {
        _rtpCipher.Dispose();
        _rtcpCipher.Dispose();
        _rtpHmac.Dispose();
        _rtcpHmac.Dispose();
    }
}
