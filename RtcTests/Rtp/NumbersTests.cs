using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtp;

public class SequenceNumbersTests
{
    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(5, 5, false)]
    [InlineData(0, 65535, true)]
    [InlineData(65535, 0, false)]
    [InlineData(32767, 0, true)]
    [InlineData(32768, 0, false)]
    [InlineData(0, 32768, false)]
    [InlineData(32769, 0, false)]
    [InlineData(0, 32769, true)]
    public void Sixteen_bits_wrap(int number, int reference, bool isNewer)
    {
        Assert.Equal(isNewer, SequenceNumbers.IsNewer((ushort)number, (ushort)reference));
    }

    [Theory]
    [InlineData(0u, uint.MaxValue, true)]
    [InlineData(0x7FFF_FFFFu, 0u, true)]
    [InlineData(0x8000_0000u, 0u, false)]
    [InlineData(0u, 0x8000_0000u, false)]
    [InlineData(9u, 9u, false)]
    public void Thirty_two_bits_wrap(uint number, uint reference, bool isNewer)
    {
        Assert.Equal(isNewer, SequenceNumbers.IsNewer(number, reference));
    }

    [Theory]
    [InlineData(0, 0x7FFF, true)]
    [InlineData(0x3FFF, 0, true)]
    [InlineData(0x4000, 0, false)]
    [InlineData(0, 0x4000, false)]
    [InlineData(0x7FFF, 0, false)]
    public void Fifteen_bits_wrap(int number, int reference, bool isNewer)
    {
        Assert.Equal(isNewer, SequenceNumbers.IsNewer15((ushort)number, (ushort)reference));
    }

    [Fact]
    public void Distances_have_a_sign()
    {
        Assert.Equal(1, SequenceNumbers.Distance((ushort)65535, (ushort)0));
        Assert.Equal(-1, SequenceNumbers.Distance((ushort)0, (ushort)65535));
        Assert.Equal(-32768, SequenceNumbers.Distance((ushort)0, (ushort)32768));
        Assert.Equal(2, SequenceNumbers.Distance(uint.MaxValue, 1u));
        Assert.Equal(-2, SequenceNumbers.Distance(1u, uint.MaxValue));
        Assert.Equal(1, SequenceNumbers.Distance15(0x7FFF, 0));
        Assert.Equal(-1, SequenceNumbers.Distance15(0, 0x7FFF));
        Assert.Equal(-16384, SequenceNumbers.Distance15(0, 0x4000));
        Assert.Equal(1, SequenceNumbers.Distance((byte)255, (byte)0));
        Assert.True(SequenceNumbers.IsNewer((byte)0, (byte)255));
        Assert.False(SequenceNumbers.IsNewer((byte)128, (byte)0));
    }

    [Theory]
    [InlineData(65534, 65535, 65534)]
    [InlineData(1, 65535, 65537)]
    [InlineData(65535, 65537, 65535)]
    [InlineData(65535, 0, 65535)]
    [InlineData(10, 1_000_000, 983_050)]
    public void Unwrapping_takes_the_nearest(int number, long reference, long expected)
    {
        Assert.Equal(expected, SequenceNumbers.Unwrap((ushort)number, reference));
    }

    [Fact]
    public void Unwrapping_timestamps_takes_the_nearest()
    {
        Assert.Equal(0x1_0000_0001, SequenceNumbers.Unwrap(1u, 0xFFFF_FFF0));
        Assert.Equal(0xFFFF_FFF0, SequenceNumbers.Unwrap(0xFFFF_FFF0, 0x1_0000_0001));
        Assert.Equal(0xFFFF_FFFF, SequenceNumbers.Unwrap(uint.MaxValue, 0));
    }
}

public class NtpTimeTests
{
    [Fact]
    public void Knows_the_epochs()
    {
        Assert.Equal(NtpTime.From(2_208_988_800, 0), NtpTime.FromUnixMicroseconds(0));
        Assert.Equal(NtpTime.From(2_208_988_801, 0x8000_0000), NtpTime.FromUnixMicroseconds(1_500_000));
        Assert.Equal(NtpTime.From(2_208_988_799, 0x8000_0000), NtpTime.FromUnixMicroseconds(-500_000));
        Assert.Equal(1_500_000, NtpTime.From(2_208_988_801, 0x8000_0000).ToUnixMicroseconds());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999_999)]
    [InlineData(1_763_716_536_123_457)]
    public void Keeps_microseconds(long unixUs)
    {
        Assert.Equal(unixUs, NtpTime.FromUnixMicroseconds(unixUs).ToUnixMicroseconds());
    }

    [Fact]
    public void Gives_the_middle_32_bits_as_in_RFC_3550_figure_2()
    {
        // The example of RFC 3550 section 6.4.1: the SR left at b44d:b705:2000:0000, the RR came at b710:8000.
        NtpTime sent = NtpTime.From(0xB44D_B705, 0x2000_0000);

        Assert.Equal(0xB705_2000u, sent.Compact);
        Assert.Equal(5_250_000, NtpTime.CompactToMicroseconds(0x0005_4000));
        Assert.Equal(6_125_000, NtpTime.CompactToMicroseconds(0xB710_8000 - 0x0005_4000 - 0xB705_2000));
        Assert.Equal(0x0005_4000u, NtpTime.MicrosecondsToCompact(5_250_000));
    }

    [Fact]
    public void Durations_that_do_not_fit_are_cut()
    {
        Assert.Equal(0u, NtpTime.MicrosecondsToCompact(-1));
        Assert.Equal(uint.MaxValue, NtpTime.MicrosecondsToCompact(long.MaxValue));
        Assert.Equal(65_534u << 16, NtpTime.MicrosecondsToCompact(65_534_000_000));
        Assert.False(NtpTime.TryMicrosecondsToQ32(long.MaxValue, out _));
        Assert.False(NtpTime.TryMicrosecondsToQ32(long.MinValue, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    [InlineData(-1_500_000)]
    [InlineData(2_000_000_000_000_000)]
    public void Signed_durations_survive(long durationUs)
    {
        Assert.True(NtpTime.TryMicrosecondsToQ32(durationUs, out long q32));
        Assert.Equal(durationUs, NtpTime.Q32ToMicroseconds(q32));
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(1_000_000, 1u << 18)]
    [InlineData(500_000, 1u << 17)]
    [InlineData(64_000_000, 0u)]
    [InlineData(63_999_999, 0u)]
    [InlineData(64_000_000 + 250_000, 1u << 16)]
    public void Absolute_send_time_wraps_every_64_seconds(long timeUs, uint expected)
    {
        Assert.Equal(expected, NtpTime.ToAbsSendTime(timeUs));
    }
}

public class RtpClockTests
{
    [Theory]
    [InlineData(90_000, 90_000, 1_000_000)]
    [InlineData(90_000, 1, 11)]
    [InlineData(90_000, -1, -11)]
    [InlineData(48_000, 960, 20_000)]
    [InlineData(0, 960, 0)]
    public void Ticks_become_microseconds(uint rate, long ticks, long expectedUs)
    {
        Assert.Equal(expectedUs, new RtpClock(rate).ToMicroseconds(ticks));
    }

    [Theory]
    [InlineData(90_000, 1_000_000, 90_000)]
    [InlineData(90_000, 11, 1)]
    [InlineData(90_000, -11, -1)]
    [InlineData(48_000, 20_000, 960)]
    [InlineData(90_000, 31_536_000_000_000_000, 2_838_240_000_000_000)]
    public void Microseconds_become_ticks(uint rate, long durationUs, long expectedTicks)
    {
        Assert.Equal(expectedTicks, new RtpClock(rate).ToTicks(durationUs));
    }
}
