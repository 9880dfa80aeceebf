using System.Security.Cryptography;
using Rtc.Crypto;
using Xunit;

namespace RtcTests.Crypto;

public sealed class AesGcmTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Agrees_with_the_platform_in_place_and_elsewhere(int keyLength)
    {
        var random = new Random(keyLength);
        byte[] key = Bytes(random, keyLength);
        using var encryptor = new AesGcmEncryptor(key);
        using var oracle = new AesGcm(key, AesGcmEncryptor.TagLength);
        for (int length = 0; length < 200; length++)
        {
            byte[] nonce = Bytes(random, AesGcmNonce.Length);
            byte[] aad = Bytes(random, random.Next(40));
            byte[] plaintext = Bytes(random, length);
            byte[] expected = new byte[length];
            byte[] expectedTag = new byte[AesGcmEncryptor.TagLength];
            oracle.Encrypt(nonce, plaintext, expected, expectedTag, aad);

            byte[] actual = new byte[length + AesGcmEncryptor.TagLength];
            encryptor.Encrypt(new AesGcmNonce(nonce), aad, plaintext, actual);
            Assert.Equal([.. expected, .. expectedTag], actual);

            plaintext.CopyTo(actual, 0);
            encryptor.Encrypt(new AesGcmNonce(nonce), aad, actual.AsSpan(0, length), actual);
            Assert.Equal([.. expected, .. expectedTag], actual);
        }
    }

    [Fact]
    public void Decrypts_in_place_and_goes_on_after_a_forgery()
    {
        byte[] key = Bytes(new Random(1), 16);
        AesGcmNonce nonce = new(new byte[AesGcmNonce.Length]);
        byte[] message = "some words to keep"u8.ToArray();
        using var encryptor = new AesGcmEncryptor(key);
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
        Assert.Throws<ObjectDisposedException>(
            () => encryptor.Encrypt(default, default, default, new byte[AesGcmEncryptor.TagLength]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void Refuses_room_of_another_length(int plaintextLength)
    {
        using var encryptor = new AesGcmEncryptor(new byte[16]);
        byte[] room = new byte[4 + AesGcmEncryptor.TagLength];
        Assert.Throws<ArgumentException>(
            () => encryptor.Encrypt(default, default, new byte[plaintextLength], room));
        Assert.Equal(new byte[room.Length], room);
    }

    [Fact]
    public void Nonce_is_combined_as_a_number_of_96_bits()
    {
        byte[] key = new byte[16];
        using var encryptor = new AesGcmEncryptor(key);
        byte[] one = new byte[AesGcmEncryptor.TagLength];
        byte[] other = new byte[AesGcmEncryptor.TagLength];
        encryptor.Encrypt(new AesGcmNonce([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]), default, default, one);
        encryptor.Encrypt(default(AesGcmNonce).Xor(0x0102030405060708, 0x090a0b0c), default, default, other);
        Assert.Equal(one, other);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AesGcmNonce(new byte[11]));
    }

    private static bool TryOpen(AesGcmDecryptor decryptor, AesGcmNonce nonce, byte[] message, byte[] tag)
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
