using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using RtcTests.Ice;
using RtcTests.Routing;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Transports;

/// <summary>What a viewer's feedback costs, from the datagram to the layers that are given out.</summary>
public sealed class FeedbackAllocationTests
{
    private const int PacketsARound = 20;
    private const int WarmUpPackets = 12_000;
    private const int MeasuredPackets = 500 * PacketsARound;
    private const long PacketUs = 4_000;
    private static readonly TransportAddress PeerAddress = FakeSocket.Address("192.0.2.1", 5_000);

    private readonly Room _room = new();
    private readonly RecordingListener _listener = new();
    private readonly TransportCcWriter _feedback = new();
    private readonly byte[] _received = new byte[2_048];
    private readonly byte[] _rtcp = new byte[TransportCcWriter.MaxLength];
    private readonly ushort[] _numbers = new ushort[4 * PacketsARound];
    private int _count;

    [Theory]
    [InlineData(CodecKind.Vp8)]
    [InlineData(CodecKind.Vp9)]
    public void Feedback_and_what_follows_from_it_allocates_nothing(CodecKind codec)
    {
        VideoScene scene = codec == CodecKind.Vp8 ? VideoScene.Vp8Simulcast() : VideoScene.Svc(codec, "L3T3");
        List<byte[]> packets = scene.Prepare((WarmUpPackets + MeasuredPackets) / 6);
        PlainTransport publisher = Create("publisher", (_, _) => { }, out SimulatedSocket publisherSocket);
        string mode = codec == CodecKind.Vp8 ? "L1T3" : "L3T3";
        publisher.Produce(CallPublisher.CreateOptions(codec, scene.Encoders, mode), _listener, _room.NowUs);
        PlainTransport viewer = Create("viewer", Receive, out SimulatedSocket viewerSocket);
        viewer.SetConnected(_room.NowUs);
        RtpEncodingParameters[] encodings = [.. scene.Encoders.Select(
            (_, i) => new RtpEncodingParameters { Ssrc = Room.MappedSsrc(i), ScalabilityMode = mode })];
        string offered = codec == CodecKind.Vp8 ? "S3T3" : "L3T3";
        Consumer consumer = viewer.Consume(
            CallViewer.CreateOptions("consumer", codec, offered, encodings), _listener, _room.NowUs);
        viewer.Start(consumer, _room.NowUs);

        int next = 0;
        long acknowledged = 0;
        void Round()
        {
            for (int i = 0; i < PacketsARound; i++)
            {
                _room.NowUs += PacketUs;
                publisher.OnDatagram(publisherSocket, PeerAddress, packets[next++], _room.NowUs);
                _room.Environment.Deadlines.Expire(_room.NowUs);
            }

            acknowledged += _count;
            if (_count > 0)
                viewer.OnDatagram(viewerSocket, PeerAddress, _rtcp.AsSpan(0, WriteFeedback()), _room.NowUs);
            _count = 0;
        }

        // Everything that grows has grown: memory of what was sent, of what was left out, of numbers.
        while (next < WarmUpPackets)
            Round();

        long before = acknowledged;
        Assert.Equal(0, Allocation.Measure(Round));
        Assert.True(acknowledged > before + 500);
        Assert.NotNull(consumer.CurrentLayers);
    }

    private PlainTransport Create(string id, SimulatedSend send, out SimulatedSocket socket)
    {
        var transport = new PlainTransport(
            id, new PlainTransportOptions { Base = new TransportOptions(), RtcpMux = true }, _room.Router, _listener);
        socket = new SimulatedSocket(FakeSocket.Address("192.0.2.2", 6_000), send);
        transport.Attach(socket, null);
        transport.Connect(PeerAddress.FormatAddress(), PeerAddress.Port, null, null);
        return transport;
    }

    private void Receive(TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(_received);
        if (RtpPacketView.TryParse(_received.AsSpan(0, datagram.Length), out RtpPacketView view)
            && view.TryGetTransportCc(CallViewer.TransportCcId, out ushort number))
        {
            _numbers[_count++] = number;
        }
    }

    private int WriteFeedback()
    {
        _feedback.Start(_numbers[0]);
        for (int i = 0; i < _count; i++)
            _feedback.TryAdd(_numbers[i], _room.NowUs - ((_count - i) * 1_000));

        return _feedback.Write(_rtcp, 1, 2, 0);
    }
}
