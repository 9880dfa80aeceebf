namespace Rtc.Routing;

/// <summary>What the application is told of a consumer, in this order of calls.</summary>
public interface IConsumerListener
{
    /// <summary>A score changed.</summary>
    void OnScore(ConsumerScore score);

    /// <summary>Other layers are forwarded; null when none are.</summary>
    void OnLayersChange(ConsumerLayers? layers);

    /// <summary>The producer was paused, or is paused when the consumer is made.</summary>
    void OnProducerPaused();

    /// <summary>The producer goes on.</summary>
    void OnProducerResumed();

    /// <summary>The producer is closed and with it the consumer; nothing is told of it any more.</summary>
    void OnProducerClosed();

    /// <summary>A trace event of a kind that is enabled.</summary>
    void OnTrace(RtpTrace trace);

    /// <summary>A packet for the application itself; only a DirectTransport calls this.</summary>
    /// <param name="packet">The whole RTP packet. Gone when the call returns.</param>
    void OnRtp(ReadOnlySpan<byte> packet);
}
