using Rtc.Rtp;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Rtp;

public class RtpPacketViewTests
{
    [Fact]
    public void Reads_the_fixed_header()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.Bare, out RtpPacketView view));

        Assert.True(view.Marker);
        Assert.Equal(111, view.PayloadType);
        Assert.Equal(0x1234, view.SequenceNumber);
        Assert.Equal(0x01020304u, view.Timestamp);
        Assert.Equal(0xDEADBEEFu, view.Ssrc);
        Assert.Equal(12, view.HeaderLength);
        Assert.Equal(0, view.PayloadLength);
        Assert.True(view.Csrcs.IsEmpty);
        Assert.False(view.TryGetExtension(1, out _));
        Assert.False(view.GetExtensions().MoveNext());
    }

    [Fact]
    public void Reads_contributing_sources_and_the_one_byte_form()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.OneByte, out RtpPacketView view));

        Assert.Equal("AAAAAAAABBBBBBBB", Convert.ToHexString(view.Csrcs));
        Assert.Equal("010203", Convert.ToHexString(view.Payload));
        Assert.Equal(["1:616263", "3:85", "4:1122", "5:ABCDEF"], List(view));
        Assert.True(view.TryGetMid(1, out ReadOnlySpan<byte> mid));
        Assert.Equal("abc"u8, mid);
        Assert.True(view.TryGetAudioLevel(3, out byte level, out bool isVoice));
        Assert.Equal(5, level);
        Assert.True(isVoice);
        Assert.True(view.TryGetTransportCc(4, out ushort number));
        Assert.Equal(0x1122, number);
        Assert.True(view.TryGetAbsSendTime(5, out uint time));
        Assert.Equal(0xABCDEFu, time);
        Assert.False(view.TryGetExtension(0, out _));
        Assert.False(view.TryGetExtension(2, out _));
    }

    [Fact]
    public void Reads_the_two_byte_form_and_padding()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.TwoByte, out RtpPacketView view));

        Assert.Equal(["1:", "200:6869206A6B", "2:7F"], List(view));
        Assert.Equal(3, view.PayloadLength);
        Assert.Equal(4, view.PaddingLength);
        Assert.Equal("C0FFEE", Convert.ToHexString(view.Payload));
        Assert.True(view.TryGetExtension(200, out ReadOnlySpan<byte> data));
        Assert.Equal("hi jk"u8, data);
        Assert.True(view.TryGetExtension(1, out ReadOnlySpan<byte> empty));
        Assert.True(empty.IsEmpty);
        Assert.False(view.TryGetMid(1, out _));
    }

    [Fact]
    public void Steps_over_an_extension_of_another_profile()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.OtherProfile, out RtpPacketView view));

        Assert.Equal(20, view.HeaderLength);
        Assert.Empty(List(view));
        Assert.False(view.TryGetExtension(1, out _));
    }

    [Fact]
    public void Reads_what_a_browser_sends()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.Browser, out RtpPacketView view));

        Assert.True(view.TryGetMid(1, out ReadOnlySpan<byte> mid));
        Assert.Equal("0"u8, mid);
        Assert.True(view.TryGetVideoOrientation(4, out VideoOrientation orientation));
        Assert.Equal(new VideoOrientation(false, false, 90), orientation);
        Assert.True(view.TryGetPlayoutDelay(5, out ushort min, out ushort max));
        Assert.Equal((0, 20), (min, max));
        Assert.True(view.TryGetTimeOffset(6, out int offset));
        Assert.Equal(-10, offset);
        Assert.True(view.TryGetAbsCaptureTime(7, out ulong capture, out long clockOffset));
        Assert.Equal((0xE7C1A3B411112222, 0L), (capture, clockOffset));
        Assert.True(view.TryGetPacketId(9, out uint packetId));
        Assert.Equal(42u, packetId);
        Assert.True(view.TryGetRid(13, 14, out ReadOnlySpan<byte> rid));
        Assert.Equal("lo"u8, rid);
        Assert.True(view.TryGetRid(12, 14, out rid));
        Assert.Equal("p1p2p3p4"u8, rid);
    }

    [Fact]
    public void Reads_the_long_form_of_the_capture_time_with_its_sign()
    {
        byte[] packet = RtpSamples.Hex("90 60 0001 00000010 00000001 BEDE 0005 7F 0000000100000002 FFFFFFFF00000000 000000");
        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view));

        Assert.True(view.TryGetAbsCaptureTime(7, out ulong capture, out long clockOffset));
        Assert.Equal(0x1_0000_0002ul, capture);
        Assert.Equal(-1L << 32, clockOffset);
    }

    [Theory]
    [InlineData(0x00, false, false, 0)]
    [InlineData(0x09, true, false, 90)]
    [InlineData(0x06, false, true, 180)]
    [InlineData(0xFF, true, true, 270)]
    public void Reads_the_video_orientation(byte value, bool isBack, bool isFlipped, int rotation)
    {
        Assert.Equal(
            new VideoOrientation(isBack, isFlipped, (ushort)rotation), VideoOrientation.FromByte(value));
    }

    [Fact]
    public void An_element_of_a_length_that_its_meaning_has_not_counts_as_absent()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.OneByte, out RtpPacketView view));

        Assert.False(view.TryGetAbsSendTime(4, out _));
        Assert.False(view.TryGetTransportCc(1, out _));
        Assert.False(view.TryGetAudioLevel(4, out _, out _));
        Assert.False(view.TryGetVideoOrientation(4, out _));
        Assert.False(view.TryGetTimeOffset(4, out _));
        Assert.False(view.TryGetAbsCaptureTime(4, out _, out _));
        Assert.False(view.TryGetPlayoutDelay(4, out _, out _));
        Assert.False(view.TryGetPacketId(4, out _));
    }

    [Fact]
    public void Of_two_elements_with_one_id_the_last_counts()
    {
        byte[] oneByte = RtpSamples.Hex("90 60 0001 00000010 00000001 BEDE 0001 10 61 10 62");
        byte[] twoByte = RtpSamples.Hex("90 60 0001 00000010 00000001 1000 0002 C8 01 61 C8 01 62 0000");

        Assert.True(RtpPacketView.TryParse(oneByte, out RtpPacketView one));
        Assert.True(RtpPacketView.TryParse(twoByte, out RtpPacketView two));

        Assert.True(one.TryGetExtension(1, out ReadOnlySpan<byte> data));
        Assert.Equal("b"u8, data);
        Assert.True(two.TryGetExtension(200, out data));
        Assert.Equal("b"u8, data);
    }

    [Fact]
    public void Id_15_of_the_one_byte_form_ends_the_elements()
    {
        byte[] packet = RtpSamples.Hex("90 60 0001 00000010 00000001 BEDE 0001 10 61 F0 FF");

        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view));

        Assert.Equal(["1:61"], List(view));
    }

    [Fact]
    public void A_long_run_of_padding_elements_is_skipped()
    {
        byte[] packet = [.. RtpSamples.Hex("90 60 0001 00000010 00000001 BEDE 3F00"), .. new byte[0x3F00 * 4]];
        packet.AsSpan(16).Fill(0x07);

        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view));

        Assert.Empty(List(view));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80 EF 1234 01020304 DEADBE")]
    [InlineData("40 EF 1234 01020304 DEADBEEF")]
    [InlineData("C0 EF 1234 01020304 DEADBEEF")]
    [InlineData("81 EF 1234 01020304 DEADBEEF 000000")]
    [InlineData("90 EF 1234 01020304 DEADBEEF BEDE00")]
    [InlineData("90 EF 1234 01020304 DEADBEEF BEDE0001 000000")]
    [InlineData("90 EF 1234 01020304 DEADBEEF BEDE0001 13616263")]
    [InlineData("90 EF 1234 01020304 DEADBEEF 10000001 01036162")]
    [InlineData("A0 EF 1234 01020304 DEADBEEF 00")]
    [InlineData("A0 EF 1234 01020304 DEADBEEF 02")]
    [InlineData("A0 EF 1234 01020304 DEADBEEF")]
    public void Rejects_lengths_that_do_not_fit(string packet)
    {
        Assert.False(RtpPacketView.TryParse(RtpSamples.Hex(packet), out _));
    }

    [Fact]
    public void A_packet_of_padding_alone_has_no_payload()
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.Hex("A0 EF 1234 01020304 DEADBEEF 000003"), out RtpPacketView view));

        Assert.Equal((0, 3), (view.PayloadLength, view.PaddingLength));
    }

    [Fact]
    public void Unwraps_a_retransmission()
    {
        byte[] rtx = RtpSamples.Hex("B0 61 0009 00000010 00000002 BEDE 0001 10 61 0000 FFFE C0FFEE 0002");

        Assert.True(RtpPacketView.TryParse(rtx, out RtpPacketView view));
        Assert.True(view.TryUnwrapRtx(96, 0x11111111, out RtpPacketView media));

        Assert.Equal(0xFFFE, media.SequenceNumber);
        Assert.Equal(96, media.PayloadType);
        Assert.Equal(0x11111111u, media.Ssrc);
        Assert.Equal(0x10u, media.Timestamp);
        Assert.Equal("C0FFEE", Convert.ToHexString(media.Payload));
        Assert.Equal(0, media.PaddingLength);
        Assert.Equal(view.Length - 4, media.Length);
        Assert.True(media.TryGetMid(1, out ReadOnlySpan<byte> mid));
        Assert.Equal("a"u8, mid);
    }

    [Theory]
    [InlineData("80 61 0009 00000010 00000002")]
    [InlineData("80 61 0009 00000010 00000002 FF")]
    public void A_retransmission_too_short_for_a_sequence_number_is_none(string packet)
    {
        Assert.True(RtpPacketView.TryParse(RtpSamples.Hex(packet), out RtpPacketView view));

        Assert.False(view.TryUnwrapRtx(96, 1, out _));
    }

    [Fact]
    public void Malformed_packets_never_break_it()
    {
        byte[][] seeds = [RtpSamples.Bare, RtpSamples.OneByte, RtpSamples.TwoByte, RtpSamples.OtherProfile, RtpSamples.Browser];

        Mutation.Sweep(RtpFuzz.Fuzz, seeds);
        Mutation.Loop(RtpFuzz.Fuzz, seed: 1, rounds: 5_000, seeds);

        Assert.All(seeds, seed => Assert.True(RtpPacketView.TryParse(seed, out _)));
    }

    [Fact]
    public void Parsing_and_reading_allocates_nothing()
    {
        byte[] packet = RtpSamples.Browser;
        int found = 0;

        long bytes = Allocation.Measure(() =>
        {
            RtpPacketView.TryParse(packet, out RtpPacketView view);
            found += view.TryGetMid(1, out _) && view.TryGetTransportCc(3, out _) ? 1 : 0;
        });

        Assert.Equal(0, bytes);
        Assert.Equal(Allocation.TotalRuns, found);
    }

    private static List<string> List(in RtpPacketView view)
    {
        var elements = new List<string>();
        RtpExtensionEnumerator enumerator = view.GetExtensions();
        while (enumerator.MoveNext())
            elements.Add($"{enumerator.CurrentId}:{Convert.ToHexString(enumerator.Current)}");

        return elements;
    }
}
