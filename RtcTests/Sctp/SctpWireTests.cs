using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>Packets that a peer of ours would not send.</summary>
public sealed class SctpWireTests
{
    [Theory]
    [InlineData(0x3F, false, false)]
    [InlineData(0x7F, false, true)]
    [InlineData(0xBF, true, false)]
    [InlineData(0xFF, true, true)]
    public void The_two_high_bits_of_an_unknown_chunk_say_what_to_do(byte type, bool isSkipped, bool isReported)
    {
        var pair = new SctpPair();
        pair.Connect();
        byte[]? data = null;
        byte[]? error = null;
        pair.Filter = (end, datagram) =>
        {
            if (end == pair.A && data is null && datagram[PacketView.HeaderLength] == (byte)ChunkType.IData)
            {
                data = datagram;
                return false;
            }

            if (end == pair.B && datagram[PacketView.HeaderLength] == (byte)ChunkType.Error)
                error = datagram;
            return true;
        };
        pair.Send(pair.A, 1, [1, 2, 3, 4]);
        byte[] changed = [.. data![..12], type, 0, 0, 6, 9, 9, 0, 0, .. data[12..]];
        Crc32c.WriteField(changed, Crc32c.ComputePacket(changed));
        pair.B.Association.HandleDatagram(changed, pair.NowUs);
        pair.Flush();
        Assert.Equal(isSkipped ? 1 : 0, pair.B.Messages.Count);
        Assert.Equal(isReported, error is not null);
        if (isReported)
            Assert.Equal([0, 6, 0, 10, type, 0, 0, 6, 9, 9], error![16..26]);
        Assert.Equal(1, pair.B.Association.Counters.UnknownChunks);
    }

    [Fact]
    public void Bogus_acknowledgements_change_nothing()
    {
        var pair = new SctpPair();
        pair.Connect();
        uint tag = SctpForge.TagOf(pair);
        byte[]? sent = null;
        pair.Filter = (end, datagram) =>
        {
            sent = end == pair.A ? datagram : sent;
            return false;
        };
        pair.Send(pair.A, 1, [1]);
        int flight = pair.A.Association.FlightBytes;
        Assert.True(flight > 0);
        uint tsn = BinaryPrimitives.ReadUInt32BigEndian(sent!.AsSpan(16));
        Sack(tsn + 1, []);
        Sack(tsn + 0x8000_0000, []);
        Sack(tsn - 2, []);
        Sack(tsn - 1, [new GapBlock(1, 2)]);
        Sack(tsn - 1, [new GapBlock(0, 1)]);
        Sack(tsn - 1, [new GapBlock(2, 1)]);
        Sack(tsn - 1, [new GapBlock(1, 65_535)]);
        Assert.Equal(7, pair.A.Association.Counters.IgnoredSacks);
        Assert.Equal(flight, pair.A.Association.FlightBytes);
        Sack(tsn, []);
        Assert.Equal(0, pair.A.Association.FlightBytes);

        void Sack(uint cumulative, GapBlock[] blocks)
        {
            byte[] packet = new byte[200];
            var writer = new PacketWriter(packet, 200, 5000, 5000, tag);
            ChunkWriter.AddSack(ref writer, cumulative, 100_000, blocks, []);
            pair.A.Association.HandleDatagram(packet.AsSpan(0, writer.Finish(false)), pair.NowUs);
        }
    }

    [Fact]
    public void Packets_of_others_are_counted_and_change_nothing()
    {
        var pair = new SctpPair();
        pair.Connect();
        byte[] packet = new byte[100];
        var writer = new PacketWriter(packet, 100, 5000, 5000, SctpForge.TagOf(pair) ^ 1);
        ChunkWriter.Add(ref writer, ChunkType.Abort);
        int length = writer.Finish(false);
        pair.A.Association.HandleDatagram(packet.AsSpan(0, length), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.ForeignPackets);
        packet[8] ^= 1;
        pair.A.Association.HandleDatagram(packet.AsSpan(0, length), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.ChecksumErrors);
        pair.A.Association.HandleDatagram(packet.AsSpan(0, 15), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.MalformedPackets);
        Assert.Equal(SctpState.Connected, pair.A.Association.State);
    }
}
