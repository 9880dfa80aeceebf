using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Chooses, for one stream that a consumer sends, among the producer's streams and layers. One implementation a type of
/// consumer. What it chooses it says by <see cref="Decide"/>; what it needs done it asks of its
/// <see cref="IForwardingHost"/>.
/// </summary>
internal interface IForwardingStrategy
{
    /// <summary>The producer's stream that is forwarded; null while there is none.</summary>
    ProducerStreamInfo? Current { get; }

    /// <summary>The layers that are forwarded; null while none are, or where there are none to choose from.</summary>
    ConsumerLayers? CurrentLayers { get; }

    /// <summary>The layers that it is on the way to; null while there are none.</summary>
    ConsumerLayers? TargetLayers { get; }

    /// <summary>Whether a packet belongs to the stream that is forwarded, so that dropping it counts.</summary>
    bool IsCurrent(RtpPacket packet);

    /// <summary>
    /// A stream of the producer exists, began, or changed its score. <see cref="Reconsider"/> follows, once the
    /// application knows.
    /// </summary>
    void Note(in ProducerStreamInfo stream);

    /// <summary>The producer's streams are others than before, or other layers are preferred.</summary>
    /// <param name="isUrgent">
    /// Whether a consumer with managed bitrate asks for it even if the spatial layer stays the same.
    /// </param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    void Reconsider(bool isUrgent, long nowUs);

    /// <summary>The layers that the application wants.</summary>
    void SetPreferredLayers(ConsumerLayers layers);

    /// <summary>The consumer is active from now on; the numbering starts over with the next packet that is sent.</summary>
    void Begin(long nowUs);

    /// <summary>The consumer is not active any more.</summary>
    void Interrupt();

    /// <summary>Decides about a packet of the producer; only while the consumer is active.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="sent">What the receiver has got so far.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    ForwardingDecision Decide(RtpPacket packet, in SentPosition sent, long nowUs);

    /// <summary>The application wants a key frame.</summary>
    void RequestKeyFrame(long nowUs);

    /// <summary>The receiver wants a key frame of what it gets.</summary>
    void OnKeyFrameRequest(long nowUs);

    /// <summary>
    /// Claims the next layer above what was claimed since <see cref="ApplyClaims"/>, and returns the bits a second that
    /// this takes more; 0 when nothing more is wanted or nothing more fits.
    /// </summary>
    /// <param name="availableBitrate">Bits a second that it may take.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    long ClaimNextLayer(long availableBitrate, long nowUs);

    /// <summary>Makes what was claimed the target, and forgets the claims.</summary>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    void ApplyClaims(long nowUs);

    /// <summary>Bits a second that the layers take that were granted last.</summary>
    long GetGrantedBitrate(long nowUs);

    /// <summary>Bits a second that the best layers take.</summary>
    long GetDesiredBitrate(long nowUs);
}
