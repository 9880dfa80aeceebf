using Rtc.Routing;
using Rtc.Rtp;

namespace RtcTests.Simulation;

/// <summary>Hears what producers and consumers tell, and does nothing about it.</summary>
internal sealed class SilentListener : IProducerListener, IConsumerListener
{
    public static readonly SilentListener Instance = new();

    void IProducerListener.OnScore(ReadOnlySpan<ProducerScore> scores)
    {
    }

    void IProducerListener.OnVideoOrientationChange(VideoOrientation orientation)
    {
    }

    void IProducerListener.OnTrace(RtpTrace trace)
    {
    }

    void IConsumerListener.OnScore(ConsumerScore score)
    {
    }

    void IConsumerListener.OnLayersChange(ConsumerLayers? layers)
    {
    }

    void IConsumerListener.OnProducerPaused()
    {
    }

    void IConsumerListener.OnProducerResumed()
    {
    }

    void IConsumerListener.OnProducerClosed()
    {
    }

    void IConsumerListener.OnTrace(RtpTrace trace)
    {
    }

    void IConsumerListener.OnRtp(ReadOnlySpan<byte> packet) =>
        throw new InvalidOperationException("only a DirectTransport does this");
}
