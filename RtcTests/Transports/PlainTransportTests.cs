using System.Buffers.Binary;
using Rtc.Buffers;
using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using Xunit;

namespace RtcTests.Transports;

public sealed class PlainTransportTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(SrtpSuite.AeadAes128Gcm)]
    [InlineData(SrtpSuite.AeadAes256Gcm)]
    [InlineData(SrtpSuite.AesCm128HmacSha1Tag80)]
    [InlineData(SrtpSuite.AesCm128HmacSha1Tag32)]
    public void Every_receiver_gets_every_packet_whole_and_in_order(SrtpSuite? suite)
    {
        var room = new PlainRoom(consumers: 3, suite);
        for (int i = 0; i < 200; i++)
            room.Publish((ushort)(65_500 + i), 50 + i);

        foreach (PlainRoom.Receiver receiver in room.Receivers)
        {
            Assert.Equal(200, receiver.Packets.Count);
            ushort first = BinaryPrimitives.ReadUInt16BigEndian(receiver.Packets[0].AsSpan(2));
            for (int i = 0; i < 200; i++)
            {
                byte[] packet = receiver.Packets[i];
                Assert.Equal(111, packet[1] & 0x7F);
                Assert.Equal((ushort)(first + i), BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)));
                Assert.Equal(receiver.Ssrc, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)));
                Assert.Equal(Enumerable.Repeat((byte)(65_500 + i), 50 + i), packet[^(50 + i)..]);
            }
        }

        Assert.Equal(0, room.Packets.Memory.InUseBytes);
    }

    [Fact]
    public void Comedia_learns_the_first_source_and_keeps_to_it()
    {
        var room = new PlainRoom(consumers: 1, null);
        room.Publish(1, 10);
        room.Publish(2, 10);

        TupleInfo tuple = Assert.Single(room.LearnedTuples);
        Assert.Equal("192.0.2.1", tuple.RemoteIp);
        Assert.Equal(5000, tuple.RemotePort);
    }

    [Fact]
    public void Forwarding_allocates_nothing()
    {
        var room = new PlainRoom(consumers: 20, SrtpSuite.AeadAes128Gcm);
        room.Receivers.ForEach(receiver => receiver.Keeps = false);
        ushort number = 0;
        Run(room, ref number, 2_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(room, ref number, 2_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(4_000, room.Receivers[19].Count);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_packet_sent_again_under_its_number_has_the_same_bytes()
    {
        var room = new PlainRoom(consumers: 1, SrtpSuite.AeadAes128Gcm);
        PlainRoom.Receiver receiver = room.Receivers[0];
        Consumer consumer = receiver.Transport.Consumers["consumer0"];
        List<byte[]> datagrams = [];
        receiver.OnDatagram = datagrams.Add;
        RtpPacket packet = WithAbsSendTime(room);

        receiver.Transport.SendRtp(consumer, new OutgoingRtp(packet), RtpSendKind.Media, room.NowUs);
        var again = new OutgoingRtp(packet) { RepeatedTransportCc = 0 };
        receiver.Transport.SendRtp(consumer, again, RtpSendKind.Retransmission, room.NowUs + 300_000);
        var rtx = new OutgoingRtp(packet) { PayloadType = 112, Ssrc = 2 };
        receiver.Transport.SendRtp(consumer, rtx, RtpSendKind.Retransmission, room.NowUs + 300_000);
        packet.Release(BufferPurpose.Forwarding);

        Assert.Equal(datagrams[0], datagrams[1]);
        Assert.NotEqual(datagrams[0][12..24], datagrams[2][12..24]);
    }

    [Fact]
    public void Of_many_reference_times_in_one_packet_the_last_one_counts()
    {
        var room = new PlainRoom(consumers: 1, null);
        PlainRoom.Receiver receiver = room.Receivers[0];
        room.Publish(1, 10);
        receiver.Send(ExtendedReport(referenceTimes: 100));
        room.NowUs += 1_000_000;

        var writer = new CompoundRtcpWriter();
        Assert.True(receiver.Transport.Consumers["consumer0"].TryAppendRtcp(writer, room.NowUs));
        byte[] rtcp = new byte[writer.Length];
        writer.Write(rtcp);
        DelaySinceLastReceiverReport? delay = null;
        var reader = new RtcpReader(rtcp);
        while (reader.MoveNext())
        {
            if (reader.Current.Kind != RtcpPacketKind.ExtendedReport)
                continue;

            ExtendedReportReader extended = reader.Current.AsExtendedReport();
            Assert.True(extended.MoveNext());
            delay = extended.Delays[0];
        }

        Assert.Equal(new DelaySinceLastReceiverReport(receiver.Ssrc, 99 << 16, 0x1_0000), delay);
    }

    [Fact]
    public void Connect_says_what_is_wrong()
    {
        var room = new PlainRoom(consumers: 1, SrtpSuite.AeadAes128Gcm);
        RequestException twice = Assert.Throws<RequestException>(
            () => room.Receivers[0].Transport.Connect("198.51.100.1", 1, null, null));
        Assert.Equal(RequestErrorKind.Error, twice.Kind);
        Assert.Contains("out0", twice.Message);
    }

    /// <summary>RFC 3611 section 4.4: as many blocks, which say 0, 1, 2 … seconds.</summary>
    private static byte[] ExtendedReport(int referenceTimes)
    {
        byte[] packet = new byte[8 + (12 * referenceTimes)];
        (packet[0], packet[1]) = (0x80, 207);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        for (int i = 0; i < referenceTimes; i++)
        {
            Span<byte> block = packet.AsSpan(8 + (12 * i));
            (block[0], block[3]) = (4, 2);
            BinaryPrimitives.WriteUInt32BigEndian(block[4..], (uint)i);
        }

        return packet;
    }

    private static RtpPacket WithAbsSendTime(PlainRoom room)
    {
        byte[] bytes = [0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4];
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        var extensions = new RtpExtensionList(stackalloc byte[32]);
        extensions.AddAbsSendTime(4);
        Assert.True(room.Packets.TryWrite(view, 111, 1, extensions, room.NowUs, out RtpPacket? packet));
        return packet;
    }

    private static void Run(PlainRoom room, ref ushort number, int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            room.NowUs += 1_000;
            room.Publish(number++, 1_100);
        }
    }
}
