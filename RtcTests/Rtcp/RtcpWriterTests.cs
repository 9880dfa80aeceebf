using Rtc.Rtcp;
using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtcp;

public class RtcpWriterTests
{
    private static readonly NtpTime Ntp = new(0xE7C1A3B4_80000000);

    private static readonly ReportBlock Block = new()
    {
        Ssrc = 0x22222222,
        FractionLost = 64,
        TotalLost = -2,
        HighestSequenceNumber = 0x0001FFFF,
        Jitter = 7,
        LastSenderReport = 0xB7052000,
        DelaySinceLastSenderReport = 0x00054000,
    };

    private readonly byte[] _room = new byte[2000];

    public RtcpWriterTests() => _room.AsSpan().Fill(0xAA);

    [Fact]
    public void Writes_a_sender_report() => Writes(
        RtcpSamples.SenderReport,
        RtcpWriter.WriteSenderReport(_room, new SenderReport(0x11111111, Ntp, 90_000, 100, 65_000), [Block]));

    [Fact]
    public void Writes_a_receiver_report() => Writes(
        "81 C9 0007 00000005 22222222 40 FFFFFE 0001FFFF 00000007 B7052000 00054000",
        RtcpWriter.WriteReceiverReport(_room, 5, [Block]));

    [Theory]
    [InlineData("", "81 CA 0002 11111111 01 00 0000")]
    [InlineData("a", "81 CA 0002 11111111 01 01 61 00")]
    [InlineData("ab", "81 CA 0003 11111111 01 02 6162 00000000")]
    [InlineData("abc", "81 CA 0003 11111111 01 03 616263 000000")]
    [InlineData("abcde", "81 CA 0003 11111111 01 05 6162636465 00")]
    public void Writes_a_source_description(string cname, string expected)
    {
        int length = RtcpWriter.WriteSourceDescription(_room, 0x11111111, System.Text.Encoding.UTF8.GetBytes(cname));

        Writes(expected, length);
    }

    [Fact]
    public void Writes_extended_reports()
    {
        Writes(
            "80 CF 0004 11111111 04 00 0002 E7C1A3B4 80000000",
            RtcpWriter.WriteReceiverReferenceTime(_room, 0x11111111, Ntp));
        Writes(
            "80 CF 0005 11111111 05 00 0003 22222222 B7052000 00010000",
            RtcpWriter.WriteDelays(_room, 0x11111111, [new(0x22222222, 0xB7052000, 0x10000)]));
    }

    [Fact]
    public void Writes_feedback()
    {
        Writes(RtcpSamples.Pli, RtcpWriter.WritePli(_room, 0x11111111, 0x22222222));
        Writes(
            "84 CE 0004 11111111 00000000 22222222 07000000",
            RtcpWriter.WriteFir(_room, 0x11111111, 0, new FirItem(0x22222222, 7)));
        Writes(
            RtcpSamples.Nack,
            RtcpWriter.WriteNack(_room, 0x11111111, 0x22222222, [new(0xFFFE, 3), new(0x0010, 0)]));
        Writes(
            RtcpSamples.Remb,
            RtcpWriter.WriteRemb(_room, 0x11111111, 1_048_575, [0x22222222, 0x33333333]));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(262_143ul)]
    [InlineData(262_144ul)]
    [InlineData(1_500_000ul)]
    [InlineData(ulong.MaxValue)]
    public void Bitrates_keep_their_first_18_bits(ulong bitrateBps)
    {
        int length = RtcpWriter.WriteRemb(_room, 1, bitrateBps, [2]);
        var reader = new RtcpReader(_room.AsSpan(0, length));
        Assert.True(reader.MoveNext());

        ulong read = reader.Current.AsRemb().BitrateBps;

        Assert.True(read <= bitrateBps);
        Assert.True(bitrateBps - read <= bitrateBps >> 17, $"{bitrateBps} became {read}");
    }

    [Theory]
    [InlineData(int.MaxValue, 0x7FFFFF)]
    [InlineData(int.MinValue, -0x800000)]
    [InlineData(-1, -1)]
    public void Loss_that_does_not_fit_is_cut(int lost, int expected)
    {
        (Block with { TotalLost = lost }).Write(_room);

        Assert.Equal(expected, ReportBlock.Read(_room).TotalLost);
        Assert.Equal(64, ReportBlock.Read(_room).FractionLost);
    }

    [Fact]
    public void Packs_lost_packets_into_few_items()
    {
        ushort[] lost = [65533, 65534, 0, 13, 14, 30, 1000];
        var items = new NackItem[lost.Length];

        int count = NackItem.Pack(lost, items);

        Assert.Equal(
            [new NackItem(65533, 0b1000_0000_0000_0101), new NackItem(14, 0b1000_0000_0000_0000), new NackItem(1000, 0)],
            items[..count]);
        Assert.Equal(lost.Length, items[..count].Sum(item => item.PacketCount));
        Assert.Equal(0, NackItem.Pack([], items));
    }

    [Fact]
    public void Packing_never_runs_out_of_items_or_order()
    {
        ushort[] lost = [5, 5, 4, 3, 40000];
        var items = new NackItem[lost.Length];

        Assert.Equal(5, NackItem.Pack(lost, items));
    }

    private void Writes(string expected, int length)
    {
        Assert.Equal(Convert.ToHexString(RtcpSamples.Bytes(expected)), Convert.ToHexString(_room.AsSpan(0, length)));
        Assert.Equal(0xAA, _room[length]);
        _room.AsSpan().Fill(0xAA);
    }
}
