using System.Buffers.Binary;
using Rtc.Crypto;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Srtp;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Transports;

/// <summary>What of SRTP's state outlives what is not forwarded, and that no index is used twice on the way out.</summary>
public sealed class SrtpStateTests
{
    private const SrtpSuite Suite = SrtpSuite.AeadAes256Gcm;
    private const byte PayloadType = 100;

    private readonly Room _room = new();

    [Fact]
    public void A_payload_type_that_nobody_knows_does_not_cost_the_rollover_counter()
    {
        (PlainTransport transport, SimulatedSocket socket, SrtpSender sender) = Connect();
        Producer producer = Produce(transport, ssrc: 1);
        for (int number = 65_000; number < 66_000; number++)
            Send(transport, socket, sender, 1, (ushort)number);

        Send(transport, socket, sender, 1, 464, payloadType: 13);
        Send(transport, socket, sender, 1, 465);

        Assert.Equal(1, transport.Counters.UnmappedPayloadTypes);
        Assert.Equal(0, transport.Counters.UnprotectFailures);
        Assert.Equal(1002, producer.GetStats(_room.NowUs)[0].PacketCount);
    }

    [Fact]
    public void A_pipe_carries_thousands_of_streams()
    {
        (PlainTransport transport, SimulatedSocket socket, SrtpSender sender) = Connect();
        for (uint ssrc = 1; ssrc <= 3_000; ssrc++)
        {
            Produce(transport, ssrc);
            Send(transport, socket, sender, ssrc, 1);
        }

        Assert.Equal(0, transport.Counters.UnprotectFailures);
    }

    [Fact]
    public void A_number_that_comes_twice_leaves_once()
    {
        var room = new PlainRoom(consumers: 1, Suite);
        room.Publish(7, 10);
        room.Publish(7, 20);
        room.Publish(8, 10);
        Assert.Equal([7, 8], room.Receivers[0].Packets.Select(packet => (int)packet[^1]));
        Assert.Single(room.Receivers[0].Packets.Select(packet => packet.Length).Distinct());
    }

    [Fact]
    public void What_comes_late_after_a_pause_takes_nobodys_number()
    {
        var room = new PlainRoom(consumers: 1, Suite);
        Consumer consumer = room.Receivers[0].Transport.Consumers["consumer0"];
        foreach (ushort number in (ushort[])[1, 2, 3])
            room.Publish(number, 10);
        consumer.Pause(room.NowUs);
        consumer.Resume(room.NowUs);
        foreach (ushort number in (ushort[])[20, 19, 18, 21])
            room.Publish(number, 10);

        // 1, 2, 3, 20, 21: the late ones would have had the numbers of 3 and 2.
        Assert.Equal([1, 2, 3, 20, 21], room.Receivers[0].Packets.Select(packet => (int)packet[^1]));
        ushort first = NumberOf(room.Receivers[0].Packets[0]);
        Assert.Equal(
            Enumerable.Range(0, 5).Select(i => (ushort)(first + i)), room.Receivers[0].Packets.Select(NumberOf));
    }

    [Theory]
    [InlineData(50_000, 20_000)]
    [InlineData(20_000, 60_000)]
    [InlineData(20_000, 18_000)]
    public void A_publisher_that_begins_anew_is_heard_by_those_who_listen(int before, int after)
    {
        var room = new PlainRoom(consumers: 1, Suite);
        for (int i = 0; i < 100; i++)
            room.Publish((ushort)(before + i), 10);
        for (int i = 0; i < 100; i++)
            room.Publish((ushort)(after + i), 10);

        // The first of the new numbers is held for a stray packet (RFC 3550 appendix A.1).
        List<byte[]> packets = room.Receivers[0].Packets;
        Assert.Equal(199, packets.Count);
        ushort first = NumberOf(packets[0]);
        Assert.Equal(Enumerable.Range(0, 199).Select(i => (ushort)(first + i)), packets.Select(NumberOf));
    }

    private static ushort NumberOf(byte[] packet) => BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2));

    private (PlainTransport Transport, SimulatedSocket Socket, SrtpSender Sender) Connect()
    {
        var socket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 6000), (_, _) => { });
        var options = new PlainTransportOptions
        {
            Base = new TransportOptions(),
            RtcpMux = true,
            Comedia = true,
            SrtpSuite = Suite,
        };
        var transport = new PlainTransport("in", options, _room.Router, new RecordingListener());
        transport.Attach(socket, null);
        SrtpParameters remote = SrtpParameters.Generate(Suite, new SeededRandom(5));
        transport.Connect(null, null, null, remote);
        return (transport, socket, new SrtpSender(remote.ToKeyingMaterial()));
    }

    private Producer Produce(PlainTransport transport, uint ssrc)
    {
        var parameters = new RtpParameters(
            [new RtpCodecParameters(MimeType.Parse("audio/opus"), PayloadType, 48_000, 2)],
            [],
            [new RtpEncodingParameters { Ssrc = ssrc }],
            new RtcpParameters("cname"));
        var options = new ProducerOptions
        {
            Id = $"p{ssrc}",
            Kind = MediaKind.Audio,
            RtpParameters = parameters,
            RtpMapping = new RtpMapping(
                [new CodecMapping(PayloadType, PayloadType)], [new EncodingMapping(null, ssrc, ssrc)], parameters),
        };
        return transport.Produce(options, SilentListener.Instance, _room.NowUs);
    }

    private void Send(
        PlainTransport transport,
        SimulatedSocket socket,
        SrtpSender sender,
        uint ssrc,
        ushort number,
        byte payloadType = PayloadType)
    {
        byte[] packet = new RtpBuilder
        {
            PayloadType = payloadType,
            Ssrc = ssrc,
            SequenceNumber = number,
            Timestamp = number * 960u,
        }.Build();
        byte[] room = [.. packet, .. new byte[SrtpSender.MaxRtpOverhead]];
        Assert.True(sender.TryProtectRtp(room, 12, packet.AsSpan(12), out int length));
        transport.OnDatagram(socket, FakeSocket.Address("192.0.2.1", 5000), room.AsSpan(0, length), _room.NowUs);
    }
}
