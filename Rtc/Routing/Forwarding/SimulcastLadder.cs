namespace Rtc.Routing.Forwarding;

/// <summary>
/// Claims bitrate for the layers of a simulcast producer, step by step: the temporal layers of a stream, then the next
/// stream in place of it.
/// </summary>
/// <param name="host">The consumer.</param>
/// <param name="layers">The streams, lowest first.</param>
/// <param name="canSwitchTo">Whether a stream can be switched to.</param>
internal sealed class SimulcastLadder(IForwardingHost host, SimulcastLayer[] layers, Func<int, bool> canSwitchTo)
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

    /// <summary>Bits a second of a layer with those that it needs; 0 while it does not arrive.</summary>
    public long GetBitrate(LayerIndex layer, long nowUs) =>
        host.GetLayerBitrate(layers[layer.Spatial].MappedSsrc, spatialLayer: 0, layer.Temporal, nowUs);

    private long FindNext(long nowUs, out LayerIndex next)
    {
        next = LayerIndex.None;
        bool isAnyUsable = !_claimed.IsNone;
        for (int spatial = Math.Max(0, _claimed.Spatial); spatial < layers.Length; spatial++)
        {
            bool isClaimed = spatial == _claimed.Spatial;
            if (!isClaimed && isAnyUsable && spatial > Preferred.Spatial)
                return 0;

            if (!layers[spatial].CanBeUsed || !canSwitchTo(spatial))
                continue;

            // A stream that has only just begun may stop as soon.
            if (!isClaimed && !_claimed.IsNone && !layers[spatial].IsSettled(nowUs)
                && layers[_claimed.Spatial].IsSettled(nowUs))
            {
                continue;
            }

            isAnyUsable = true;
            int temporal = isClaimed ? _claimed.Temporal + 1 : 0;
            long needed = temporal <= Preferred.Temporal ? GetStep(new LayerIndex(spatial, temporal), nowUs) : 0;
            if (needed > 0)
            {
                next = new LayerIndex(spatial, temporal);
                return needed;
            }
        }

        return 0;
    }

    private long GetStep(LayerIndex layer, long nowUs)
    {
        long bitrate = GetBitrate(layer, nowUs);

        // What was claimed so far is given up for it, and may be more than it takes.
        return bitrate == 0 ? 0 : Math.Max(1, bitrate - _claimedBitrate);
    }
}
