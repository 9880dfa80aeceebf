using Rtc.Congestion;
using Rtc.Rtcp;

namespace Benchmarks.Micro.Operations;

/// <summary>
/// A tenth of a second of a viewer's transport of 2.5 Mbit/s: 26 packets are numbered and noted, and one feedback about
/// them is parsed and estimated from.
/// </summary>
internal sealed class TakeFeedback : Operation
{
    private const int Packets = 26;
    private const int PacketSize = 1_200;
    private const long FeedbackUs = 100_000;
    private const long DelayUs = 30_000;
    private const long ClockOffsetUs = 77_777_777;

    private readonly BandwidthEstimator _estimator = new(startBitrate: 3_000_000);
    private readonly TransportCcWriter _writer = new();
    private readonly byte[] _feedback = new byte[TransportCcWriter.MaxLength];
    private long _nowUs;

    public TakeFeedback() => _estimator.OnConnected(0);

    public override void Run()
    {
        _writer.Start(_estimator.NextNumber);
        for (int i = 0; i < Packets; i++)
        {
            _nowUs += FeedbackUs / Packets;
            _writer.TryAdd(_estimator.NextNumber, _nowUs + DelayUs + ClockOffsetUs);
            _estimator.OnPacketSent(PacketSize, _nowUs);
        }

        int length = _writer.Write(_feedback, senderSsrc: 1, mediaSsrc: 2, feedbackCount: 0);
        var reader = new RtcpReader(_feedback.AsSpan(0, length));
        Expect(reader.MoveNext());
        _estimator.OnFeedback(reader.Current.AsTransportCc(), _nowUs + DelayUs);
        Expect(_estimator.UselessFeedback == 0 && _estimator.QueueUs < DelayUs);
    }
}
