using System.Buffers.Binary;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Routing;

/// <summary>
/// A publisher, a router and viewers over links that lose and reorder in both directions, on a virtual clock. The ends
/// answer NACKs and send them as browsers do.
/// </summary>
public class LossSimulationTests
{
    [Theory]
    [InlineData(1, 0.00, 20)]
    [InlineData(2, 0.05, 20)]
    [InlineData(3, 0.10, 60)]
    [InlineData(4, 0.20, 100)]
    [InlineData(5, 0.05, 200)]
    public void Every_packet_reaches_every_viewer_in_the_end(int seed, double loss, int roundTripMs)
    {
        var call = new SimulatedCall(seed, loss, roundTripMs, viewers: 3);
        call.Run(packets: 3000);
        foreach (SimulatedViewer viewer in call.Viewers)
        {
            // Numbers of the viewer's stream and of the publisher's rise together: whatever came late came right.
            List<(long Sequence, uint Number)> received = viewer.Received;
            long offset = received[0].Sequence - received[0].Number;
            Assert.All(received, packet => Assert.Equal(offset, packet.Sequence - packet.Number));
            uint first = received.Min(packet => packet.Number);
            Assert.True(first < 50, $"the first packet that came is {first}");

            // The last ones have no successors by which their loss could be seen.
            uint[] missing = [.. Enumerable.Range((int)first, 2980 - (int)first).Select(i => (uint)i)
                .Except(received.Select(packet => packet.Number))];
            Assert.True(missing.Length == 0, $"never came: {string.Join(' ', missing)}");
        }

        RtpStreamStats stats = call.Producer.GetStats(call.Room.NowUs)[0];
        Assert.True(loss == 0 || stats.PacketsRepaired > 3000 * loss / 2);
        Assert.Equal(0, stats.PacketsDiscarded);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        string[] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            var call = new SimulatedCall(seed: 9, loss: 0.1, roundTripMs: 50, viewers: 2);
            call.Run(packets: 500);
            return string.Join(' ', call.Viewers.SelectMany(viewer => viewer.Received));
        })];
        Assert.Equal(runs[0], runs[1]);
    }

    private sealed class SimulatedCall
    {
        private readonly Random _random;
        private readonly double _loss;
        private readonly long _oneWayUs;
        private readonly PriorityQueue<Action, (long DueUs, long Order)> _wire = new();
        private readonly Dictionary<ushort, RtpBuilder> _published = [];
        private readonly FakeTransport _in;
        private ushort _rtxNumber = 100;
        private long _order;

        public SimulatedCall(int seed, double loss, int roundTripMs, int viewers)
        {
            _random = new Random(seed);
            _loss = loss;
            _oneWayUs = roundTripMs * 500L;
            Room = new Room(seed);
            _in = new FakeTransport(Room, "in") { OnRtcp = rtcp => Transmit(() => PublisherReceives(rtcp)) };
            Producer = Room.Produce(_in, "p");
            for (int i = 0; i < viewers; i++)
            {
                var transport = new FakeTransport(Room, $"out{i}");
                var viewer = new SimulatedViewer(
                    Room, nack => Transmit(() => transport.ReceiveRtcp(nack, Room.NowUs)));
                HashSet<ushort> sent = [];
                transport.OnRtp = (packet, kind) =>
                {
                    // Only retransmissions repeat; a packet of media sent twice would be a replay to SRTP.
                    Assert.True(
                        kind == RtpSendKind.Retransmission
                        || sent.Add(BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2))));
                    Transmit(() => viewer.Receive(packet));
                };
                Room.Consume(transport, Producer, $"c{i}");
                Viewers.Add(viewer);
            }
        }

        public Room Room { get; }

        public Producer Producer { get; }

        public List<SimulatedViewer> Viewers { get; } = [];

        public void Run(int packets)
        {
            long startUs = Room.NowUs;
            for (int i = 0; i < packets; i++)
            {
                RunUntil(startUs + (i * 5000L));
                Publish((uint)i);
            }

            RunUntil(startUs + (packets * 5000L) + 3_000_000);
        }

        private void Publish(uint number)
        {
            var packet = new RtpBuilder
            {
                Ssrc = 1000,
                PayloadType = Room.Vp8PayloadType,
                SequenceNumber = (ushort)(64_000 + number),
                Timestamp = 0xFFFF_0000 + (number / 3 * 1350),
                Marker = number % 3 == 2,
                Payload = RtpBuilder.Vp8(isKeyFrame: number % 30 == 0, number),
            };
            _published[packet.SequenceNumber] = packet;
            byte[] bytes = packet.Build();
            Transmit(() => _in.Receive(bytes, Room.NowUs));
        }

        private void PublisherReceives(byte[] rtcp)
        {
            var reader = new RtcpReader(rtcp);
            while (reader.MoveNext())
            {
                if (reader.Current.Kind != RtcpPacketKind.Nack)
                    continue;

                NackView nack = reader.Current.AsNack();
                for (int i = 0; i < nack.Count; i++)
                {
                    for (int bit = 0; bit <= 16; bit++)
                    {
                        if (bit == 0 || (nack[i].Bitmask & (1 << (bit - 1))) != 0)
                            Repair((ushort)(nack[i].PacketId + bit));
                    }
                }
            }
        }

        private void Repair(ushort sequenceNumber)
        {
            RtpBuilder original = _published[sequenceNumber];
            byte[] bytes = (original with
            {
                Ssrc = 1001,
                PayloadType = Room.RtxPayloadType,
                SequenceNumber = _rtxNumber++,
                Payload = [(byte)(sequenceNumber >> 8), (byte)sequenceNumber, .. original.Payload],
            }).Build();
            Transmit(() => _in.Receive(bytes, Room.NowUs));
        }

        private void Transmit(Action arrival)
        {
            if (_random.NextDouble() < _loss)
                return;

            long jitterUs = _random.Next(10) == 0 ? _random.Next(15_000) : _random.Next(1000);
            _wire.Enqueue(arrival, (Room.NowUs + _oneWayUs + jitterUs, _order++));
        }

        private void RunUntil(long endUs)
        {
            DeadlineQueue deadlines = Room.Environment.Deadlines;
            while (true)
            {
                long wireUs = _wire.TryPeek(out _, out (long DueUs, long) next) ? next.DueUs : long.MaxValue;
                long viewerUs = Viewers.Min(viewer => viewer.DeadlineUs);
                long dueUs = Math.Min(Math.Min(wireUs, viewerUs), deadlines.NextUs);
                if (dueUs > endUs)
                    break;

                Room.NowUs = Math.Max(Room.NowUs, dueUs);
                if (wireUs == dueUs)
                    _wire.Dequeue()();
                else if (viewerUs == dueUs)
                    Viewers.First(viewer => viewer.DeadlineUs == dueUs).HandleDeadline();
                else
                    deadlines.Expire(Room.NowUs);
            }

            Room.NowUs = endUs;
        }
    }

    private sealed class SimulatedViewer : IRtpReceiveStreamListener
    {
        private readonly Room _room;
        private readonly Action<byte[]> _sendRtcp;
        private readonly RtpReceiveStream _stream;
        private long _newest = -1;

        public SimulatedViewer(Room room, Action<byte[]> sendRtcp)
        {
            _room = room;
            _sendRtcp = sendRtcp;
            var parameters = new RtpParameters(
                Room.Codecs(MediaKind.Video, Room.MappedVp8, Room.MappedRtx),
                [],
                [new() { Ssrc = 5000, RtxSsrc = 5001 }],
                new RtcpParameters("viewer"));
            _stream = new RtpReceiveStream(
                RtpStreamParameters.Create(parameters, 0, 5000, ""), this, default, watchActivity: false, room.NowUs);
            _stream.AttachRtx(5001, Room.MappedRtx);
        }

        public List<(long Sequence, uint Number)> Received { get; } = [];

        public long DeadlineUs => _stream.DeadlineUs;

        public void HandleDeadline() => _stream.HandleDeadline(_room.NowUs);

        public void Receive(byte[] packet)
        {
            Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view));
            if (view.Ssrc == 5001)
            {
                if (!_stream.TryReceiveRtx(view, default, _room.NowUs, out RtpPacketView media, out _))
                    return;

                view = media;
            }
            else
            {
                Assert.True(_stream.TryReceive(view, default, _room.NowUs, out _));
            }

            _newest = _newest < 0 ? view.SequenceNumber : SequenceNumbers.Unwrap(view.SequenceNumber, _newest);
            Received.Add((_newest, BinaryPrimitives.ReadUInt32BigEndian(view.Payload[^4..])));
        }

        public void OnScoreChanged(RtpReceiveStream stream, byte previousScore, long nowUs)
        {
        }

        public void OnNackNeeded(RtpReceiveStream stream, ReadOnlySpan<ushort> sequenceNumbers, long nowUs)
        {
            var items = new NackItem[sequenceNumbers.Length];
            int count = NackItem.Pack(sequenceNumbers, items);
            byte[] rtcp = new byte[12 + (count * NackItem.Length)];
            RtcpWriter.WriteNack(rtcp, 1, 5000, items.AsSpan(0, count));
            _sendRtcp(rtcp);
        }

        public void OnKeyFrameNeeded(RtpReceiveStream stream, long nowUs)
        {
        }
    }
}
