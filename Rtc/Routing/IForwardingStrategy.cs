using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>
/// Chooses, for one stream that a consumer sends, among the producer's streams and layers. One implementation a type of
/// consumer.
/// </summary>
internal interface IForwardingStrategy
{
    /// <summary>The producer's stream that is forwarded; null while there is none.</summary>
    ProducerStreamInfo? Current { get; }

    /// <summary>Whether a packet belongs to the stream that is forwarded, so that dropping it counts.</summary>
    bool IsCurrent(RtpPacket packet);

    /// <summary>A stream of the producer exists or began.</summary>
    void OnStreamAdded(in ProducerStreamInfo stream);

    /// <summary>The score of a stream changed.</summary>
    void OnScore(in ProducerStreamInfo stream);

    /// <summary>
    /// Numbering has to start over, at a key frame where the codec has them: sending was interrupted.
    /// </summary>
    void RequireSync();

    /// <summary>Decides about a packet.</summary>
    ForwardingDecision Decide(RtpPacket packet);

    /// <summary>The SSRC of the producer's stream that a key frame is wanted of.</summary>
    uint KeyFrameSsrc { get; }
}
