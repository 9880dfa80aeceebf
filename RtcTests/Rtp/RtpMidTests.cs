using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtp;

public class RtpMidTests
{
    [Theory]
    [InlineData("", "0000000000000000")]
    [InlineData("7", "3700000000000000")]
    [InlineData("abcdefgh", "6162636465666768")]
    [InlineData("é", "C3A9000000000000")]
    public void Fills_the_room_of_a_header(string text, string expected)
    {
        var mid = new RtpMid(System.Text.Encoding.UTF8.GetBytes(text));
        byte[] room = Enumerable.Repeat((byte)0xFF, 10).ToArray();
        mid.Write(room);
        Assert.Equal(expected + "FFFF", Convert.ToHexString(room));
        Assert.Equal(text, mid.ToString());
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), mid.Length);
    }

    [Fact]
    public void Is_empty_where_it_does_not_fit()
    {
        var mid = new RtpMid("123456789"u8);
        Assert.Equal(0, mid.Length);
        Assert.Equal("", mid.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RtpMid("1"u8).Write(new byte[7]));
    }
}
