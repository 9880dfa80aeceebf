namespace Rtc.Seams;

/// <summary>
/// Where the core takes its random bytes from. The worker hands in the system's generator, a simulation a seeded
/// one, so that the same seed gives the same run.
/// </summary>
public interface IRandomSource
{
    /// <summary>Fills <paramref name="destination"/> with random bytes; cryptographically strong in production.</summary>
    void Fill(Span<byte> destination);
}
