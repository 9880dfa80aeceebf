using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class CoreInputTests
{
    [Fact]
    public void Random_bytes_fill_all_of_what_is_asked_for()
    {
        using EventLoop loop = new();
        byte[] first = new byte[600], second = new byte[600];
        loop.Input.Fill(first);
        loop.Input.Fill(second);
        Assert.NotEqual(first, second);
        Assert.True(first.AsSpan(500).ContainsAnyExcept((byte)0), "the end stays empty");
    }
}
