using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Packet;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>Resets of streams (RFC 6525).</summary>
public sealed class SctpResetTests
{
    private const long SecondUs = 1_000_000;

    [Fact]
    public void A_stream_is_reset_behind_what_it_had_queued_and_begins_anew()
    {
        foreach (bool isInterleaved in new[] { false, true })
        {
            var options = new SctpOptions { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(
                new EmulatedLinkOptions { DelayUs = 20_000, Loss = 0.1 }, seed: 5, options, options);
            pair.Connect();
            for (int round = 0; round < 5; round++)
            {
                for (byte i = 0; i < 10; i++)
                    pair.Send(pair.A, 2, [.. new byte[3_000], i]);
                pair.Send(pair.A, 4, [1]);
                Assert.Equal(SctpResetResult.Ok, pair.A.Association.ResetStreams([2]));
                Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 2, [.. new byte[3_000], 10]));
                pair.Run(pair.NowUs + (60 * SecondUs));
            }

            Assert.Equal(Enumerable.Repeat((ushort)2, 5), pair.B.IncomingResets);
            Assert.Equal(5, pair.A.Diary.Count(line => line == "OutgoingReset 2 True"));
            int[] last = [.. pair.B.Messages.Where(m => m.StreamId == 2).Select(m => (int)m.Payload[^1])];
            Assert.Equal(Enumerable.Repeat(Enumerable.Range(0, 11), 5).SelectMany(x => x), last);
            Assert.Equal(5, pair.B.Messages.Count(m => m.StreamId == 4));
            Assert.Equal(0, pair.A.Association.Buffers.InUseBytes + pair.B.Association.Buffers.InUseBytes);
        }
    }

    [Fact]
    public void A_reset_that_comes_before_its_data_is_deferred_and_keeps_nothing()
    {
        var pair = new SctpPair(seed: 3);
        pair.Connect();
        bool hasLost = false;
        pair.Filter = (end, datagram) =>
        {
            bool drop = end == pair.A && !hasLost && datagram[PacketView.HeaderLength] == (byte)ChunkType.IData;
            hasLost |= drop;
            return !drop;
        };
        pair.Send(pair.A, 2, [1]);
        pair.A.Association.ResetStreams([2]);
        pair.Send(pair.A, 2, [2]);
        pair.Run(pair.NowUs + (10 * SecondUs));
        Assert.Equal([1, 2], pair.B.Messages.Select(message => (int)message.Payload[0]));
        Assert.Equal(["IncomingReset 2"], pair.B.Diary.Where(line => line.StartsWith("Incoming")));
        Assert.True(pair.B.Association.Counters.DeferredResets > 0);
    }

    [Fact]
    public void A_reset_needs_a_peer_that_is_there()
    {
        var pair = new SctpPair();
        Assert.Equal(SctpResetResult.NotConnected, pair.A.Association.ResetStreams([1]));
    }

    // RFC 6525 sections 4.2, 4.3, 4.5 and 4.6: what WebRTC has no use for is denied, and the next request is heard.
    [Theory]
    [InlineData(14, 6)]
    [InlineData(15, 4)]
    [InlineData(17, 8)]
    [InlineData(18, 8)]
    public void Other_requests_are_denied_under_their_number(ushort parameterType, int length)
    {
        var type = (ParameterType)parameterType;
        (SctpPair pair, SctpForge peer) = Forge();
        uint number = peer.FirstTsn;
        Assert.Equal((number, ReconfigurationResult.Denied), Ask(peer, type, number, length));
        Assert.Equal((number, ReconfigurationResult.Denied), Ask(peer, type, number, length));
        Assert.Equal((number + 2, ReconfigurationResult.BadSequenceNumber), Ask(peer, type, number + 2, length));
        Assert.Equal((number - 1, ReconfigurationResult.BadSequenceNumber), Ask(peer, type, number - 1, length));
        Assert.Equal((number + 1, ReconfigurationResult.Performed), AskForReset(peer, number + 1, number - 1, 3));
        Assert.Equal([3], pair.A.IncomingResets.Select(stream => (int)stream));
    }

    [Fact]
    public void A_request_is_performed_once_however_often_it_comes()
    {
        (SctpPair pair, SctpForge peer) = Forge();
        uint number = peer.FirstTsn;
        for (int i = 0; i < 3; i++)
            Assert.Equal((number, ReconfigurationResult.Performed), AskForReset(peer, number, number - 1, 3));

        Assert.Equal([3], pair.A.IncomingResets.Select(stream => (int)stream));
    }

    [Fact]
    public void A_stream_that_was_not_negotiated_cannot_be_reset()
    {
        (SctpPair pair, SctpForge peer) = Forge(new SctpOptions { MaxIncomingStreams = 10 });
        uint number = peer.FirstTsn;
        Assert.Equal((number, ReconfigurationResult.WrongSsn), AskForReset(peer, number, number - 1, 3, 10));
        Assert.Equal((number, ReconfigurationResult.WrongSsn), AskForReset(peer, number, number - 1, 3, 10));
        Assert.Empty(pair.A.IncomingResets);
        Assert.Equal((number + 1, ReconfigurationResult.Performed), AskForReset(peer, number + 1, number - 1, 9));
    }

    // Some peers repeat what they answered to a number first, and look again only when the next number asks.
    [Fact]
    public void A_peer_that_is_not_ready_is_asked_again_for_as_long_as_it_answers()
    {
        (SctpPair pair, SctpForge peer) = Forge();
        Assert.Equal(SctpResetResult.Ok, pair.A.Association.ResetStreams([2]));
        pair.Flush();
        List<uint> numbers = [];
        for (int i = 0; i < 40; i++)
        {
            numbers.Add(RequestNumber(peer.Answers[^1]));
            Answer(peer, numbers[^1], ReconfigurationResult.InProgress);
            int asked = peer.Answers.Count;
            long startUs = pair.NowUs;
            pair.Run(pair.NowUs + (10 * SecondUs), () => peer.Answers.Count > asked);
            Assert.InRange(pair.NowUs - startUs, SecondUs / 5, 2 * SecondUs);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => numbers[0] + ((uint)i / 2)), numbers);
        Assert.Equal(SctpState.Connected, pair.A.Association.State);
        Answer(peer, RequestNumber(peer.Answers[^1]), ReconfigurationResult.Performed);
        Assert.Equal("OutgoingReset 2 True", pair.A.Diary[^1]);
    }

    [Fact]
    public void A_refused_reset_lets_the_stream_go_on_where_it_was()
    {
        (SctpPair pair, SctpForge peer) = Forge(new SctpOptions { EnableMessageInterleaving = false });
        pair.Send(pair.A, 2, [1]);
        pair.A.Association.ResetStreams([2]);
        pair.Flush();
        pair.Send(pair.A, 2, [2]);
        Assert.Single(peer.SentTsns);
        Answer(peer, RequestNumber(peer.Answers[^1]), ReconfigurationResult.Denied);
        Assert.Contains("OutgoingReset 2 False", pair.A.Diary);
        byte[] second = peer.Chunks().Last(chunk => chunk[0] == (byte)ChunkType.Data);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(second.AsSpan(10)));
    }

    [Fact]
    public void A_reset_that_nobody_answers_ends_the_association()
    {
        (SctpPair pair, SctpForge peer) = Forge();
        pair.A.Association.ResetStreams([2]);
        pair.Run(3_600 * SecondUs);
        Assert.Equal(SctpState.Closed, pair.A.Association.State);
        Assert.InRange(peer.Answers.Count, 11, 30);
    }

    private static (SctpPair Pair, SctpForge Peer) Forge(SctpOptions? options = null)
    {
        var pair = new SctpPair(optionsA: options, optionsB: options);
        pair.Connect();
        pair.Run(pair.NowUs + (SecondUs / 10));
        return (pair, new SctpForge(pair));
    }

    private static (uint Number, ReconfigurationResult Result) AskForReset(
        SctpForge peer, uint number, uint lastTsn, params ushort[] streams)
    {
        byte[] request = Parameter(ParameterType.OutgoingSsnReset, number, 12 + (streams.Length * 2));
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(12), lastTsn);
        for (int i = 0; i < streams.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(16 + (i * 2)), streams[i]);

        return Ask(peer, request);
    }

    private static (uint Number, ReconfigurationResult Result) Ask(
        SctpForge peer, ParameterType type, uint number, int length) => Ask(peer, Parameter(type, number, length));

    private static (uint Number, ReconfigurationResult Result) Ask(SctpForge peer, byte[] request)
    {
        peer.Answers.Clear();
        peer.Chunk(ChunkType.ReConfig, request);
        byte[] answer = Assert.Single(peer.Chunks(), chunk => chunk[0] == (byte)ChunkType.ReConfig);
        Assert.Equal(
            (ushort)ParameterType.ReconfigurationResponse, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(4)));
        return (BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(8)),
            (ReconfigurationResult)BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(12)));
    }

    private static void Answer(SctpForge peer, uint number, ReconfigurationResult result)
    {
        byte[] answer = Parameter(ParameterType.ReconfigurationResponse, number, 8);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), (uint)result);
        peer.Chunk(ChunkType.ReConfig, answer);
    }

    private static byte[] Parameter(ParameterType type, uint number, int length)
    {
        byte[] parameter = new byte[4 + ((length + 3) & ~3)];
        BinaryPrimitives.WriteUInt16BigEndian(parameter, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(parameter.AsSpan(2), (ushort)(4 + length));
        BinaryPrimitives.WriteUInt32BigEndian(parameter.AsSpan(4), number);
        return parameter;
    }

    // Of a packet that holds nothing but a RE-CONFIG chunk with one request.
    private static uint RequestNumber(byte[] packet)
    {
        Assert.Equal((byte)ChunkType.ReConfig, packet[PacketView.HeaderLength]);
        return BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(PacketView.HeaderLength + 8));
    }
}
