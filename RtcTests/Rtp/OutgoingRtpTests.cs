using Rtc.Buffers;
using Rtc.Rtp;
using Xunit;

namespace RtcTests.Rtp;

public class OutgoingRtpTests
{
    private readonly RtpPacketPool _pool = new(new PacketPool());
    private readonly byte[] _scratch = new byte[RtpExtensionList.ScratchLength];

    [Theory]
    [InlineData("7", "10 37 00000000000000")]
    [InlineData("abcdefgh", "17 6162636465666768")]
    [InlineData("", "00 0000000000000000")]
    [InlineData("longer-than-8", "00 0000000000000000")]
    public void Writes_what_differs_and_fills_what_was_left_open(string mid, string midElement)
    {
        RtpPacket packet = Write(RtpSamples.OneByte);
        var outgoing = new OutgoingRtp(packet)
        {
            Ssrc = 0xCAFE,
            SequenceNumber = 0x0102,
            Timestamp = 0x03040506,
            Marker = true,
            PayloadType = 97,
            Mid = new RtpMid(System.Text.Encoding.UTF8.GetBytes(mid)),
        };
        byte[] sent = new byte[outgoing.Length];

        int headerLength = outgoing.WriteHeader(sent, absSendTime: 0x123456, transportCc: 0x789A);
        int payloadLength = outgoing.WritePayload(sent.AsSpan(headerLength));

        Assert.Equal(sent.Length, headerLength + payloadLength);
        Assert.Equal(
            RtpSamples.Hex($"92 E1 0102 03040506 0000CAFE AAAAAAAA BBBBBBBB BEDE 0004 {midElement} 42 123456 51 789A 010203"),
            sent);
        Assert.True(RtpPacketView.TryParse(sent, out RtpPacketView view));
        bool isCarried = mid.Length is > 0 and <= 8;
        Assert.Equal(isCarried, view.TryGetMid(1, out ReadOnlySpan<byte> readMid));
        Assert.Equal(isCarried ? mid : "", System.Text.Encoding.UTF8.GetString(readMid));
        Assert.True(view.TryGetAbsSendTime(4, out _));
        Assert.True(view.TryGetTransportCc(5, out _));
    }

    [Theory]
    [InlineData("ab", "01 02 6162 000000000000")]
    [InlineData("", "00 00 0000000000000000")]
    public void Fills_the_two_byte_form_too(string mid, string midElement)
    {
        RtpPacket packet = Write(RtpSamples.Bare, extra: new byte[17]);
        var outgoing = new OutgoingRtp(packet) { Mid = new RtpMid(System.Text.Encoding.UTF8.GetBytes(mid)) };
        byte[] sent = new byte[outgoing.HeaderLength];

        outgoing.WriteHeader(sent, 0x123456, 0x789A);

        Assert.Equal(RtpSamples.Hex($"{midElement} 04 03 123456 05 02 789A"), sent[16..35]);
        Assert.True(RtpPacketView.TryParse(sent, out RtpPacketView view));
        Assert.Equal(mid.Length > 0, view.TryGetMid(1, out _));
        Assert.True(view.TryGetAbsSendTime(4, out uint time));
        Assert.Equal(0x123456u, time);
    }

    [Fact]
    public void Two_receivers_of_one_packet_do_not_see_each_other()
    {
        RtpPacket packet = Write(RtpSamples.OneByte);
        byte[] shared = packet.Bytes.ToArray();
        byte[] first = new byte[packet.Length];
        byte[] second = new byte[packet.Length];

        new OutgoingRtp(packet) { Mid = new RtpMid("first"u8) }.WriteHeader(first, 1, 2);
        new OutgoingRtp(packet) { Mid = new RtpMid("x"u8) }.WriteHeader(second, 3, 4);

        Assert.True(RtpPacketView.TryParse(first.AsSpan(0, packet.HeaderLength), out RtpPacketView view));
        Assert.True(view.TryGetMid(1, out ReadOnlySpan<byte> mid));
        Assert.Equal("first"u8, mid);
        Assert.True(RtpPacketView.TryParse(second.AsSpan(0, packet.HeaderLength), out view));
        Assert.True(view.TryGetMid(1, out mid));
        Assert.Equal("x"u8, mid);
        Assert.Equal(shared, packet.Bytes.ToArray());
    }

    [Fact]
    public void Puts_a_prefix_in_place_of_the_first_bytes_of_the_payload()
    {
        RtpPacket packet = Write(RtpSamples.Bare.Concat(RtpSamples.Hex("01020304")).ToArray());
        var rtx = new OutgoingRtp(packet) { PayloadPrefix = [0xFF, 0xFE] };
        var rewritten = new OutgoingRtp(packet) { PayloadPrefix = [0xFF, 0xFE, 0xFD], PrefixReplaces = 2 };
        byte[] payload = new byte[10];

        Assert.Equal(6, rtx.WritePayload(payload));
        Assert.Equal("FFFE01020304", Convert.ToHexString(payload, 0, rtx.PayloadLength));
        Assert.Equal(5, rewritten.WritePayload(payload));
        Assert.Equal("FFFEFD0304", Convert.ToHexString(payload, 0, rewritten.PayloadLength));
        Assert.Equal(packet.Length + 1, rewritten.Length);
        Assert.Equal("0304", Convert.ToHexString(rewritten.PayloadRest));
    }

    [Fact]
    public void Says_what_the_header_has_room_for()
    {
        var with = new OutgoingRtp(Write(RtpSamples.Bare));
        Assert.True(RtpPacketView.TryParse(RtpSamples.Bare, out RtpPacketView view));
        Assert.True(_pool.TryWrite(view, 100, 1, new RtpExtensionList(_scratch), 0, out RtpPacket? bare));
        var without = new OutgoingRtp(bare) { Mid = new RtpMid("a"u8) };
        byte[] sent = new byte[without.Length];

        without.WriteHeader(sent, 0xFFFFFF, 0xFFFF);

        Assert.True(with.HasAbsSendTime && with.HasTransportCc);
        Assert.False(without.HasAbsSendTime || without.HasTransportCc);
        Assert.Equal(bare.Bytes.ToArray(), sent);
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        RtpPacket packet = Write(RtpSamples.Browser);
        byte[] sent = new byte[2048];
        var mid = new RtpMid("12"u8);

        long bytes = Allocation.Measure(() =>
        {
            var outgoing = new OutgoingRtp(packet) { Ssrc = 5, Mid = mid };
            int header = outgoing.WriteHeader(sent, 1, 2);
            outgoing.WritePayload(sent.AsSpan(header));
        });

        Assert.Equal(0, bytes);
    }

    private RtpPacket Write(byte[] datagram, byte[]? extra = null)
    {
        Assert.True(RtpPacketView.TryParse(datagram, out RtpPacketView view));
        var list = new RtpExtensionList(_scratch);
        list.AddMid(1);
        list.AddAbsSendTime(4);
        list.AddTransportCc(5);
        if (extra is not null)
            list.Add(6, extra);
        Assert.True(_pool.TryWrite(view, 100, 0xAA, list, 0, out RtpPacket? packet));
        return packet;
    }
}
