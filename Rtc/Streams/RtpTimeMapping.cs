using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>A moment by the sender's time of day and by its RTP clock.</summary>
/// <param name="SenderUs">Microseconds since 1 January 1970 by the sender's clock.</param>
/// <param name="RtpTimestamp">The RTP timestamp of the same moment.</param>
public readonly record struct RtpTimeMapping(long SenderUs, uint RtpTimestamp)
{
    /// <summary>
    /// The sender's time of another RTP timestamp; false when that is too far off to be told, or before 1970.
    /// </summary>
    public bool TryProject(uint rtpTimestamp, uint clockRate, long maxDistanceUs, out long senderUs)
    {
        senderUs = 0;
        if (clockRate == 0)
            return false;

        long distanceUs = SequenceNumbers.Distance(RtpTimestamp, rtpTimestamp) * 1_000_000L / clockRate;
        senderUs = SenderUs + distanceUs;
        return Math.Abs(distanceUs) <= maxDistanceUs && senderUs >= 0;
    }
}
