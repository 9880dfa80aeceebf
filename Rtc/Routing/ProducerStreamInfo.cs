namespace Rtc.Routing;

/// <summary>What consumers are told of a stream of their producer.</summary>
/// <param name="EncodingIndex">Which encoding it is.</param>
/// <param name="MappedSsrc">The SSRC that its packets have when they reach consumers.</param>
/// <param name="Score">Its score, 0 to 10.</param>
/// <param name="WatchesActivity">Whether a score of 0 means that it stopped.</param>
/// <param name="ActiveSinceUs">Since when the score is above 0, in monotonic microseconds.</param>
internal readonly record struct ProducerStreamInfo(
    int EncodingIndex, uint MappedSsrc, byte Score, bool WatchesActivity, long ActiveSinceUs)
{
    /// <summary>Whether packets of it can be expected.</summary>
    public bool IsAlive => Score > 0 || !WatchesActivity;
}
