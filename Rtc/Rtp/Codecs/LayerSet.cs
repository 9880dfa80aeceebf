namespace Rtc.Rtp.Codecs;

/// <summary>A set of spatial and temporal layers, each 0 to 7.</summary>
public readonly record struct LayerSet
{
    /// <summary>How many layers of a kind there can be.</summary>
    public const int MaxLayers = 8;

    private readonly ulong _bits;

    private LayerSet(ulong bits) => _bits = bits;

    /// <summary>Whether a layer is in it; none outside the range is.</summary>
    public bool Contains(int spatialLayer, int temporalLayer) =>
        spatialLayer is >= 0 and < MaxLayers && temporalLayer is >= 0 and < MaxLayers
        && (_bits & Bit(spatialLayer, temporalLayer)) != 0;

    /// <summary>The set with one more layer.</summary>
    public LayerSet With(int spatialLayer, int temporalLayer) => new(_bits | Bit(spatialLayer, temporalLayer));

    private static ulong Bit(int spatialLayer, int temporalLayer) => 1UL << ((spatialLayer * MaxLayers) + temporalLayer);
}
