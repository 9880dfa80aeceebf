using Rtc.Seams;

namespace RtcTests.Ice;

/// <summary>Random bytes that are the same for the same seed.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
