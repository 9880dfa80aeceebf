using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Receiving with AES-CM and HMAC-SHA1 (RFC 3711): authenticate the ciphertext, then decrypt.</summary>
internal sealed class CounterModeReceiveTransform(SrtpSessionKeys keys) : SrtpReceiveTransform
{
    private const int RolloverLength = 4;

    private readonly AesCtrCipher _rtpCipher = new(keys.RtpKey);
    private readonly AesCtrCipher _rtcpCipher = new(keys.RtcpKey);
    private readonly HmacSha1 _rtpHmac = new(keys.RtpAuthenticationKey);
    private readonly HmacSha1 _rtcpHmac = new(keys.RtcpAuthenticationKey);
    private readonly byte[] _rtpSalt = [.. keys.RtpSalt];
    private readonly byte[] _rtcpSalt = [.. keys.RtcpSalt];
    private readonly int _rtpTagLength = keys.Suite.RtpTagLength();
    private readonly int _rtcpTagLength = keys.Suite.RtcpTagLength();

    public override bool TryUnprotectRtp(Span<byte> packet, int headerLength, ulong index)
    {
        // The rollover counter is authenticated behind the ciphertext, where the tag stands: swapped for one update.
        Span<byte> code = stackalloc byte[HmacSha1.Length];
        Span<byte> given = stackalloc byte[HmacSha1.Length];
        Span<byte> tag = packet[^_rtpTagLength..];
        tag.CopyTo(given);
        BinaryPrimitives.WriteUInt32BigEndian(tag, (uint)(index >> 16));
        _rtpHmac.Compute(packet[..(packet.Length - _rtpTagLength + RolloverLength)], code);
        given[.._rtpTagLength].CopyTo(tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, code[.._rtpTagLength]))
        {
            return false;
        }

        Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
        SrtpNonce.WriteCounterBlock(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index, block);
        Span<byte> body = packet[headerLength..^_rtpTagLength];
        _rtpCipher.Begin(block);
        _rtpCipher.Update(body, body);
        return true;
    }

    public override uint ReadRtcpIndexWord(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet[^(SrtpSendTransform.IndexLength + _rtcpTagLength)..]);

    public override bool TryUnprotectRtcp(Span<byte> packet, uint indexWord)
    {
        Span<byte> code = stackalloc byte[HmacSha1.Length];
        _rtcpHmac.Compute(packet[..^_rtcpTagLength], code);
        if (!CryptographicOperations.FixedTimeEquals(packet[^_rtcpTagLength..], code[.._rtcpTagLength]))
        {
            return false;
        }

        if ((indexWord & SrtpSendTransform.EncryptedFlag) != 0)
        {
            Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
            uint index = indexWord & ~SrtpSendTransform.EncryptedFlag;
            SrtpNonce.WriteCounterBlock(_rtcpSalt, SrtpHeader.SsrcOfRtcp(packet), index, block);
            Span<byte> body = packet[SrtpHeader.RtcpLength..^(SrtpSendTransform.IndexLength + _rtcpTagLength)];
            _rtcpCipher.Begin(block);
            _rtcpCipher.Update(body, body);
        }

        return true;
    }

    public override void Dispose()
    {
        _rtpCipher.Dispose();
        _rtcpCipher.Dispose();
        _rtpHmac.Dispose();
        _rtcpHmac.Dispose();
    }
}
