using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>What a peer that wants to be a burden can make an association keep: no more than it was told.</summary>
public sealed class SctpHostilePeerTests
{
    private const int Window = 200_000;

    private readonly SctpPair _pair = new(optionsA: new SctpOptions { ReceiveWindowBytes = Window });
    private readonly SctpForge _peer;

    public SctpHostilePeerTests()
    {
        _pair.Connect();
        _pair.Wait(100_000);
        _peer = new SctpForge(_pair);
    }

    private SctpAssociation Association => _pair.A.Association;

    [Fact]
    public void Gaps_everywhere_are_told_in_packets_of_the_usual_size()
    {
        for (uint i = 1; i < 3_000 && IsUp(); i++)
            Data(tsn: i * 2, stream: 1, message: i, DataChunkView.BeginFlag | DataChunkView.EndFlag);

        Data(tsn: 40_000, stream: 1, message: 1, DataChunkView.BeginFlag | DataChunkView.EndFlag);
        AssertBounded();
        Assert.True(Association.Counters.DroppedDataChunks > 0);
        Assert.All(_peer.Answers, packet => Assert.InRange(packet.Length, 12, 1_191));
        byte[] sack = _peer.Chunks().Last(chunk => chunk[0] == (byte)ChunkType.Sack);
        Assert.Equal(20, BinaryPrimitives.ReadUInt16BigEndian(sack.AsSpan(12)));
    }

    [Theory]
    [InlineData(1, 60_000)]
    [InlineData(60_000, 1)]
    [InlineData(200, 200)]
    public void Messages_without_an_end_are_bounded_over_streams_and_numbers(int streams, int messages)
    {
        uint tsn = 0;
        for (uint message = 0; message < messages && IsUp(); message++)
        {
            for (ushort stream = 0; stream < streams && IsUp(); stream++)
            {
                Data(tsn++, stream, message, DataChunkView.BeginFlag);
                AssertBounded();
            }
        }

        Assert.Equal(SctpState.Closed, Association.State);
        Assert.Equal("no room to reassemble what the peer sends", Association.EndReason);
        Assert.Equal(0, Association.Buffers.InUseBytes);
    }

    [Fact]
    public void Waiting_messages_come_once_and_in_order_whatever_the_order_and_however_often_they_come()
    {
        const int Count = 600;
        var random = new Random(4);
        uint[] numbers = [.. Enumerable.Range(1, Count - 1).SelectMany(i => new[] { (uint)i, (uint)i })];
        random.Shuffle(numbers);
        uint tsn = 0;
        foreach (uint number in numbers)
            Data(tsn++, 3, number, DataChunkView.BeginFlag | DataChunkView.EndFlag, (byte)number);

        Assert.Empty(_pair.A.Messages);
        Data(tsn, 3, 0, DataChunkView.BeginFlag | DataChunkView.EndFlag, 0);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (byte)i), _pair.A.Messages.Select(message => message.Payload[0]));
        Assert.Equal(Count - 1, Association.Counters.StaleDataChunks);
        Assert.Equal(0, Association.Buffers.InUseBytes);
    }

    [Fact]
    public void A_flood_of_resets_is_answered_as_far_as_there_is_room()
    {
        Data(tsn: 0, stream: 1, message: 0, DataChunkView.BeginFlag);
        byte[] chunk = new byte[4 + 16 + 4];
        byte[] packet = [];
        for (uint i = 0; i < 40; i++)
        {
            chunk[0] = (byte)ChunkType.ReConfig;
            BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), 20);
            BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(4), (ushort)ParameterType.OutgoingSsnReset);
            BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(6), 16);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), _peer.FirstTsn + i);
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(16), _peer.FirstTsn);
            packet = [.. packet, .. chunk.AsSpan(0, 20)];
        }

        _peer.Raw(packet);
        Assert.Equal(2, _pair.A.Diary.Count(line => line.StartsWith("IncomingReset")));
        Assert.Equal(38, Association.Counters.InvalidChunks);
        Assert.Equal(0, Association.Buffers.InUseBytes);
        Assert.True(IsUp());
    }

    [Fact]
    public void Of_many_acknowledgements_in_a_packet_two_are_taken()
    {
        byte[] sack = new byte[4 + SackChunkView.FixedLength];
        sack[0] = (byte)ChunkType.Sack;
        sack[3] = (byte)sack.Length;
        BinaryPrimitives.WriteUInt32BigEndian(sack.AsSpan(4), 12345);
        _peer.Raw([.. Enumerable.Repeat(sack, 1_000).SelectMany(bytes => bytes)]);
        Assert.Equal(2, Association.Counters.IgnoredSacks);
        Assert.Equal(998, Association.Counters.InvalidChunks);
        Assert.True(IsUp());
    }

    [Fact]
    public void A_reset_of_all_streams_by_name_looks_once_through_what_is_incomplete()
    {
        const int Streams = 700;
        for (ushort stream = 0; stream < Streams; stream++)
            Data(stream, stream, message: 0, DataChunkView.BeginFlag);

        byte[] request = new byte[4 + OutgoingResetView.FixedLength + (2 * Streams)];
        BinaryPrimitives.WriteUInt16BigEndian(request, (ushort)ParameterType.OutgoingSsnReset);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), (ushort)request.Length);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(4), _peer.FirstTsn);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(12), _peer.FirstTsn + Streams - 1);
        for (int i = 1; i < Streams; i++)
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(16 + (2 * i)), (ushort)i);
        byte[] chunk = [(byte)ChunkType.ReConfig, 0, 0, 0, .. request];
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
        _peer.Raw(chunk);

        Assert.Single(_pair.A.Diary, line => line.StartsWith("IncomingReset"));
        Assert.Equal(0, Association.Buffers.InUseBytes);
        Assert.Equal(Streams, Association.Counters.FragmentsLookedThrough);
    }

    [Fact]
    public void Of_many_skips_in_a_packet_one_is_performed()
    {
        byte[] packet = [];
        for (uint i = 0; i < 40; i++)
        {
            byte[] chunk = [(byte)ChunkType.IForwardTsn, 0, 0, 8, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), _peer.FirstTsn + i);
            packet = [.. packet, .. chunk];
        }

        _peer.Raw(packet);
        Assert.Equal(39, Association.Counters.InvalidChunks);
        byte[] sack = _peer.Chunks().Last(chunk => chunk[0] == (byte)ChunkType.Sack);
        Assert.Equal(_peer.FirstTsn, BinaryPrimitives.ReadUInt32BigEndian(sack.AsSpan(4)));
    }

    private bool IsUp() => Association.State == SctpState.Connected;

    private void AssertBounded() => Assert.InRange(Association.Buffers.InUseBytes, 0, Window);

    private void Data(uint tsn, ushort stream, uint message, int flags, byte content = 1) => _peer.Data(
        new DataFields((byte)flags, _peer.FirstTsn + tsn, stream, message, 0, 53), [content], isInterleaved: true);
}
