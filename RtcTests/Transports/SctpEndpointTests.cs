using System.Buffers.Binary;
using Rtc.Routing;
using Rtc.Sctp;
using Rtc.Transports;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Transports;

/// <summary>Messages from a data producer over SCTP to a data consumer behind another router.</summary>
public sealed class SctpEndpointTests
{
    private const long SecondUs = 1_000_000;

    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.0)]
    [InlineData(true, 0.1)]
    public void Messages_cross_whole_and_in_order_from_before_the_association_is_up(bool isPipe, double loss)
    {
        var path = new DataPath(isPipe, new EmulatedLinkOptions { DelayUs = 25_000, Loss = loss });
        path.Link(3);
        path.Connect();
        var random = new Random(5);
        List<byte[]> sent = [];
        for (int i = 0; i < 200; i++)
        {
            byte[] message = new byte[i % 20 == 0 ? random.Next(4, 60_000) : random.Next(4, 2_000)];
            random.NextBytes(message);
            BinaryPrimitives.WriteInt32BigEndian(message, i);
            sent.Add(message);
            path.Near.Send(3, new DataMessage(53, message), path.NowUs);
            path.Run(2_000);
        }

        Assert.True(path.Run(300 * SecondUs, () => path.Far.Application.Messages.Count == sent.Count));
        Assert.All(
            path.Far.Application.Messages.Zip(sent),
            both => Assert.True(both.First.AsSpan().SequenceEqual(both.Second)));
        Assert.Equal(["Connecting", "Connecting", "65535/65535", "Connected"], path.Near.Events);
        Assert.Equal("Connected", path.Far.Events[^1]);
        Assert.DoesNotContain("full", path.Near.Application.Events);
        Assert.Equal(0, path.Far.Transport.Counters.UnknownStreams + path.Far.Transport.Counters.TooLong);
    }

    [Fact]
    public void Subchannels_cross_a_pipe_and_choose_who_hears_a_message()
    {
        var path = new DataPath(isPipe: true);
        path.Link(1);
        path.Far.Subscribe(1, 7);
        path.Connect();
        path.Near.Send(1, new DataMessage(51, [1]) { Subchannels = (ushort[])[6] }, path.NowUs);
        path.Near.Send(1, new DataMessage(51, [2]) { Subchannels = (ushort[])[6, 7] }, path.NowUs);
        path.Near.Send(1, new DataMessage(51, [3]) { RequiredSubchannel = 6 }, path.NowUs);
        path.Near.Send(1, new DataMessage(51, [4]) { IgnoredSubchannel = 7 }, path.NowUs);
        path.Near.Send(1, new DataMessage(51, [5]), path.NowUs);
        path.Run(SecondUs);
        Assert.Equal([2, 5], path.Far.Application.Messages.Select(message => (int)Assert.Single(message)));
    }

    [Fact]
    public void A_full_buffer_refuses_until_there_is_room_and_low_amounts_are_told_once()
    {
        var path = new DataPath(isPipe: false, sctp: new SctpTransportOptions { SendBufferSize = 10_000 });
        DataConsumer consumer = path.Link(1);
        consumer.SetBufferedAmountLowThreshold(3_000);
        for (int i = 0; i < 5; i++)
            Assert.Equal(DataSendResult.Queued, consumer.Send(new DataMessage(53, new byte[2_000]), path.NowUs));

        Assert.Equal(10_000u, consumer.BufferedAmount);
        Assert.Equal(DataSendResult.BufferFull, consumer.Send(new DataMessage(53, [1]), path.NowUs));
        Assert.Empty(path.Near.Application.Events);
        path.Near.Send(1, new DataMessage(53, [1]), path.NowUs);
        Assert.Equal(["full"], path.Near.Application.Events);

        path.Connect();
        path.Run(SecondUs);
        Assert.Equal(0u, consumer.BufferedAmount);
        Assert.Equal(5, path.Far.Application.Messages.Count);
        Assert.Equal(2, path.Near.Application.Events.Count);
        Assert.StartsWith("low ", path.Near.Application.Events[1]);
        Assert.InRange(int.Parse(path.Near.Application.Events[1][4..]), 0, 3_000);
        Assert.Equal(DataSendResult.Queued, consumer.Send(new DataMessage(53, [1]), path.NowUs));
    }

    [Fact]
    public void One_stream_may_be_full_while_another_is_not()
    {
        var path = new DataPath(isPipe: false, sctp: new SctpTransportOptions { PerStreamSendQueueLimit = 1_000 });
        DataConsumer first = path.Link(1);
        DataConsumer second = path.Link(2);
        Assert.Equal(DataSendResult.Queued, first.Send(new DataMessage(53, new byte[1_000]), path.NowUs));
        Assert.Equal(DataSendResult.BufferFull, first.Send(new DataMessage(53, [1]), path.NowUs));
        Assert.Equal(DataSendResult.Queued, second.Send(new DataMessage(53, [1]), path.NowUs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reset_of_the_peer_closes_both_ways_of_a_data_channel_only(bool isDataChannel)
    {
        var path = new DataPath(isPipe: false, sctp: new SctpTransportOptions { IsDataChannel = isDataChannel });
        path.Link(1);
        var stream = new DataStreamParameters(1, true, null, null);
        path.Far.Consume(stream, path.NowUs);
        path.Near.Produce(stream, path.NowUs);
        path.Far.Consume(new DataStreamParameters(2, true, null, null), path.NowUs);
        path.Connect();
        path.Near.Send(1, new DataMessage(53, [1]), path.NowUs);
        path.Run(SecondUs);

        path.Near.Transport.Data.CloseConsumer("out-1");
        path.Near.Expire(path.NowUs);
        path.Run(SecondUs);
        Assert.Equal(isDataChannel ? ["out-2"] : ["out-1", "out-2"], path.Far.Transport.Data.Consumers.Keys);
        Assert.Equal(isDataChannel ? ["closed by peer"] : [], path.Far.Application.Events);
        Assert.Single(path.Far.Transport.Data.Producers);

        // The association goes on, for other streams too.
        path.Near.Consume(new DataStreamParameters(2, true, null, null), path.NowUs);
        path.Far.Produce(new DataStreamParameters(2, true, null, null), path.NowUs);
        path.Near.Send(2, new DataMessage(53, [2]), path.NowUs);
        path.Run(SecondUs);
        Assert.Equal([1, 2], path.Far.Application.Messages.Select(message => (int)message[0]));
        Assert.Equal(["Connected", "Connected"], [path.Near.Events[^1], path.Far.Events[^1]]);
    }

    [Fact]
    public void Closing_a_transport_aborts_and_leaves_nothing_behind()
    {
        var path = new DataPath(isPipe: true);
        path.Link(1);
        DataConsumer there = path.Far.Consume(new DataStreamParameters(1, true, null, null), path.NowUs);
        path.Near.Produce(new DataStreamParameters(1, true, null, null), path.NowUs);
        path.Connect();
        path.Run(SecondUs);
        path.Near.Send(1, new DataMessage(53, new byte[200_000]), path.NowUs);

        path.Near.Close(path.NowUs);
        Assert.Equal(0, path.Near.DeadlineCount);
        path.Run(15_000);
        Assert.Equal("Closed", path.Far.Events[^1]);
        Assert.Equal("Closed", path.Near.Events[^1]);
        Assert.Equal(DataSendResult.NotActive, there.Send(new DataMessage(53, [1]), path.NowUs));
        Assert.Equal(SctpState.Closed, ((PipeTransport)path.Far.Transport).Dump().Base.Sctp!.State);
    }
}
