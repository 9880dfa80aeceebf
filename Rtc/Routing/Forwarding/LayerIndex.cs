namespace Rtc.Routing.Forwarding;

/// <summary>A spatial and a temporal layer; both are -1 where there is none.</summary>
internal readonly record struct LayerIndex(int Spatial, int Temporal)
{
    public static LayerIndex None => new(-1, -1);

    public bool IsNone => Spatial < 0;

    public ConsumerLayers? ToConsumerLayers() => IsNone
        ? null
        : new ConsumerLayers((byte)Spatial, (byte)Math.Max(0, Temporal));
}
