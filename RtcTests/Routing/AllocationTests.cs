using System.Buffers.Binary;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Routing;

public class AllocationTests
{
    private readonly Room _room = new();

    [Theory]
    [InlineData(MediaKind.Audio)]
    [InlineData(MediaKind.Video)]
    public void Forwarding_allocates_nothing(MediaKind kind)
    {
        (FakeTransport transport, FakeTransport sink) = Connect(kind, consumers: 10);
        byte[] packet = Packet(kind, isKeyFrame: true);
        ushort number = 0;

        // Longer than the memory of what was sent, so that it does not grow any more.
        for (int i = 0; i < 4000; i++)
            Receive(transport, packet, ++number);

        long sent = sink.SinkBytes;
        ushort first = number;
        Assert.Equal(0, Allocation.Measure(() => Receive(transport, packet, ++number)));
        Assert.Equal((number - first) * 10L * (packet.Length + (kind == MediaKind.Audio ? 16 : 20)), sink.SinkBytes - sent);
    }

    [Theory]
    [InlineData(CodecKind.Vp8)]
    [InlineData(CodecKind.Vp9)]
    [InlineData(CodecKind.Av1)]
    public void Choosing_layers_allocates_nothing(CodecKind codec)
    {
        VideoScene scene = codec == CodecKind.Vp8 ? VideoScene.Vp8Simulcast() : VideoScene.Svc(codec, "L3T3");
        var sink = new FakeTransport(scene.Room, "out") { IsSink = true };
        foreach ((byte spatial, byte temporal) in new (byte, byte)[] { (2, 2), (0, 1), (1, 0) })
            scene.Watch($"c{spatial}", sink, new ConsumerLayers(spatial, temporal));

        // Long enough that what was sent and what was left out fill what remembers them.
        scene.Run(120);
        List<byte[]> packets = scene.Prepare(2300);
        int next = 0;
        scene.In.OnRtcp = _ => { };
        void Receive()
        {
            scene.Room.NowUs += 5000;
            scene.In.Receive(packets[next++], scene.Room.NowUs);
        }

        while (next < packets.Count - 600)
            Receive();

        long sent = sink.SinkBytes;
        Assert.Equal(0, Allocation.Measure(Receive));
        Assert.True(sink.SinkBytes > sent);
    }

    [Fact]
    public void Repairing_allocates_nothing()
    {
        (FakeTransport transport, FakeTransport sink) = Connect(MediaKind.Video, consumers: 10);
        byte[] packet = Packet(MediaKind.Video, isKeyFrame: true);
        byte[] rtx = [.. Packet(MediaKind.Video, isKeyFrame: false)];
        rtx[1] = Room.RtxPayloadType;
        BinaryPrimitives.WriteUInt32BigEndian(rtx.AsSpan(8), 1001);
        ushort number = 0;
        ushort rtxNumber = 0;
        transport.OnRtcp = null;
        void LoseAndRepair()
        {
            Receive(transport, packet, ++number);
            ushort lost = ++number;
            Receive(transport, packet, ++number);
            BinaryPrimitives.WriteUInt16BigEndian(rtx.AsSpan(12), lost);
            BinaryPrimitives.WriteUInt32BigEndian(rtx.AsSpan(4), lost * 90u);
            BinaryPrimitives.WriteUInt16BigEndian(rtx.AsSpan(2), ++rtxNumber);
            transport.Receive(rtx, _room.NowUs);
        }

        for (int i = 0; i < 2000; i++)
            LoseAndRepair();

        long sent = sink.SinkBytes;
        Assert.Equal(0, Allocation.Measure(LoseAndRepair));
        Assert.True(sink.SinkBytes - sent > 200 * 10 * 3 * 40);
    }

    [Fact]
    public void Retransmitting_and_reporting_allocate_nothing()
    {
        (FakeTransport transport, FakeTransport sink) = Connect(MediaKind.Video, consumers: 1);
        byte[] packet = Packet(MediaKind.Video, isKeyFrame: true);
        Consumer consumer = sink.Consumers[0];
        var writer = new CompoundRtcpWriter();
        ushort number = 0;
        byte[] nack = new byte[16];
        void Round()
        {
            _room.NowUs += 1_500_000;
            for (int i = 0; i < 20; i++)
                Receive(transport, packet, ++number);

            Assert.True(RtcpReaderOf(nack, out NackView view));
            consumer.OnNack(view, _room.NowUs);
            writer.Clear();
            consumer.TryAppendRtcp(writer, _room.NowUs);
            transport.Producers[0].TryAppendRtcp(writer, _room.NowUs);
        }

        RtcpWriter.WriteNack(nack, 1, 5000, [new NackItem(1, 0xFFFF)]);
        for (int i = 0; i < 300; i++)
            Round();

        Assert.Equal(0, Allocation.Measure(Round));
    }

    private static bool RtcpReaderOf(byte[] rtcp, out NackView nack)
    {
        var reader = new RtcpReader(rtcp);
        bool found = reader.MoveNext();
        nack = found ? reader.Current.AsNack() : default;
        return found;
    }

    private static byte[] Packet(MediaKind kind, bool isKeyFrame) => new RtpBuilder
    {
        Ssrc = 1000,
        PayloadType = kind == MediaKind.Audio ? Room.OpusPayloadType : Room.Vp8PayloadType,
        Payload = RtpBuilder.Vp8(isKeyFrame, 0, length: 1100),
    }.Build();

    private (FakeTransport In, FakeTransport Out) Connect(MediaKind kind, uint consumers)
    {
        var transport = new FakeTransport(_room, "in");
        var sink = new FakeTransport(_room, "out") { IsSink = true };
        Producer producer = _room.Produce(transport, "p", kind);
        for (uint i = 0; i < consumers; i++)
            _room.Consume(sink, producer, $"c{i}", ssrc: 5000 + (2 * i), mid: "1");

        return (transport, sink);
    }

    private void Receive(FakeTransport transport, byte[] packet, ushort number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), number);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), number * 90u);
        _room.NowUs += 1000;
        transport.Receive(packet, _room.NowUs);
    }
}
