using System.Diagnostics.CodeAnalysis;
using Rtc.Rtp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// The edge of the graph between one producer and those that follow it. Packets, streams, scores and states go one way,
/// key frame requests and loss the other; neither side sees more of the other than this.
/// </summary>
internal sealed class ProducerFanout(Producer producer, ForwardingBatch batch) : IProducerLink
{
    public Producer Producer { get; } = producer;

    public List<Consumer> Consumers { get; } = [];

    public List<IRtpObserver> Observers { get; } = [];

    public void OnPacket(RtpPacket packet, long nowUs)
    {
        if (!batch.TryAdd(this, packet, nowUs))
            Forward(new ReadOnlySpan<RtpPacket>(in packet), nowUs);
    }

    /// <summary>Hands all packets to one follower after the other.</summary>
    public void Forward(ReadOnlySpan<RtpPacket> packets, long nowUs)
    {
        for (int i = 0; i < Consumers.Count; i++)
            Consumers[i].OnProducerPackets(packets, nowUs);

        for (int i = 0; i < Observers.Count; i++)
        {
            foreach (RtpPacket packet in packets)
                Observers[i].OnPacket(Producer, packet, nowUs);
        }
    }

    public void OnStreamChanged(in ProducerStreamInfo stream, long nowUs)
    {
        batch.Complete();
        for (int i = 0; i < Consumers.Count; i++)
            Consumers[i].OnProducerStream(stream, nowUs);
    }

    public void OnPaused(long nowUs)
    {
        batch.Complete();
        for (int i = 0; i < Consumers.Count; i++)
            Consumers[i].OnProducerPaused(nowUs);

        for (int i = 0; i < Observers.Count; i++)
            Observers[i].OnProducerPaused(Producer, nowUs);
    }

    public void OnResumed(long nowUs)
    {
        batch.Complete();
        for (int i = 0; i < Consumers.Count; i++)
            Consumers[i].OnProducerResumed(nowUs);

        for (int i = 0; i < Observers.Count; i++)
            Observers[i].OnProducerResumed(Producer, nowUs);
    }

    public byte GetWorstFractionLost()
    {
        byte worst = 0;
        for (int i = 0; i < Consumers.Count; i++)
            worst = Math.Max(worst, Consumers[i].GetFractionLost());

        return worst;
    }

    void IProducerLink.RequestKeyFrame(uint mappedSsrc, long nowUs) => Producer.RequestKeyFrame(mappedSsrc, nowUs);

    long IProducerLink.GetBitrate(uint mappedSsrc, long nowUs) => Producer.GetBitrate(mappedSsrc, nowUs);

    long IProducerLink.GetLayerBitrate(uint mappedSsrc, int spatialLayer, int temporalLayer, long nowUs) =>
        Producer.GetLayerBitrate(mappedSsrc, spatialLayer, temporalLayer, nowUs);

    bool IProducerLink.TryGetStreamStats(
        uint mappedSsrc, long nowUs, [NotNullWhen(true)] out RtpStreamStats? stats) =>
        Producer.TryGetStreamStats(mappedSsrc, nowUs, out stats);
}
