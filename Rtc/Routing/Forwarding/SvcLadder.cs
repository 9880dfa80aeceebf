using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Claims bitrate for the layers of a stream, step by step: the temporal layers of a spatial layer, then the next
/// spatial layer on top of it, or with K-SVC in place of it.
/// </summary>
/// <param name="host">The consumer.</param>
/// <param name="mappedSsrc">The SSRC of the producer's stream.</param>
/// <param name="mode">The layers there are.</param>
internal sealed class SvcLadder(IForwardingHost host, uint mappedSsrc, ScalabilityMode mode)
{
    private LayerIndex _claimed = LayerIndex.None;
    private long _claimedBitrate;

    /// <summary>The layers that the application wants.</summary>
    public LayerIndex Preferred { get; set; }

    /// <summary>Forgets what was claimed and returns it.</summary>
    public LayerIndex Reset()
    {
        LayerIndex claimed = _claimed;
        _claimed = LayerIndex.None;
        _claimedBitrate = 0;
        return claimed;
    }

    /// <summary>Whether a spatial layer arrives.</summary>
    public bool Arrives(int spatial, long nowUs) => GetBitrate(new LayerIndex(spatial, 0), nowUs) > 0;

    /// <summary>Claims the next step if it fits, and returns what it takes more than the step before.</summary>
    /// <param name="availableBitrate">Bits a second that it may take.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public long ClaimNext(long availableBitrate, long nowUs)
    {
        long needed = FindNext(nowUs, out LayerIndex next);
        if (needed <= 0 || needed > availableBitrate)
            return 0;

        _claimed = next;
        _claimedBitrate += needed;
        return needed;
    }

    /// <summary>Bits a second of the best layers.</summary>
    public long GetDesired(long nowUs)
    {
        if (!mode.IsKeyFrameOnly)
            return host.GetBitrate(mappedSsrc, nowUs);

        long desired = 0;
        for (int spatial = 0; spatial < mode.SpatialLayers; spatial++)
        {
            for (int temporal = 0; temporal < mode.TemporalLayers; temporal++)
                desired = Math.Max(desired, GetBitrate(new LayerIndex(spatial, temporal), nowUs));
        }

        return desired;
    }

    /// <summary>
    /// Bits a second of a layer with those that it needs; 0 while it does not arrive. Layers below come with it, but
    /// with K-SVC only in key frames.
    /// </summary>
    public long GetBitrate(LayerIndex layer, long nowUs)
    {
        long bitrate = host.GetLayerBitrate(mappedSsrc, layer.Spatial, layer.Temporal, nowUs);
        if (bitrate == 0 || !mode.IsKeyFrameOnly || layer.Spatial == 0)
            return bitrate;

        for (int temporal = mode.TemporalLayers - 1; temporal >= 0; temporal--)
        {
            long below = host.GetLayerBitrate(mappedSsrc, layer.Spatial - 1, temporal, nowUs);
            if (below > 0)
                return Math.Max(1, bitrate - below);
        }

        return bitrate;
    }

    private long FindNext(long nowUs, out LayerIndex next)
    {
        next = LayerIndex.None;
        for (int spatial = Math.Max(0, _claimed.Spatial); spatial < mode.SpatialLayers; spatial++)
        {
            bool isClaimed = spatial == _claimed.Spatial;
            if (!isClaimed && !_claimed.IsNone && spatial > Preferred.Spatial)
                return 0;

            next = new LayerIndex(spatial, isClaimed ? _claimed.Temporal + 1 : 0);
            long bitrate = next.Temporal <= Math.Min(Preferred.Temporal, mode.TemporalLayers - 1)
                ? GetBitrate(next, nowUs)
                : 0;
            if (bitrate > 0)
                return Math.Max(1, bitrate - _claimedBitrate);
        }

        return 0;
    }
}
