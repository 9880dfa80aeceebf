using Rtc.Rtcp;

namespace Rtc.Routing;

/// <summary>How often producers and consumers report.</summary>
internal static class RtcpPace
{
    /// <summary>
    /// Room that the reports of one received stream take: its block and that of its retransmissions, the heads of two
    /// more receiver reports, and the reference time in an extended report.
    /// </summary>
    public const int ProducerStreamLength = (2 * ReportBlock.Length) + (2 * 8) + 20;

    /// <summary>When somebody who never reported did so last.</summary>
    public const long LongAgoUs = -1_000_000_000_000;

    private const long IntervalUs = 1_000_000;

    /// <summary>
    /// Whether a report is due: the interval has passed, or so little is missing that the transport's next round would
    /// be much too late.
    /// </summary>
    public static bool IsDue(long lastUs, long nowUs) => (nowUs - lastUs) * 115 >= IntervalUs * 100;
}
