using Rtc.Rtp;
using RtcTests.Routing;

namespace RtcTests.Fuzz;

/// <summary>
/// A session out of bytes: runs of packets and RTCP, each behind two bytes of length, reach producers and consumers
/// through a transport that has decrypted them. Whatever they hold, memory stays bounded and is given back.
/// </summary>
internal static class RoutingFuzz
{
    private const int MaxKept = 2500 + 30 + 1;

    /// <summary>Returns how many packets were forwarded; throws only on a defect.</summary>
    public static int Fuzz(ReadOnlySpan<byte> input)
    {
        var room = new Room();
        var incoming = new FakeTransport(room, "in");
        var outgoing = new FakeTransport(room, "out");
        room.Consume(outgoing, room.Produce(incoming, "video", mid: "v"), "c1", ssrc: 5000);
        room.Consume(
            outgoing, room.Produce(incoming, "audio", MediaKind.Audio, [new() { Ssrc = 2000 }]), "c2", ssrc: 6000);
        while (input.Length > 2)
        {
            int length = Math.Min(input.Length - 2, ((input[0] << 8) | input[1]) & 0x3FF);
            byte[] datagram = input.Slice(2, length).ToArray();
            input = input[(2 + length)..];
            if (datagram.Length > 1 && datagram[1] is >= 192 and <= 223)
                outgoing.ReceiveRtcp(datagram, room.NowUs);
            else
                incoming.Receive(datagram, room.NowUs);

            room.Advance(3);
            if (room.Memory.InUseCount > 2 * MaxKept)
                throw new InvalidOperationException($"{room.Memory.InUseCount} packets are kept");
        }

        int forwarded = outgoing.SentRtp.Count;
        incoming.Close(room.NowUs);
        if (room.Memory.InUseCount != 0)
            throw new InvalidOperationException(string.Join('\n', room.Memory.DescribeOutstanding()));

        return forwarded;
    }
}
