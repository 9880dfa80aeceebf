using Rtc.Rtcp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>The receiver reports of a producer's streams.</summary>
internal sealed class ProducerReports(ProducerStreams streams, WallClock clock)
{
    private long _lastUs = RtcpPace.LongAgoUs;
    private int _nextEncoding;

    /// <summary>
    /// Adds what has to be reported, when that is due. False when it does not fit any more: the writer has to be sent
    /// and cleared, and asked again.
    /// </summary>
    /// <param name="writer">Where it is added.</param>
    /// <param name="fanout">Who follows, and may lose more than we do; null while nobody can.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public bool TryAppend(CompoundRtcpWriter writer, ProducerFanout? fanout, long nowUs)
    {
        if (!RtcpPace.IsDue(_lastUs, nowUs))
            return true;

        ReadOnlySpan<ProducerStream?> byEncoding = streams.ByEncoding;
        for (; _nextEncoding < byEncoding.Length; _nextEncoding++)
        {
            if (byEncoding[_nextEncoding] is { } stream && !TryAppend(stream.Receiver, writer, fanout, nowUs))
                return false;
        }

        _nextEncoding = 0;
        _lastUs = nowUs;
        return true;
    }

    private bool TryAppend(RtpReceiveStream receiver, CompoundRtcpWriter writer, ProducerFanout? fanout, long nowUs)
    {
        // A report closes an interval, so there has to be room before it is made.
        if (writer.Length + RtcpPace.ProducerStreamLength > CompoundRtcpWriter.MaxLength)
            return false;

        byte worstFraction = receiver.Parameters.UseInBandFec && fanout is not null
            ? fanout.GetWorstFractionLost()
            : (byte)0;
        writer.TryAddReportBlock(receiver.CreateReport(worstFraction, nowUs));
        if (receiver.TryCreateRtxReport(nowUs, out ReportBlock rtx))
            writer.TryAddReportBlock(rtx);

        if (!writer.HasReferenceTime)
            writer.TryAddReferenceTime(clock.At(nowUs));

        return true;
    }
}
