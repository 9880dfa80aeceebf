namespace Rtc.Streams;

/// <summary>
/// Tells when media was captured, by our own clock, for all streams of one sender (one CNAME). All of them take the
/// sender's time from the same source, or they would be shifted against each other: from absolute capture times when
/// every producer of the sender negotiated them, else from sender reports.
/// </summary>
public sealed class CaptureClock
{
    /// <summary>How many sender reports the offset is the median of, at most.</summary>
    public const int MaxSamples = 7;

    /// <summary>How many it takes before the offset is told.</summary>
    public const int MinSamples = 3;

    private const long MaxCaptureTimeDistanceUs = 5_000_000;
    private const long MaxSenderReportDistanceUs = 10_000_000;

    private readonly long[] _samples = new long[MaxSamples];
    private int _count;
    private int _next;
    private long _lastArrivalUs = long.MinValue;
    private bool _useCaptureTime = true;

    /// <summary>
    /// How far our monotonic clock is ahead of the sender's time of day since 1970, in microseconds (a large negative
    /// number); null while it cannot be told.
    /// </summary>
    public long? OffsetUs { get; private set; }

    /// <summary>Takes a producer of the sender into account.</summary>
    public void AddProducer(bool hasCaptureTime) => _useCaptureTime &= hasCaptureTime;

    /// <summary>
    /// A stream of the sender got a sender report. Of those that come in one datagram the first counts, so that one
    /// that was held up does not outweigh the others.
    /// </summary>
    public void OnSenderReport(RtpReceiveStream stream)
    {
        long arrivalUs = stream.SenderReportReceivedAtUs;
        if (stream.SenderReportMapping is not { } mapping || arrivalUs == _lastArrivalUs)
            return;

        _lastArrivalUs = arrivalUs;
        _samples[_next] = arrivalUs - mapping.SenderUs - (stream.RoundTripUs / 2);
        _next = (_next + 1) % MaxSamples;
        _count = Math.Min(_count + 1, MaxSamples);
        if (_count < MinSamples)
            return;

        Span<long> sorted = stackalloc long[MaxSamples];
        sorted = sorted[.._count];
        _samples.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        OffsetUs = sorted[_count / 2];
    }

    /// <summary>
    /// When the media of an RTP timestamp was captured, in monotonic microseconds; false when not known.
    /// </summary>
    public bool TryGetCaptureUs(RtpReceiveStream stream, uint rtpTimestamp, out long captureAtUs)
    {
        captureAtUs = 0;
        if (OffsetUs is not { } offsetUs || !TryProject(stream, _useCaptureTime, rtpTimestamp, out long senderUs))
            return false;

        captureAtUs = senderUs + offsetUs;
        return captureAtUs >= 0;
    }

    /// <summary>
    /// When the media of an RTP timestamp was captured, in microseconds since 1970 by the sender's clock; false when
    /// not known. It takes one report of a stream to tell, so that streams of one sender can be joined long before it
    /// is known how far its clock is from ours.
    /// </summary>
    public bool TryGetSenderTimeUs(RtpReceiveStream stream, uint rtpTimestamp, out long senderUs) =>
        TryProject(stream, _useCaptureTime && stream.CaptureTimeMapping is not null, rtpTimestamp, out senderUs);

    private static bool TryProject(
        RtpReceiveStream stream, bool useCaptureTime, uint rtpTimestamp, out long senderUs)
    {
        senderUs = 0;
        RtpTimeMapping? mapping = useCaptureTime ? stream.CaptureTimeMapping : stream.SenderReportMapping;
        long maxDistanceUs = useCaptureTime ? MaxCaptureTimeDistanceUs : MaxSenderReportDistanceUs;
        return mapping is not null
            && mapping.Value.TryProject(rtpTimestamp, stream.Parameters.ClockRate, maxDistanceUs, out senderUs);
    }
}
