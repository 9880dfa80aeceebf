using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtp;

public class PayloadTypeSetTests
{
    [Fact]
    public void It_holds_what_was_added_and_nothing_else()
    {
        var set = default(PayloadTypeSet);
        Assert.Empty(set.ToArray());
        byte[] types = [0, 1, 63, 64, 96, 127];
        foreach (byte type in types.Reverse())
            set.Add(type);

        set.Add(96);

        Assert.Equal(types.Length, set.Count);
        Assert.Equal(types, set.ToArray());
        for (int type = 0; type < 128; type++)
            Assert.Equal(types.Contains((byte)type), set.Contains((byte)type));
    }
}
