using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>What the application is told of a producer, in this order of calls.</summary>
public interface IProducerListener
{
    /// <summary>A stream began or the score of one changed.</summary>
    /// <param name="scores">All streams so far, in the order of their encodings. Gone when the call returns.</param>
    void OnScore(ReadOnlySpan<ProducerScore> scores);

    /// <summary>The camera was turned, or its orientation is known for the first time.</summary>
    void OnVideoOrientationChange(VideoOrientation orientation);

    /// <summary>A trace event of a kind that is enabled.</summary>
    void OnTrace(RtpTrace trace);
}
