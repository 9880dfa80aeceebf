using Rtc.Routing;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Routing;

public class DataRouterTests : IDataTransport
{
    private readonly DataRouter _router = new("router");
    private readonly List<string> _events = [];

    [Fact]
    public void All_that_follow_get_all_messages_in_order()
    {
        DataProducer producer = Produce("p");
        Consume("c1");
        Consume("c2");
        Send(producer, 1);
        Send(producer, 2);

        Assert.Equal(["c1 1", "c2 1", "c1 2", "c2 2"], _events);
        Assert.Equal((2, 2), (producer.MessagesReceived, producer.BytesReceived));
    }

    [Fact]
    public void What_is_paused_counts_and_does_not_forward()
    {
        DataProducer producer = Produce("p");
        DataConsumer consumer = Consume("c");
        producer.Pause();
        producer.Pause();
        Send(producer, 1);
        producer.Resume();
        producer.Resume();
        consumer.Pause();
        Send(producer, 2);
        consumer.Resume();
        Send(producer, 3);

        Assert.Equal(["c producerpause", "c producerresume", "c 3"], _events);
        Assert.Equal((3, 1), (producer.MessagesReceived, consumer.MessagesSent));
    }

    [Fact]
    public void A_consumer_of_a_paused_producer_is_told_when_it_is_made()
    {
        Produce("p", paused: true);
        Assert.True(Consume("c").IsDataProducerPaused);
        Assert.Equal(["c producerpause"], _events);
    }

    [Fact]
    public void Closing_a_producer_tells_consumers_before_they_leave_their_transport()
    {
        DataProducer producer = Produce("p");
        Consume("c1");
        Consume("c2");
        _router.CloseProducer(producer);
        Send(producer, 1);

        Assert.Equal(["c1 producerclose", "transport forgets c1", "c2 producerclose", "transport forgets c2"], _events);
        Assert.Equal(RequestErrorKind.NotFoundError, Assert.Throws<RequestException>(() => Consume("c3")).Kind);
        Produce("p");
        Consume("c1");
    }

    [Fact]
    public void A_closed_consumer_gets_nothing_and_nobody_is_told()
    {
        DataProducer producer = Produce("p");
        DataConsumer consumer = Consume("c");
        _router.CloseConsumer(consumer);
        Send(producer, 1);
        producer.Pause();

        Assert.Empty(_events);
    }

    [Fact]
    public void Messages_that_are_too_long_are_dropped_where_they_are()
    {
        DataProducer producer = Produce("p");
        DataConsumer consumer = Consume("c", maxMessageSize: 2);
        Assert.True(producer.TryReceive(new DataMessage(51, new byte[2]), 0));
        Assert.True(producer.TryReceive(new DataMessage(51, new byte[3]), 0));
        Assert.False(producer.TryReceive(new DataMessage(51, new byte[11]), 0));

        Assert.Equal((2, 1, 1), (producer.MessagesReceived, consumer.MessagesSent, consumer.MessagesTooLong));
    }

    [Fact]
    public void An_id_is_given_once()
    {
        Produce("p");
        Consume("c");
        Assert.Equal(RequestErrorKind.Error, Assert.Throws<RequestException>(() => Produce("p")).Kind);
        Assert.Equal(RequestErrorKind.Error, Assert.Throws<RequestException>(() => Consume("c")).Kind);
    }

    [Theory]
    [InlineData("", null, null, true)]
    [InlineData("1", null, null, true)]
    [InlineData("9,2", null, null, true)]
    [InlineData("9", null, null, false)]
    [InlineData("", 1, null, true)]
    [InlineData("", 9, null, false)]
    [InlineData("1", 9, null, false)]
    [InlineData("9", 1, null, false)]
    [InlineData("", null, 1, false)]
    [InlineData("2", 2, 9, true)]
    [InlineData("2", 2, 1, false)]
    public void Subchannels_choose_who_is_meant(string subchannels, int? required, int? ignored, bool isMeant)
    {
        var set = new SubchannelSet(isPipe: false);
        set.Set([1, 2, 2]);
        Assert.Equal([1, 2], set.ToArray());
        Assert.Equal(isMeant, set.Admits(Message(subchannels, required, ignored)));
    }

    [Theory]
    [InlineData("", "5", 6, 7, true)]
    [InlineData("1", "1", null, 1, true)]
    [InlineData("1", "5", null, null, false)]
    [InlineData("1", "1", 5, null, false)]
    public void A_pipe_passes_on_what_the_other_side_has_to_decide(
        string members, string subchannels, int? required, int? ignored, bool isMeant)
    {
        var set = new SubchannelSet(isPipe: true);
        set.Set(Parse(members));
        Assert.Equal(isMeant, set.Admits(Message(subchannels, required, ignored)));
    }

    [Fact]
    public void Subchannels_come_and_go()
    {
        var set = new SubchannelSet(isPipe: false);
        set.Add(3);
        set.Add(4);
        set.Add(3);
        set.Remove(4);
        set.Remove(5);
        Assert.Equal([3], set.ToArray());
    }

    void IDataTransport.CheckCarries(DataChannelType type)
    {
    }

    DataSendResult IDataTransport.SendMessage(
        DataConsumer consumer, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs)
    {
        Assert.Equal(51u, ppid);
        _events.Add($"{consumer.Id} {payload[0]}");
        return DataSendResult.Queued;
    }

    uint IDataTransport.GetBufferedAmount(DataConsumer consumer) => 0;

    void IDataTransport.OnBufferedAmountLowThreshold(DataConsumer consumer)
    {
    }

    void IDataTransport.OnDataConsumerClosed(DataConsumer consumer) => _events.Add($"transport forgets {consumer.Id}");

    private static void Send(DataProducer producer, byte number) =>
        Assert.True(producer.TryReceive(new DataMessage(51, [number]), nowUs: 0));

    private static ushort[] Parse(string numbers) =>
        [.. numbers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(ushort.Parse)];

    private static DataMessage Message(string subchannels, int? required, int? ignored) => new(51, [1])
    {
        Subchannels = Parse(subchannels),
        RequiredSubchannel = (ushort?)required,
        IgnoredSubchannel = (ushort?)ignored,
    };

    private DataProducer Produce(string id, bool paused = false) => _router.CreateProducer(
        new DataProducerOptions { Id = id, Type = DataChannelType.Direct, Paused = paused }, maxMessageSize: 10);

    private DataConsumer Consume(string id, uint maxMessageSize = 10) => _router.CreateConsumer(
        this,
        new DataConsumerOptions { Id = id, DataProducerId = "p", Type = DataChannelType.Direct },
        maxMessageSize,
        new EventLog(id, _events));

    private sealed class EventLog(string id, List<string> events) : IDataConsumerListener
    {
        public void OnDataProducerPaused() => events.Add($"{id} producerpause");

        public void OnDataProducerResumed() => events.Add($"{id} producerresume");

        public void OnDataProducerClosed() => events.Add($"{id} producerclose");

        public void OnClosedByPeer() => events.Add($"{id} closed by peer");

        public void OnBufferedAmountLow(uint bufferedAmount) => events.Add($"{id} low {bufferedAmount}");

        public void OnSendBufferFull() => events.Add($"{id} full");

        public void OnMessage(uint ppid, ReadOnlySpan<byte> payload) => events.Add($"{id} message");
    }
}
