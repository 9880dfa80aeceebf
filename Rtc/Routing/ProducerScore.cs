namespace Rtc.Routing;

/// <summary>The score of one stream of a producer.</summary>
/// <param name="EncodingIndex">Which encoding it is.</param>
/// <param name="Ssrc">Its SSRC.</param>
/// <param name="Rid">Its RID; null when it has none.</param>
/// <param name="Score">0 to 10.</param>
public readonly record struct ProducerScore(int EncodingIndex, uint Ssrc, string? Rid, byte Score);
