using Rtc.Rtcp;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Routing;

public class HostilePacketTests
{
    [Fact]
    public void Every_truncation_of_a_session_is_survived()
    {
        byte[] session = Session(packets: 6);
        for (int length = 0; length < session.Length; length++)
            RoutingFuzz.Fuzz(session.AsSpan(0, length));

        Assert.True(RoutingFuzz.Fuzz(session) >= 6);
    }

    [Fact]
    public void Every_flipped_byte_of_a_session_is_survived()
    {
        byte[] session = Session(packets: 3);
        int forwarded = 0;
        for (int i = 0; i < session.Length; i++)
        {
            session[i] ^= 0xFF;
            forwarded += RoutingFuzz.Fuzz(session);
            session[i] ^= 0xFF;
        }

        Assert.True(forwarded > 0);
    }

    [Fact]
    public void Mutated_sessions_are_survived()
    {
        var random = new Random(11);
        byte[] session = Session(packets: 12);
        int forwarded = 0;
        for (int round = 0; round < 500; round++)
        {
            byte[] mutated = [.. session];
            for (int i = random.Next(1, 12); i > 0; i--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);

            forwarded += RoutingFuzz.Fuzz(mutated);
        }

        Assert.True(forwarded > 500);
    }

    [Fact]
    public void Endless_new_ssrcs_do_not_grow_the_table_beyond_its_bound()
    {
        var room = new Room();
        var transport = new FakeTransport(room, "in");
        room.Produce(transport, "p", encodings: [new()], mid: "m");
        for (uint i = 1; i < 10_000; i++)
        {
            transport.Receive(
                new RtpBuilder { Ssrc = i, PayloadType = 55, Extensions = [(Room.MidId, "m"u8.ToArray())] }.Build(),
                room.NowUs);
        }

        Assert.Equal(Rtc.Routing.RtpListener.MaxSsrcs, transport.RtpListener.SsrcTable.Length);
    }

    private static byte[] Session(int packets)
    {
        List<byte> session = [];
        void Add(byte[] datagram) =>
            session.AddRange([(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram]);

        for (ushort i = 1; i <= packets; i++)
        {
            Add(new RtpBuilder
            {
                Ssrc = 1000,
                PayloadType = Room.Vp8PayloadType,
                SequenceNumber = (ushort)(i * 2),
                Timestamp = i * 3000u,
                Payload = RtpBuilder.Vp8(i == 1, i, length: 12),
                Extensions = [(Room.MidId, "v"u8.ToArray()), (6, [1]), (8, new byte[16])],
            }.Build());
            Add(new RtpBuilder
            {
                Ssrc = 1001,
                PayloadType = Room.RtxPayloadType,
                SequenceNumber = i,
                Timestamp = i * 3000u,
                Payload = [0, (byte)((i * 2) - 1), .. RtpBuilder.Vp8(false, i, length: 12)],
            }.Build());
            Add(new RtpBuilder { Ssrc = 2000, PayloadType = Room.OpusPayloadType, SequenceNumber = i }.Build());
            byte[] nack = new byte[16];
            RtcpWriter.WriteNack(nack, 1, 5000, [new NackItem((ushort)(i * 1000), 0xFFFF)]);
            Add(nack);
        }

        return [.. session];
    }
}
