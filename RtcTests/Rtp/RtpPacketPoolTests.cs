using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Xunit;

namespace RtcTests.Rtp;

public class RtpPacketPoolTests
{
    private readonly RtpPacketPool _pool = new(new PacketPool());
    private readonly byte[] _scratch = new byte[RtpExtensionList.ScratchLength];

    [Fact]
    public void Writes_the_packet_that_consumers_see()
    {
        RtpPacket packet = Write(RtpSamples.OneByte, list =>
        {
            list.AddMid(1);
            list.AddAbsSendTime(4);
            list.AddTransportCc(5);
            list.Add(8, [0x01]);
            return list;
        });

        Assert.Equal(
            RtpSamples.Hex("""
                92 64 FFFE 00000010 000000AA
                AAAAAAAA BBBBBBBB
                BEDE 0005
                17 0000000000000000
                42 000000
                51 0000
                80 01
                0000
                010203
                """),
            packet.Bytes.ToArray());
        Assert.Equal(0xAAu, packet.Ssrc);
        Assert.Equal(100, packet.PayloadType);
        Assert.Equal(0xFFFE, packet.SequenceNumber);
        Assert.Equal(0x10u, packet.Timestamp);
        Assert.False(packet.Marker);
        Assert.Equal(44, packet.HeaderLength);
        Assert.Equal(3, packet.PayloadLength);
        Assert.Equal(25, packet.MidOffset);
        Assert.Equal(34, packet.AbsSendTimeOffset);
        Assert.Equal(38, packet.TransportCcOffset);
        Assert.Equal(5_000, packet.ReceivedAtUs);
        Assert.Equal(RtpPacket.NoTime, packet.CaptureAtUs);
    }

    [Fact]
    public void Writes_no_header_extension_without_elements()
    {
        RtpPacket packet = Write(RtpSamples.Browser, list => list);

        Assert.Equal(12, packet.HeaderLength);
        Assert.Equal(0x80, packet.Bytes[0]);
        Assert.Equal((-1, -1, -1), (packet.MidOffset, packet.AbsSendTimeOffset, packet.TransportCcOffset));
        Assert.True(packet.Marker);
    }

    [Theory]
    [InlineData(14, 16, true)]
    [InlineData(15, 16, false)]
    [InlineData(14, 17, false)]
    [InlineData(14, 0, false)]
    [InlineData(255, 255, false)]
    public void Takes_the_two_byte_form_where_the_one_byte_form_does_not_fit(byte id, int length, bool isOneByteForm)
    {
        byte[] data = Enumerable.Range(1, length).Select(value => (byte)value).ToArray();
        RtpPacket packet = Write(RtpSamples.Bare, list =>
        {
            list.AddMid(1);
            list.Add(id, data);
            return list;
        });

        Assert.Equal(isOneByteForm ? 0xBE : 0x10, packet.Bytes[12]);
        RtpPacketView view = packet.AsView();
        Assert.True(view.TryGetExtension(id, out ReadOnlySpan<byte> read));
        Assert.Equal(data, read.ToArray());
        Assert.True(view.TryGetExtension(1, out ReadOnlySpan<byte> mid));
        Assert.Equal(RtpExtensionList.MidRoom, mid.Length);
        Assert.Equal(0, packet.HeaderLength % 4);
    }

    [Fact]
    public void Leaves_padding_out()
    {
        RtpPacket packet = Write(RtpSamples.TwoByte, list => list);

        Assert.Equal(0, packet.Bytes[0] & 0x20);
        Assert.Equal("C0FFEE", Convert.ToHexString(packet.Payload));
        Assert.Equal(packet.Length, packet.AsView().Length);
    }

    [Fact]
    public void Writes_the_packet_that_a_retransmission_carries()
    {
        byte[] rtx = RtpSamples.Hex("80 61 0009 00000010 00000002 FFFE C0FFEE");
        Assert.True(RtpPacketView.TryParse(rtx, out RtpPacketView view));
        Assert.True(view.TryUnwrapRtx(96, 0xAA, out RtpPacketView media));

        Assert.True(_pool.TryWrite(media, 100, 0xBB, new RtpExtensionList(_scratch), 0, out RtpPacket? packet));

        Assert.Equal(RtpSamples.Hex("80 64 FFFE 00000010 000000BB C0FFEE"), packet.Bytes.ToArray());
    }

    [Fact]
    public void Keeps_nothing_of_the_memory_that_the_packet_arrived_in()
    {
        byte[] datagram = RtpSamples.Browser;
        byte[] expected = datagram[^13..];
        Assert.True(RtpPacketView.TryParse(datagram, out RtpPacketView view));
        Assert.True(view.TryGetExtension(7, out ReadOnlySpan<byte> captureTime));
        string capture = Convert.ToHexString(captureTime);
        var list = new RtpExtensionList(_scratch);
        list.Add(10, captureTime);
        Assert.True(_pool.TryWrite(view, 100, 1, list, 0, out RtpPacket? packet));

        datagram.AsSpan().Fill(0xAA);
        _scratch.AsSpan().Fill(0xAA);

        Assert.Equal(expected, packet.Payload[^13..].ToArray());
        Assert.True(packet.AsView().TryGetExtension(10, out ReadOnlySpan<byte> kept));
        Assert.Equal(capture, Convert.ToHexString(kept));
        Assert.Equal(0x7A31, packet.AsView().SequenceNumber);
    }

    [Fact]
    public void A_packet_taken_again_knows_nothing_of_the_one_before()
    {
        RtpPacket first = Write(RtpSamples.OneByte, list =>
        {
            list.AddMid(1);
            list.AddTransportCc(5);
            return list;
        });
        first.Descriptor = new PayloadDescriptor { IsKeyFrame = true, SpatialLayer = 2 };
        first.CaptureAtUs = 7;
        first.Release(BufferPurpose.Forwarding);

        RtpPacket second = Write(RtpSamples.Bare, list => list);

        Assert.Same(first, second);
        Assert.False(second.IsKeyFrame);
        Assert.Equal(0, second.SpatialLayer);
        Assert.Equal(RtpPacket.NoTime, second.CaptureAtUs);
        Assert.Equal((-1, -1), (second.MidOffset, second.TransportCcOffset));
    }

    [Fact]
    public void The_packet_of_a_small_slot_stays_with_it_whoever_uses_the_slot_meanwhile()
    {
        RtpPacket first = Write(RtpSamples.Bare, list => list);
        first.Release(BufferPurpose.Forwarding);
        Assert.True(_pool.Memory.TryRent(1, BufferPurpose.Test, out PacketBuffer? slot));
        Assert.Equal(0, first.ReferenceCount);
        Assert.Throws<InvalidOperationException>(() => first.Bytes.Length);

        RtpPacket second = Write(RtpSamples.Browser, list => list);
        Assert.NotSame(first, second);
        slot.Release(BufferPurpose.Test);
        RtpPacket third = Write(RtpSamples.Bare, list => list);

        Assert.Same(first, third);
        Assert.Equal(12, third.Bytes.Length);
        Assert.NotEqual(12, second.Bytes.Length);
    }

    [Fact]
    public void The_packets_of_long_slots_are_handed_round()
    {
        RtpPacket first = Write(Long(3_000), list => list);
        first.Release(BufferPurpose.Forwarding);

        RtpPacket second = Write(Long(10_000), list => list);

        Assert.Same(first, second);
        Assert.Equal(10_000, second.PayloadLength);
        Assert.Same(second, _pool[second.Number]);
        second.Release(BufferPurpose.Forwarding);
        Assert.Throws<InvalidOperationException>(() => second.Bytes.Length);
    }

    [Fact]
    public void A_packet_lives_until_its_last_reference()
    {
        RtpPacket packet = Write(RtpSamples.Bare, list => list);
        packet.AddReference(BufferPurpose.Retransmission);
        packet.Release(BufferPurpose.Forwarding);
        Assert.Equal(1, packet.ReferenceCount);
        Assert.Equal(12, packet.Bytes.Length);

        packet.Release(BufferPurpose.Retransmission);

        Assert.Equal(0, packet.ReferenceCount);
        Assert.Equal(0, _pool.Memory.InUseCount);
        Assert.Throws<InvalidOperationException>(() => packet.Release(BufferPurpose.Retransmission));
        Assert.Throws<InvalidOperationException>(() => packet.AddReference(BufferPurpose.Retransmission));
        Assert.Throws<InvalidOperationException>(() => packet.Bytes.Length);
    }

    [Fact]
    public void Writing_is_refused_when_the_memory_is_used_up()
    {
        var pool = new RtpPacketPool(new PacketPool(maxBytes: 0));
        Assert.True(RtpPacketView.TryParse(RtpSamples.Bare, out RtpPacketView view));

        Assert.False(pool.TryWrite(view, 100, 1, new RtpExtensionList(_scratch), 0, out _));

        Assert.Equal(1, pool.Memory.RefusedCount);
    }

    [Fact]
    public void An_element_that_cannot_exist_is_a_defect()
    {
        Assert.Throws<InvalidOperationException>(() => new RtpExtensionList(new byte[100]).Add(0, [1]));
        Assert.Throws<InvalidOperationException>(() => new RtpExtensionList(new byte[1000]).Add(1, new byte[256]));
        Assert.Throws<InvalidOperationException>(() => new RtpExtensionList(new byte[4]).Add(1, new byte[3]));
    }

    [Fact]
    public void Writing_and_releasing_allocates_nothing_once_warm()
    {
        byte[] datagram = RtpSamples.Browser;

        long bytes = Allocation.Measure(() =>
        {
            RtpPacketView.TryParse(datagram, out RtpPacketView view);
            var list = new RtpExtensionList(_scratch);
            list.AddMid(1);
            list.AddAbsSendTime(4);
            list.AddTransportCc(5);
            _pool.TryWrite(view, 100, 1, list, 0, out RtpPacket? packet);
            packet!.Release(BufferPurpose.Forwarding);
        });

        Assert.Equal(0, bytes);
    }

    private delegate RtpExtensionList Build(RtpExtensionList list);

    private static byte[] Long(int payloadLength) => [.. RtpSamples.Bare, .. new byte[payloadLength]];

    private RtpPacket Write(byte[] datagram, Build build)
    {
        Assert.True(RtpPacketView.TryParse(datagram, out RtpPacketView view));
        RtpExtensionList list = build(new RtpExtensionList(_scratch));
        Assert.True(_pool.TryWrite(view, 100, 0xAA, list, 5_000, out RtpPacket? packet));
        return packet;
    }
}
