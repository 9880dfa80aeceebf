using Rtc.Seams;
using Xunit;

namespace RtcTests.Seams;

public class TransportAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", 80, "127.0.0.1:80")]
    [InlineData("0.0.0.0", 0, "0.0.0.0:0")]
    [InlineData("255.10.200.99", 1, "255.10.200.99:1")]
    [InlineData("::1", 65535, "[::1]:65535")]
    [InlineData("2001:DB8:0::1", 1, "[2001:db8::1]:1")]
    public void Parses_and_prints_the_normal_form(string ip, int port, string expected)
    {
        Assert.True(TransportAddress.TryParse(ip, (ushort)port, out TransportAddress address));
        Assert.Equal(expected, address.ToString());
        Span<byte> bytes = stackalloc byte[16];
        int length = address.WriteAddress(bytes);
        Assert.Equal(address, TransportAddress.Create(bytes[..length], (ushort)port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.4:80")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.")]
    [InlineData(".1.2.3")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.4.")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.0256")]
    [InlineData("01.2.3.4")]
    [InlineData("0x1.2.3.4")]
    [InlineData("4294967297.2.3.4")]
    [InlineData("1.2.3.+4")]
    [InlineData("1.2.3.\u0664")]
    public void Refuses_what_is_not_a_numeric_address(string text) =>
        Assert.False(TransportAddress.TryParse(text, 1, out _));

    [Fact]
    public void Differs_by_port_family_and_address()
    {
        TransportAddress.TryParse("1.2.3.4", 5, out TransportAddress a);
        TransportAddress.TryParse("1.2.3.5", 5, out TransportAddress b);
        TransportAddress.TryParse("::102:304", 5, out TransportAddress c);
        Assert.NotEqual(a, a.WithPort(6));
        Assert.NotEqual(a, b);
        Assert.NotEqual(a, c);
        Assert.Throws<ArgumentException>(() => TransportAddress.Create([1, 2, 3], 4));
    }
}
