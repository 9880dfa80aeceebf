using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class SequenceValidatorTests
{
    [Fact]
    public void Numbers_are_extended_over_the_wrap()
    {
        SequenceValidator sequence = default;
        sequence.Update(65_534);
        sequence.Update(65_535);
        Assert.Equal(SequenceVerdict.InOrder, sequence.Update(0));
        Assert.Equal(SequenceVerdict.InOrder, sequence.Update(1));
        Assert.Equal(0x10001u, sequence.ExtendedMax);
        Assert.Equal(4u, sequence.Expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    public void The_first_number_is_the_first_expected(ushort first)
    {
        SequenceValidator sequence = default;
        Assert.Equal(0u, sequence.Expected);
        Assert.Equal(SequenceVerdict.InOrder, sequence.Update(first));
        Assert.Equal(1u, sequence.Expected);
        Assert.Equal(first, sequence.ExtendedMax);
    }

    [Theory]
    [InlineData(1000, 1001, SequenceVerdict.InOrder)]
    [InlineData(1000, 3999, SequenceVerdict.InOrder)]
    [InlineData(1000, 4000, SequenceVerdict.Rejected)]
    [InlineData(1000, 1000, SequenceVerdict.OutOfOrder)]
    [InlineData(1000, 999, SequenceVerdict.OutOfOrder)]
    [InlineData(2000, 501, SequenceVerdict.OutOfOrder)]
    [InlineData(2000, 500, SequenceVerdict.Rejected)]
    [InlineData(100, 65_535, SequenceVerdict.OutOfOrder)]
    public void Jumps_are_judged_by_their_size(ushort first, ushort second, SequenceVerdict expected)
    {
        SequenceValidator sequence = default;
        sequence.Update(first);
        Assert.Equal(expected, sequence.Update(second));
    }

    [Fact]
    public void Two_in_a_row_after_a_jump_are_a_restart()
    {
        SequenceValidator sequence = default;
        for (ushort i = 0; i < 10; i++)
            sequence.Update(i);

        Assert.Equal(SequenceVerdict.Rejected, sequence.Update(30_000));
        Assert.Equal(SequenceVerdict.Rejected, sequence.Update(40_000));
        Assert.Equal(SequenceVerdict.Restart, sequence.Update(40_001));
        Assert.Equal(SequenceVerdict.InOrder, sequence.Update(40_002));

        // Ten before the jump and two from the restart on.
        Assert.Equal(12u, sequence.Expected);
    }

    [Fact]
    public void A_lost_packet_is_expected_and_a_late_one_is_not_expected_twice()
    {
        SequenceValidator sequence = default;
        foreach (ushort number in (ushort[])[10, 11, 13, 14, 12])
            sequence.Update(number);

        Assert.Equal(5u, sequence.Expected);
    }
}
