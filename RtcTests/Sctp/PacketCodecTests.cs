using System.Text;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

public sealed class PacketCodecTests
{
    /// <summary>Vectors of RFC 3720 appendix B.4, and the usual check value.</summary>
    [Theory]
    [InlineData("313233343536373839", 0xE3069283)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AA)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794E)]
    public void Crc32c_is_that_of_its_vectors(string data, uint expected) =>
        Assert.Equal(expected, Crc32c.Compute(Convert.FromHexString(data)));

    [Fact]
    public void The_checksum_is_taken_as_if_its_field_were_zero_and_written_low_byte_first()
    {
        byte[] packet = Convert.FromHexString("1388138811223344AABBCCDD0A000004");
        byte[] zeroed = [.. packet[..8], 0, 0, 0, 0, .. packet[12..]];
        Assert.Equal(Crc32c.Compute(zeroed), Crc32c.ComputePacket(packet));
        Crc32c.WriteField(packet, 0x01020304);
        Assert.Equal([4, 3, 2, 1], packet[8..12]);
    }

    [Fact]
    public void A_header_and_two_chunks_are_written_and_read()
    {
        byte[] buffer = Garbage();
        var writer = new PacketWriter(buffer, 1_191, 5000, 5001, 0x11223344);
        ChunkWriter.Add(ref writer, ChunkType.HeartbeatAck, 0, "abcde"u8);
        ChunkWriter.Add(ref writer, ChunkType.CookieAck);
        int length = writer.Finish(hasZeroChecksum: false);
        Assert.Equal("05000009616263646500000" + "00B000004", Convert.ToHexString(buffer, 12, length - 12));
        Assert.True(PacketView.TryParse(buffer.AsSpan(0, length), out PacketView packet));
        Assert.Equal(5000, packet.SourcePort);
        Assert.Equal(5001, packet.DestinationPort);
        Assert.Equal(0x11223344u, packet.VerificationTag);
        Assert.True(packet.HasValidChecksum);
        ChunkReader chunks = packet.Chunks;
        Assert.True(chunks.TryRead(out ChunkView first));
        Assert.Equal("abcde", Encoding.ASCII.GetString(first.Value));
        Assert.True(chunks.TryRead(out ChunkView second));
        Assert.Equal(ChunkType.CookieAck, second.Type);
        Assert.False(chunks.TryRead(out _));
        Assert.False(chunks.IsMalformed);
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("00000003")]
    [InlineData("0B000005")]
    [InlineData("0B0004")]
    [InlineData("0B00000400")]
    public void A_chunk_whose_length_is_wrong_ends_the_walk(string bytes)
    {
        var chunks = new ChunkReader(Convert.FromHexString(bytes));
        int count = 0;
        while (chunks.TryRead(out _))
            count++;
        Assert.InRange(count, 0, 1);
        Assert.True(chunks.IsMalformed);
    }

    [Fact]
    public void Data_is_written_and_read()
    {
        byte[] bytes = Write((ref PacketWriter packet) => ChunkWriter.AddData(
            ref packet, false, new DataFields(0x0B, 0x01020304, 5, 6, 99, 51), "hey"u8));
        Assert.Equal("000B001301020304000500060000003368657900", Convert.ToHexString(bytes));
        Assert.True(DataChunkView.TryParse(First(bytes), out DataChunkView data));
        Assert.False(data.IsInterleaved);
        Assert.True(data.IsBegin && data.IsEnd && data.IsImmediate && !data.IsUnordered);
        Assert.Equal((0x01020304u, 5, 6u, 51u), (data.Tsn, data.StreamId, data.MessageId, data.PayloadProtocolId));
        Assert.Equal(0x01020304u, data.Position);
        Assert.Equal("hey", Encoding.ASCII.GetString(data.Payload));
    }

    [Fact]
    public void Interleaved_data_carries_the_ppid_first_and_the_fsn_later()
    {
        byte[] first = Write((ref PacketWriter packet) => ChunkWriter.AddData(
            ref packet, true, new DataFields(0x02, 1, 5, 0x10000, 0, 51), "abcd"u8));
        Assert.Equal("40020018000000010005000000010000000000" + "3361626364", Convert.ToHexString(first));
        byte[] later = Write((ref PacketWriter packet) => ChunkWriter.AddData(
            ref packet, true, new DataFields(0x05, 2, 5, 0x10000, 7, 51), "abcd"u8));
        Assert.True(DataChunkView.TryParse(First(first), out DataChunkView one));
        Assert.Equal((0x10000u, 0u, 51u), (one.MessageId, one.Position, one.PayloadProtocolId));
        Assert.True(DataChunkView.TryParse(First(later), out DataChunkView two));
        Assert.Equal((0x10000u, 7u, 0u), (two.MessageId, two.Position, two.PayloadProtocolId));
        Assert.True(two.IsUnordered && two.IsEnd && !two.IsBegin);
    }

    [Fact]
    public void Init_is_written_and_read_with_its_parameters()
    {
        byte[] parameters = [0x80, 8, 0, 7, 130, 192, 64, 0, 0xC0, 0, 0, 4, 0x80, 1, 0, 8, 0, 0, 0, 1];
        byte[] bytes = Write((ref PacketWriter packet) => ChunkWriter.AddInit(
            ref packet, ChunkType.Init, new InitFields(0xAABBCCDD, 5_242_880, 100, 200, 7), parameters));
        Assert.Equal(
            "01000028AABBCCDD00500000006400C800000007" + Convert.ToHexString(parameters), Convert.ToHexString(bytes));
        Assert.True(InitChunkView.TryParse(First(bytes), out InitChunkView init));
        Assert.Equal((0xAABBCCDDu, 5_242_880u, 100, 200, 7u), (
            init.InitiateTag, init.ReceiverWindow, init.OutboundStreams, init.InboundStreams, init.InitialTsn));
        PeerParameters peer = PeerParameters.From(init);
        ParameterReader reader = init.Parameters;
        while (reader.TryRead(out ParameterView parameter))
            Assert.True(peer.TryTake(parameter));
        Assert.False(reader.IsMalformed);
        Assert.True(peer.StreamReset && peer.PartialReliability && peer.Interleaving);
        Assert.Equal(PeerParameters.DtlsErrorDetection, peer.ZeroChecksumMethod);
    }

    [Fact]
    public void Sack_is_written_and_read()
    {
        byte[] bytes = Write((ref PacketWriter packet) => ChunkWriter.AddSack(
            ref packet, 100, 5_000, [new GapBlock(2, 3), new GapBlock(5, 5)], [99u]));
        Assert.Equal("0300001C000000640000138800020001000200030005000500000063", Convert.ToHexString(bytes));
        Assert.True(SackChunkView.TryParse(First(bytes), out SackChunkView sack));
        Assert.Equal((100u, 5_000u, 2, 1), (
            sack.CumulativeTsn, sack.ReceiverWindow, sack.GapBlockCount, sack.DuplicateCount));
        Assert.Equal(new GapBlock(5, 5), sack.GetGapBlock(1));
        Assert.Equal(99u, sack.GetDuplicate(0));
        Assert.False(SackChunkView.TryParse(new ChunkView(bytes.AsSpan(0, bytes.Length - 4)), out _));
    }

    [Fact]
    public void Forward_tsn_is_written_and_read_in_both_forms()
    {
        SkippedStream[] skipped = [new(1, false, 7), new(2, true, 0x10000)];
        byte[] plain = Write((ref PacketWriter packet) =>
            ChunkWriter.AddForwardTsn(ref packet, false, 50, skipped.AsSpan(0, 1)));
        Assert.Equal("C000000C0000003200010007", Convert.ToHexString(plain));
        byte[] interleaved = Write((ref PacketWriter packet) =>
            ChunkWriter.AddForwardTsn(ref packet, true, 50, skipped));
        Assert.Equal("C20000180000003200010000000000070002000100010000", Convert.ToHexString(interleaved));
        foreach ((byte[] bytes, int count) in new[] { (plain, 1), (interleaved, 2) })
        {
            Assert.True(ForwardTsnChunkView.TryParse(First(bytes), out ForwardTsnChunkView forward));
            Assert.Equal((50u, count), (forward.NewCumulativeTsn, forward.SkippedCount));
            for (int i = 0; i < count; i++)
                Assert.Equal(skipped[i], forward.GetSkipped(i));
        }
    }

    [Fact]
    public void Reset_request_and_response_are_written_and_read()
    {
        byte[] buffer = new byte[100];
        var writer = new ParameterWriter(buffer);
        ChunkWriter.AddOutgoingReset(ref writer, 10, 20, 30, [1, 2, 3]);
        ChunkWriter.AddReconfigurationResponse(ref writer, 11, ReconfigurationResult.InProgress);
        Assert.Equal(
            "000D00160000000A000000140000001E0001000200030000" + "0010000C0000000B00000006",
            Convert.ToHexString(writer.Written));
        var reader = new ParameterReader(writer.Written);
        Assert.True(reader.TryRead(out ParameterView first));
        Assert.True(OutgoingResetView.TryParse(first, out OutgoingResetView request));
        Assert.Equal((10u, 20u, 30u, 3), (
            request.RequestNumber, request.ResponseNumber, request.LastTsn, request.StreamCount));
        Assert.Equal(3, request.GetStream(2));
        Assert.True(reader.TryRead(out ParameterView second));
        Assert.True(ReconfigurationResponseView.TryParse(second, out ReconfigurationResponseView response));
        Assert.Equal((11u, ReconfigurationResult.InProgress), (response.ResponseNumber, response.Result));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void A_state_cookie_is_written_and_read(int secretLength)
    {
        byte[] secret = new byte[secretLength];
        var cookie = new StateCookie
        {
            LocalTag = 1,
            LocalInitialTsn = 2,
            LocalTieTag = 3,
            PeerTieTag = 4,
            CreatedUs = secretLength == 0 ? 0 : 5,
            Peer = new PeerParameters
            {
                Tag = 6,
                InitialTsn = 7,
                Window = 8,
                OutboundStreams = 9,
                InboundStreams = 10,
                PartialReliability = true,
                StreamReset = true,
                ZeroChecksumMethod = 1,
            },
        };
        byte[] bytes = new byte[StateCookie.AuthenticatedLength];
        int length = cookie.Write(bytes, secret);
        Assert.Equal(secretLength == 0 ? 48 : 76, length);
        Assert.Equal("msworker", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.True(StateCookie.TryRead(bytes.AsSpan(0, length), secret, out StateCookie read));
        Assert.Equal(cookie, read);
        for (int i = 0; i < length && secretLength > 0; i++)
        {
            bytes[i] ^= 1;
            Assert.False(StateCookie.TryRead(bytes.AsSpan(0, length), secret, out _));
            bytes[i] ^= 1;
        }
    }

    [Theory]
    [InlineData(0x3F, false, false)]
    [InlineData(0x40, false, true)]
    [InlineData(0x80, true, false)]
    [InlineData(0xC0, true, true)]
    public void Unknown_types_say_by_their_high_bits_what_to_do(byte first, bool isSkipped, bool isReported)
    {
        Assert.Equal(isSkipped, UnknownType.IsSkipped(first));
        Assert.Equal(isReported, UnknownType.IsReported(first));
    }

    private delegate void Fill(ref PacketWriter packet);

    private static byte[] Write(Fill fill)
    {
        byte[] buffer = Garbage();
        var packet = new PacketWriter(buffer, buffer.Length, 5000, 5000, 1);
        fill(ref packet);
        return buffer[PacketView.HeaderLength..packet.Length];
    }

    private static ChunkView First(byte[] chunks)
    {
        var reader = new ChunkReader(chunks);
        Assert.True(reader.TryRead(out ChunkView chunk));
        return chunk;
    }

    private static byte[] Garbage()
    {
        byte[] buffer = new byte[1_200];
        buffer.AsSpan().Fill(0xAA);
        return buffer;
    }
}
