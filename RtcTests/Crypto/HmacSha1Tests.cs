using System.Security.Cryptography;
using Rtc.Crypto;
using Xunit;

namespace RtcTests.Crypto;

public sealed class HmacSha1Tests
{
    [Theory]
    [InlineData(
        "0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B", "4869205468657265", "B617318655057264E28BC0B6FB378C8EF146BE00")]
    [InlineData(
        "4A656665",
        "7768617420646F2079612077616E7420666F72206E6F7468696E673F",
        "EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79")]
    public void Matches_Rfc2202(string key, string message, string expected)
    {
        using var hmac = new HmacSha1(Convert.FromHexString(key));
        byte[] code = new byte[HmacSha1.Length];
        hmac.Compute(Convert.FromHexString(message), code);
        Assert.Equal(expected, Convert.ToHexString(code));
    }

    [Fact]
    public void Agrees_with_the_platform_for_many_messages_under_one_key()
    {
        var random = new Random(7);
        foreach (int keyLength in (int[])[0, 1, 20, 32, 64, 65, 200])
        {
            byte[] key = new byte[keyLength];
            random.NextBytes(key);
            using var hmac = new HmacSha1(key);
            for (int length = 0; length < 300; length += 7)
            {
                byte[] message = new byte[length];
                random.NextBytes(message);
                int cut = random.Next(length + 1);
                byte[] code = new byte[HmacSha1.Length];
                hmac.Compute(message.AsSpan(0, cut), message.AsSpan(cut), code);
                Assert.Equal(HMACSHA1.HashData(key, message), code);
            }
        }
    }

    [Fact]
    public void Crc32_matches_its_check_value_at_every_alignment()
    {
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32.Compute([]));
        byte[] data = new byte[64];
        new Random(3).NextBytes(data);
        for (int length = 0; length <= data.Length; length++)
        {
            Assert.Equal(BitByBit(data.AsSpan(0, length)), Crc32.Compute(data.AsSpan(0, length)));
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
