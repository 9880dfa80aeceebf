using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Xunit;

namespace RtcTests.Routing;

public class ForwardingBatchTests
{
    private readonly Room _room = new();
    private readonly FakeTransport _sender;
    private readonly FakeTransport _first;
    private readonly FakeTransport _second;
    private readonly List<string> _order = [];
    private ushort _sequenceNumber = 100;

    public ForwardingBatchTests()
    {
        _sender = new FakeTransport(_room, "sender");
        _first = new FakeTransport(_room, "first") { OnRtp = (packet, _) => _order.Add($"first {packet[^1]}") };
        _second = new FakeTransport(_room, "second") { OnRtp = (packet, _) => _order.Add($"second {packet[^1]}") };
        Producer producer = _room.Produce(_sender, "audio", MediaKind.Audio);
        _room.Consume(_first, producer, "a");
        _room.Consume(_second, producer, "b");
        Receive(0);
        _order.Clear();
        _room.Events.Clear();
    }

    private ForwardingBatch Batch => _room.Environment.Batch;

    [Fact]
    public void Each_consumer_takes_all_packets_in_their_order_before_the_next_takes_any()
    {
        Batch.Open();
        Receive(1);
        Receive(2);
        Receive(3);
        Assert.Empty(_order);
        Assert.False(Batch.IsEmpty);

        Batch.Close();
        Assert.Equal(["first 1", "first 2", "first 3", "second 1", "second 2", "second 3"], _order);
        Assert.True(Batch.IsEmpty);
    }

    [Fact]
    public void Nothing_waits_outside_of_a_batch()
    {
        Receive(1);
        Assert.Equal(["first 1", "second 1"], _order);

        Batch.Open();
        Batch.Close();
        Receive(2);
        Assert.Equal(4, _order.Count);
    }

    [Fact]
    public void Packets_of_another_producer_come_behind_those_that_wait()
    {
        Producer other = _room.Produce(
            _sender, "other", MediaKind.Audio, [new RtpEncodingParameters { Ssrc = 2000 }]);
        _room.Consume(_first, other, "c", ssrc: 7000);
        Receive(20, ssrc: 2000);
        _order.Clear();

        Batch.Open();
        Receive(1);
        Receive(21, ssrc: 2000);
        Receive(2);
        Batch.Close();
        Assert.Equal(["first 1", "second 1", "first 21", "first 2", "second 2"], _order);
    }

    [Fact]
    public void Packets_of_another_moment_come_behind_those_that_wait()
    {
        Batch.Open();
        Receive(1);
        _room.NowUs++;
        Receive(2);
        Batch.Close();
        Assert.Equal(["first 1", "second 1", "first 2", "second 2"], _order);
    }

    [Fact]
    public void A_stream_that_begins_finds_everything_forwarded()
    {
        Producer other = _room.Produce(
            _sender, "other", MediaKind.Audio, [new RtpEncodingParameters { Ssrc = 2000 }]);
        _room.Consume(_first, other, "c", ssrc: 7000);
        int before = -1;
        Batch.Open();
        Receive(1);
        _first.OnRtp = (_, _) => before = _room.Events.Count(text => text.StartsWith("c score", StringComparison.Ordinal));
        Receive(21, ssrc: 2000);
        Assert.Equal(0, before);
        Assert.Contains(_room.Events, text => text.StartsWith("c score", StringComparison.Ordinal));
        Batch.Close();
    }

    [Fact]
    public void A_full_batch_is_forwarded()
    {
        Batch.Open();
        for (byte i = 1; i <= ForwardingBatch.MaxPackets; i++)
            Receive(i);
        Assert.Empty(_order);

        Receive(65);
        Assert.Equal(2 * ForwardingBatch.MaxPackets, _order.Count);
        Batch.Close();
        Assert.Equal(2 * (ForwardingBatch.MaxPackets + 1), _order.Count);
    }

    [Fact]
    public void All_memory_is_given_back()
    {
        Batch.Open();
        Receive(1);
        Receive(2);
        Assert.Equal(2, _room.Memory.GetReferenceCount(BufferPurpose.Forwarding));
        Batch.Close();
        Assert.Equal(0, _room.Memory.GetReferenceCount(BufferPurpose.Forwarding));
    }

    private void Receive(byte number, uint ssrc = 1000) => _room.Receive(
        _sender,
        new RtpBuilder
        {
            PayloadType = Room.OpusPayloadType,
            Ssrc = ssrc,
            SequenceNumber = _sequenceNumber++,
            Timestamp = 960u * _sequenceNumber,
            Payload = [0, number],
        });
}
