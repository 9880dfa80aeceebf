using Rtc.Routing;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Routing;

public class SubchannelHeaderTests
{
    private static readonly SubchannelSet All = new(isPipe: true);

    [Fact]
    public void A_message_that_names_nothing_has_no_header()
    {
        Assert.Equal(0, SubchannelHeader.Write(new DataMessage(51, [1]), All, new byte[64]));
    }

    [Fact]
    public void Its_bytes_are_those_of_other_workers()
    {
        var message = new DataMessage(51, [1])
        {
            Subchannels = (ushort[])[1, 0x1234],
            RequiredSubchannel = 7,
            IgnoredSubchannel = 8,
        };
        byte[] buffer = new byte[SubchannelHeader.LengthFor(2)];
        int length = SubchannelHeader.Write(message, All, buffer);
        Assert.Equal("A5F09CB3D6E1F28F00020001123400070008", Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Only_subchannels_that_the_pipe_is_in_are_named()
    {
        var filter = new SubchannelSet(isPipe: true);
        filter.Set([2]);
        var message = new DataMessage(51, [1]) { Subchannels = (ushort[])[1, 2, 3] };
        byte[] buffer = new byte[SubchannelHeader.LengthFor(3)];
        int length = SubchannelHeader.Write(message, filter, buffer);
        Assert.Equal("A5F09CB3D6E1F28C00010002", Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(7, null)]
    [InlineData(null, 8)]
    [InlineData(7, 8)]
    public void What_is_written_is_read_and_what_is_cut_off_is_payload(int? required, int? ignored)
    {
        var message = new DataMessage(51, [1])
        {
            Subchannels = (ushort[])[5, 6],
            RequiredSubchannel = (ushort?)required,
            IgnoredSubchannel = (ushort?)ignored,
        };
        byte[] buffer = new byte[SubchannelHeader.LengthFor(2)];
        int length = SubchannelHeader.Write(message, All, buffer);
        ushort[]? scratch = null;
        for (int cut = 0; cut < length; cut++)
            Assert.False(SubchannelHeader.TryParse(53, buffer.AsSpan(0, cut), ref scratch, out _));

        byte[] whole = [.. buffer[..length], 42];
        Assert.True(SubchannelHeader.TryParse(53, whole, ref scratch, out DataMessage read));
        Assert.Equal(53u, read.Ppid);
        Assert.Equal([42], read.Payload.ToArray());
        Assert.Equal([5, 6], read.Subchannels.ToArray());
        Assert.Equal((ushort?)required, read.RequiredSubchannel);
        Assert.Equal((ushort?)ignored, read.IgnoredSubchannel);
    }

    [Fact]
    public void Other_bytes_are_payload()
    {
        ushort[]? scratch = null;
        Assert.False(SubchannelHeader.TryParse(51, new byte[64], ref scratch, out _));
    }

    [Fact]
    public void Hostile_headers_break_nothing()
    {
        byte[][] headers =
        [
            Convert.FromHexString("A5F09CB3D6E1F28F000200011234000700082A2A"),
            Convert.FromHexString("A5F09CB3D6E1F28C00010002"),
            Convert.FromHexString("A5F09CB3D6E1F28E0000000D01"),
            Convert.FromHexString("A5F09CB3D6E1F28C0000"),
        ];
        Mutation.Sweep(SubchannelHeaderFuzz.Fuzz, headers);
        Mutation.Loop(SubchannelHeaderFuzz.Fuzz, seed: 3, rounds: 20_000, headers);
    }
}
