using System.Diagnostics.CodeAnalysis;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>All that a consumer can say to, or ask of, its producer; the router stands between.</summary>
internal interface IProducerLink
{
    /// <summary>Asks the producer's endpoint for a key frame of one stream.</summary>
    void RequestKeyFrame(uint mappedSsrc, long nowUs);

    /// <summary>Bits per second that arrive of one stream; 0 while the stream has not begun.</summary>
    long GetBitrate(uint mappedSsrc, long nowUs);

    /// <summary>
    /// Bits per second that arrive of one layer of a stream with all that it needs: the spatial layers below it and the
    /// temporal layers of its own up to it. 0 while the layer does not arrive.
    /// </summary>
    long GetLayerBitrate(uint mappedSsrc, int spatialLayer, int temporalLayer, long nowUs);

    /// <summary>A snapshot of one stream's stats; false while the stream has not begun.</summary>
    bool TryGetStreamStats(uint mappedSsrc, long nowUs, [NotNullWhen(true)] out RtpStreamStats? stats);
}
