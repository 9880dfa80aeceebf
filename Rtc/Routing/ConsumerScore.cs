namespace Rtc.Routing;

/// <summary>How well a consumer is served.</summary>
/// <param name="Score">The score of what it sends, 0 to 10.</param>
/// <param name="ProducerScore">The score of the producer's stream that it forwards; 0 while there is none.</param>
/// <param name="ProducerScores">The scores of all encodings of the producer; 0 for those without a stream.</param>
public sealed record ConsumerScore(byte Score, byte ProducerScore, IReadOnlyList<byte> ProducerScores);
