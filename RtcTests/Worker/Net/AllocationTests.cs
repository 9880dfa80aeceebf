using System.Net;
using System.Net.Sockets;
using Rtc.Seams;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class AllocationTests
{
    [Fact]
    public void Receiving_writing_and_flushing_allocate_nothing_once_warm()
    {
        using LoopHarness harness = new();
        Fanout fanout = new();
        UdpSocket ingress = harness.OpenUdp(fanout);
        UdpSocket egress = harness.OpenUdp(new Inbox());
        Socket sink = harness.OpenPeer(receiveBuffer: 2_048);
        for (int i = 0; i < 20; i++)
            fanout.Tuples.Add(egress.OpenTuple(LoopHarness.Address(sink.LocalEndPoint)));

        Socket peer = harness.OpenPeer();
        byte[] packet = new byte[1_100];
        SocketAddress target = LoopHarness.EndPoint(ingress.LocalAddress).Serialize();
        Deadline deadline = harness.Loop.Deadlines.Create(new Repeater(), "tick");
        long before = 0;
        const int Rounds = 400;
        for (int round = 0; round < Rounds; round++)
        {
            if (round == Rounds / 2)
                before = GC.GetAllocatedBytesForCurrentThread();
            deadline.Set(harness.Loop.NowUs);
            for (int i = 0; i < 10; i++)
                peer.SendTo(packet, SocketFlags.None, target);
            harness.Loop.RunTurn(0);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Rounds * 10, fanout.Received);
        Assert.Equal(Rounds * 10 * 21, harness.Loop.SendQueue.Counters.Datagrams);
        Assert.Equal(0, harness.Loop.SendQueue.Counters.Refused);
        Assert.Equal(0, allocated);
    }

    private sealed class Fanout : IDatagramReceiver
    {
        public List<TransportTuple> Tuples { get; } = [];

        public int Received { get; private set; }

        public void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
        {
            Received++;
            socket.SendTo(remote, datagram[..20]);
            foreach (TransportTuple tuple in Tuples)
            {
                Span<byte> room = tuple.Reserve(datagram.Length + 16);
                datagram.CopyTo(room);
                tuple.Commit(datagram.Length);
            }
        }

        public void OnSocketClosed(IDatagramSocket socket, long nowUs)
        {
        }
    }

    private sealed class Repeater : IDeadlineOwner
    {
        public void OnDeadline(Deadline deadline, long nowUs) => deadline.Set(nowUs + 1);
    }
}
