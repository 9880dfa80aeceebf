using Rtc.Buffers;
using Rtc.Crypto;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Simulation;
using RtcTests.Srtp;
using Xunit;

namespace RtcTests.Transports;

public sealed class DatagramWriterTests
{
    private readonly RtpPacketPool _pool = new(new PacketPool());

    public static TheoryData<SrtpSuite, int, int> Payloads
    {
        get
        {
            var data = new TheoryData<SrtpSuite, int, int>();
            foreach (SrtpSuite suite in Enum.GetValues<SrtpSuite>())
            {
                foreach (int prefixLength in (int[])[0, 1, 2, 6, 16, 17])
                {
                    data.Add(suite, prefixLength, 0);
                    data.Add(suite, prefixLength, 3);
                    data.Add(suite, prefixLength, 40);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void What_takes_the_place_of_the_first_bytes_is_encrypted_with_the_rest(
        SrtpSuite suite, int prefixLength, int replaced)
    {
        using var pair = new SrtpPair(suite);
        byte[] payload = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 7))];
        byte[] prefix = [.. Enumerable.Range(0, prefixLength).Select(i => (byte)(200 + i))];
        RtpPacket packet = Write(payload);
        byte[] shared = packet.Bytes.ToArray();
        byte[]? datagram = null;
        TransportTuple tuple = Open(bytes => datagram = bytes);
        var outgoing = new OutgoingRtp(packet)
        {
            SequenceNumber = 77,
            PayloadPrefix = prefix,
            PrefixReplaces = replaced,
        };

        int sent = DatagramWriter.SendRtp(tuple, pair.Sender, outgoing, absSendTime: 0, transportCc: 0);

        Assert.Equal(sent, datagram!.Length);
        Assert.Equal(outgoing.Length + suite.RtpTagLength(), sent);
        Assert.True(pair.Receiver.TryUnprotectRtp(datagram, out int length));
        Assert.True(RtpPacketView.TryParse(datagram.AsSpan(0, length), out RtpPacketView view));
        Assert.Equal(77, view.SequenceNumber);
        Assert.Equal([.. prefix, .. payload.AsSpan(replaced)], view.Payload.ToArray());
        Assert.Equal(shared, packet.Bytes.ToArray());
    }

    [Fact]
    public void Without_srtp_the_payload_leaves_as_it_is()
    {
        byte[]? datagram = null;
        TransportTuple tuple = Open(bytes => datagram = bytes);
        var outgoing = new OutgoingRtp(Write([1, 2, 3])) { PayloadPrefix = [9, 8], PrefixReplaces = 1 };

        Assert.Equal(16, DatagramWriter.SendRtp(tuple, srtp: null, outgoing, absSendTime: 0, transportCc: 0));

        Assert.Equal([9, 8, 2, 3], datagram![12..]);
    }

    private static TransportTuple Open(Action<byte[]> onDatagram)
    {
        var socket = new SimulatedSocket(
            FakeSocket.Address("192.0.2.2", 6000), (_, bytes) => onDatagram(bytes.ToArray()));
        return socket.OpenTuple(FakeSocket.Address("192.0.2.1", 5000));
    }

    private RtpPacket Write(byte[] payload)
    {
        byte[] bytes = [0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, .. payload];
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        Assert.True(_pool.TryWrite(view, 96, 1, new RtpExtensionList(stackalloc byte[32]), 0, out RtpPacket? packet));
        return packet;
    }
}
