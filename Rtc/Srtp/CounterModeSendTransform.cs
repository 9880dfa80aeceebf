using System.Buffers.Binary;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>Sending with AES-CM and HMAC-SHA1 (RFC 3711): encrypt, then authenticate the ciphertext.</summary>
internal sealed class CounterModeSendTransform(SrtpKeyingMaterial keys) : SrtpSendTransform
{
    private const int RolloverLength = 4;

    private readonly AesCtrCipher _rtpCipher =
        SrtpKeyDerivation.DeriveCounterMode(keys, SrtpKeyDerivation.RtpEncryptionLabel);

    private readonly AesCtrCipher _rtcpCipher =
        SrtpKeyDerivation.DeriveCounterMode(keys, SrtpKeyDerivation.RtcpEncryptionLabel);

    private readonly HmacSha1 _rtpHmac =
        SrtpKeyDerivation.DeriveAuthentication(keys, SrtpKeyDerivation.RtpAuthenticationLabel);

    private readonly HmacSha1 _rtcpHmac =
        SrtpKeyDerivation.DeriveAuthentication(keys, SrtpKeyDerivation.RtcpAuthenticationLabel);

    private readonly byte[] _rtpSalt = SrtpKeyDerivation.DeriveSalt(keys, SrtpKeyDerivation.RtpSaltLabel);
    private readonly byte[] _rtcpSalt = SrtpKeyDerivation.DeriveSalt(keys, SrtpKeyDerivation.RtcpSaltLabel);
    private readonly int _rtpTagLength = keys.Suite.RtpTagLength();

    public override void ProtectRtp(
        Span<byte> packet, int headerLength, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, ulong index)
    {
        Span<byte> block = stackalloc byte[AesCtrCipher.BlockLength];
        SrtpKeyDerivation.WriteCounterBlock(_rtpSalt, SrtpHeader.SsrcOfRtp(packet), index, block);
        _rtpCipher.Begin(block);
        _rtpCipher.Update(prefix, packet[headerLength..]);
        _rtpCipher.Update(payload, packet[(headerLength + prefix.Length)..]);

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
        SrtpKeyDerivation.WriteCounterBlock(_rtcpSalt, SrtpHeader.SsrcOfRtcp(compound), index, block);
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
