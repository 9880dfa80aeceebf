using System.Security.Cryptography;
using Rtc.Crypto;
using Xunit;

namespace RtcTests.Crypto;

public sealed class AesGcmTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Agrees_with_the_platform_however_the_message_is_cut(int keyLength)
    {
        var random = new Random(keyLength);
        byte[] key = Bytes(random, keyLength);
        using var encryptor = new AesGcmEncryptor(key);
        using var oracle = new AesGcm(key, AesGcmEncryptor.TagLength);
        for (int length = 0; length < 200; length++)
        {
            byte[] nonce = Bytes(random, AesGcmEncryptor.NonceLength);
            byte[] aad = Bytes(random, 1 + random.Next(40));
            byte[] plaintext = Bytes(random, length);
            byte[] expected = new byte[length];
            byte[] expectedTag = new byte[AesGcmEncryptor.TagLength];
            oracle.Encrypt(nonce, plaintext, expected, expectedTag, aad);

            byte[] actual = new byte[length];
            byte[] actualTag = new byte[AesGcmEncryptor.TagLength];
            int cut = random.Next(length + 1);
            int aadCut = random.Next(aad.Length);
            encryptor.Begin(nonce);
            encryptor.AddAuthenticatedData(aad.AsSpan(0, aadCut));
            encryptor.AddAuthenticatedData(aad.AsSpan(aadCut));
            encryptor.Update(plaintext.AsSpan(0, cut), actual);
            encryptor.Update(plaintext.AsSpan(cut), actual.AsSpan(cut));
            encryptor.Finish(actualTag);

            Assert.Equal(expected, actual);
            Assert.Equal(expectedTag, actualTag);
        }
    }

    [Fact]
    public void Decrypts_in_place_and_goes_on_after_a_forgery()
    {
        byte[] key = Bytes(new Random(1), 16);
        byte[] nonce = new byte[AesGcmEncryptor.NonceLength];
        byte[] message = "some words to keep"u8.ToArray();
        byte[] tag = new byte[AesGcmEncryptor.TagLength];
        using var encryptor = new AesGcmEncryptor(key);
        using var decryptor = new AesGcmDecryptor(key);
        byte[] sealedMessage = new byte[message.Length];
        encryptor.Begin(nonce);
        encryptor.Update(message, sealedMessage);
        encryptor.Finish(tag);

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
        Assert.Throws<ArgumentException>(() => new AesGcmEncryptor(new byte[length]));
        Assert.Throws<ArgumentException>(() => new AesGcmDecryptor(new byte[length]));
        Assert.Throws<ArgumentException>(() => new AesCtrCipher(new byte[length]));
    }

    [Fact]
    public void Cannot_be_used_after_dispose()
    {
        var encryptor = new AesGcmEncryptor(new byte[16]);
        encryptor.Dispose();
        encryptor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encryptor.Begin(new byte[AesGcmEncryptor.NonceLength]));
    }

    private static bool TryOpen(AesGcmDecryptor decryptor, byte[] nonce, byte[] message, byte[] tag)
    {
        decryptor.Begin(nonce);
        decryptor.Update(message, message);
        return decryptor.TryFinish(tag);
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
