using Rtc.Congestion;
using Rtc.Routing;
using Rtc.Routing.Observers;
using Rtc.Rtp;
using Rtc.Sctp;
using Rtc.Transports;

namespace RtcTests.Transports;

/// <summary>Writes down what the application would be told of one entity.</summary>
internal sealed class RecordingListener
    : IDirectTransportListener,
        IPlainTransportListener,
        IProducerListener,
        IConsumerListener,
        IDataConsumerListener,
        IActiveSpeakerObserverListener
{
    public List<string> Events { get; } = [];

    public List<byte[]> Rtp { get; } = [];

    public List<byte[]> Rtcp { get; } = [];

    public List<byte[]> Messages { get; } = [];

    public List<RtpTrace> Traces { get; } = [];

    public void OnTrace(TransportTraceEventTypes type, long timestampMs) => Events.Add($"trace {type}");

    public void OnBweTrace(in BweTrace bitrates, long timestampMs) => Events.Add($"trace {bitrates}");

    public void OnTuple(TupleInfo tuple) => Events.Add($"tuple {tuple.RemotePort}");

    public void OnRtcpTuple(TupleInfo tuple) => Events.Add($"rtcp tuple {tuple.RemotePort}");

    public void OnClosedByPeer() => Events.Add("closed by peer");

    public void OnBufferedAmountLow(uint bufferedAmount) => Events.Add($"low {bufferedAmount}");

    public void OnSendBufferFull() => Events.Add("full");

    public void OnSctpStateChange(SctpState state) => Events.Add($"sctp {state}");

    public void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams) => Events.Add($"streams {outgoingStreams} {incomingStreams}");

    public void OnRtcp(ReadOnlySpan<byte> rtcp) => Rtcp.Add(rtcp.ToArray());

    public void OnScore(ReadOnlySpan<ProducerScore> scores) => Events.Add($"score {scores[^1].Score}");

    public void OnVideoOrientationChange(VideoOrientation orientation) => Events.Add("orientation");

    public void OnTrace(RtpTrace trace)
    {
        Events.Add($"trace {trace.Type}");
        Traces.Add(trace);
    }

    public void OnScore(ConsumerScore score) => Events.Add($"score {score.Score} {score.ProducerScore}");

    public void OnLayersChange(ConsumerLayers? layers) => Events.Add($"layers {layers}");

    public void OnProducerPaused() => Events.Add("producerpause");

    public void OnProducerResumed() => Events.Add("producerresume");

    public void OnProducerClosed() => Events.Add("producerclose");

    public void OnRtp(ReadOnlySpan<byte> packet) => Rtp.Add(packet.ToArray());

    public void OnDataProducerPaused() => Events.Add("dataproducerpause");

    public void OnDataProducerResumed() => Events.Add("dataproducerresume");

    public void OnDataProducerClosed() => Events.Add("dataproducerclose");

    public void OnDominantSpeaker(string producerId) => Events.Add($"dominant {producerId}");

    public void OnMessage(uint ppid, ReadOnlySpan<byte> payload) => Messages.Add(payload.ToArray());
}
