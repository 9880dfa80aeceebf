using Rtc.Crypto;
using Xunit;

namespace RtcTests.Crypto;

public sealed class AesGcmDecryptorTests
{
    [Fact]
    public void Decrypts_in_place_and_goes_on_after_a_forgery()
    {
        byte[] key = [.. "sixteen bytes..."u8];
        AesGcmNonce nonce = new(new byte[AesGcmNonce.Length]);
        byte[] message = "some words to keep"u8.ToArray();
        using var encryptor = AesGcmEncryptor.Create(key);
        using var decryptor = new AesGcmDecryptor(key);
        byte[] room = new byte[message.Length + AesGcmEncryptor.TagLength];
        encryptor.Encrypt(nonce, default, message, room);
        byte[] sealedMessage = room[..message.Length];
        byte[] tag = room[message.Length..];

        byte[] forged = [.. sealedMessage];
        forged[3] ^= 1;
        Assert.False(TryOpen(decryptor, nonce, forged, tag));
        Assert.True(TryOpen(decryptor, nonce, sealedMessage, tag));
        Assert.Equal(message, sealedMessage);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(24)]
    public void Refuses_keys_of_other_lengths(int length)
    {
        Assert.Throws<ArgumentException>(() => new AesGcmDecryptor(new byte[length]));
        Assert.Throws<ArgumentException>(() => new AesCtrCipher(new byte[length]));
    }

    private static bool TryOpen(AesGcmDecryptor decryptor, AesGcmNonce nonce, byte[] message, byte[] tag)
    {
        decryptor.Begin(nonce);
        decryptor.Update(message, message);
        return decryptor.TryFinish(tag);
    }
}
