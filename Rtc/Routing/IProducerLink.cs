using System.Diagnostics.CodeAnalysis;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>All that a consumer can say to, or ask of, its producer; the router stands between.</summary>
internal interface IProducerLink
{
    /// <summary>Asks the producer's endpoint for a key frame of one stream.</summary>
    void RequestKeyFrame(uint mappedSsrc, long nowUs);

    /// <summary>A snapshot of one stream's stats; false while the stream has not begun.</summary>
    bool TryGetStreamStats(uint mappedSsrc, long nowUs, [NotNullWhen(true)] out RtpStreamStats? stats);
}
