namespace Rtc.Routing.Forwarding;

/// <summary>What a strategy needs of the consumer that it chooses for.</summary>
internal interface IForwardingHost
{
    /// <summary>Whether packets are sent.</summary>
    bool IsActive { get; }

    /// <summary>
    /// Whether layers are those that were claimed in an allocation; otherwise the strategy takes the preferred ones.
    /// </summary>
    bool IsManaged { get; }

    /// <summary>Asks the producer's endpoint for a key frame of one stream.</summary>
    void RequestKeyFrame(uint mappedSsrc, long nowUs);

    /// <summary>Bits per second that the producer receives of one stream.</summary>
    long GetBitrate(uint mappedSsrc, long nowUs);

    /// <summary>
    /// Bits per second that the producer receives of a layer with all that it needs; 0 while it does not arrive.
    /// </summary>
    long GetLayerBitrate(uint mappedSsrc, int spatialLayer, int temporalLayer, long nowUs);

    /// <summary>Another stream is waited for: packets that are held are of no use any more.</summary>
    void ReleaseHeld();

    /// <summary>No layers are forwarded any more.</summary>
    void OnLayersLost();

    /// <summary>Bitrate has to be given out anew: what is wanted, or can be had, has changed.</summary>
    void OnBitrateNeedChanged(long nowUs);
}
