using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>A stream of a producer with what the producer keeps beside it.</summary>
internal sealed class ProducerStream(uint mappedSsrc, KeyFrameRequester? keyFrames)
{
    /// <summary>The SSRC that its packets have when they reach consumers.</summary>
    public uint MappedSsrc { get; } = mappedSsrc;

    /// <summary>Merges the wishes for key frames; null for audio.</summary>
    public KeyFrameRequester? KeyFrames { get; } = keyFrames;

    public required RtpReceiveStream Receiver { get; init; }

    public byte FirSequenceNumber { get; set; }

    public ProducerStreamInfo Info => new(
        Receiver.Parameters.EncodingIndex,
        MappedSsrc,
        Receiver.Score,
        Receiver.WatchesActivity,
        Receiver.ActiveSinceUs);

    public long DeadlineUs => Math.Min(Receiver.DeadlineUs, KeyFrames?.DeadlineUs ?? Deadline.Never);
}
