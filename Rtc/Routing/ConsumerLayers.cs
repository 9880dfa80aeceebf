namespace Rtc.Routing;

/// <summary>A choice of layers.</summary>
/// <param name="Spatial">The spatial layer.</param>
/// <param name="Temporal">The temporal layer; null for the highest.</param>
public readonly record struct ConsumerLayers(byte Spatial, byte? Temporal);
