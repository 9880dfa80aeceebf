using Rtc.Rtp;
using Rtc.Seams;
using RtcTests.Routing;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class CoreInputTests
{
    [Fact]
    public void Random_bytes_fill_all_of_what_is_asked_for()
    {
        using EventLoop loop = new();
        byte[] first = new byte[600], second = new byte[600];
        loop.Input.Fill(first);
        loop.Input.Fill(second);
        Assert.NotEqual(first, second);
        Assert.True(first.AsSpan(500).ContainsAnyExcept((byte)0), "the end stays empty");
    }

    [Theory]
    [InlineData(0x80, 200, "rtp 1", "rtp 2", "other", "rtp 3")]
    [InlineData(0x00, 1, "rtp 1", "rtp 2", "other", "rtp 3")]
    [InlineData(0x16, 0xFE, "rtp 1", "rtp 2", "other", "rtp 3")]
    [InlineData(0x80, 111, "other", "rtp 1", "rtp 2", "rtp 3")]
    public void Whatever_is_no_RTP_finds_the_RTP_before_it_forwarded(byte first, byte second, params string[] expected)
    {
        using EventLoop loop = new();
        Room room = new(batch: loop.Input.Batch);
        List<string> order = [];
        var sender = new FakeTransport(room, "sender");
        var viewer = new FakeTransport(room, "viewer") { OnRtp = (packet, _) => order.Add($"rtp {packet[^1]}") };
        room.Consume(viewer, room.Produce(sender, "audio", MediaKind.Audio), "consumer");
        var receiver = new Receiver(sender, order);
        byte[] other = new byte[20];
        (other[0], other[1]) = (first, second);

        loop.Input.OpenBatch();
        Deliver(loop, receiver, Packet(1));
        Deliver(loop, receiver, Packet(2));
        Deliver(loop, receiver, other);
        Deliver(loop, receiver, Packet(3));
        loop.Input.CloseBatch();
        Assert.Equal(expected, order);
    }

    [Fact]
    public void A_defect_in_a_batch_keeps_nothing_that_comes_after_it()
    {
        using EventLoop loop = new();
        List<string> defects = [];
        loop.Input.OnDefect = (input, _) => defects.Add(input);
        Room room = new(batch: loop.Input.Batch);
        List<int> numbers = [];
        var sender = new FakeTransport(room, "sender");
        var viewer = new FakeTransport(room, "viewer");
        viewer.OnRtp = (packet, _) =>
        {
            if (packet[^1] == 2)
                throw new InvalidOperationException("of ours");
            numbers.Add(packet[^1]);
        };
        room.Consume(viewer, room.Produce(sender, "audio", MediaKind.Audio), "consumer");
        var receiver = new Receiver(sender, []);
        Deliver(loop, receiver, Packet(0));
        for (byte first = 1; first < 7; first += 3)
        {
            loop.Input.OpenBatch();
            for (byte i = 0; i < 3; i++)
                Deliver(loop, receiver, Packet((byte)(first + i)));
            loop.Input.CloseBatch();
        }

        Assert.Equal(["a batch of packets"], defects);
        Assert.Equal([0, 1, 4, 5, 6], numbers);
        Assert.Equal(0, room.Memory.GetReferenceCount(Rtc.Buffers.BufferPurpose.Forwarding));
    }

    private static void Deliver(EventLoop loop, IDatagramReceiver receiver, byte[] datagram) =>
        loop.Input.Deliver(receiver, null!, default, datagram, 1_000_000_000);

    private static byte[] Packet(byte number) => new RtpBuilder
    {
        PayloadType = Room.OpusPayloadType,
        Ssrc = 1000,
        SequenceNumber = number,
        Payload = [0, number],
    }.Build();

    private sealed class Receiver(FakeTransport transport, List<string> order) : IDatagramReceiver
    {
        public void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
        {
            if (transport.Receive(datagram.ToArray(), nowUs) is null)
                order.Add("other");
        }

        public void OnSocketClosed(IDatagramSocket socket, long nowUs)
        {
        }
    }
}
