using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>What RTCP says about all streams of a track.</summary>
public sealed record RtcpParameters
{
    /// <param name="cname">The canonical name (RFC 3550 section 6.5.1) that streams of one clock share.</param>
    /// <param name="reducedSize">Whether RTCP may be sent alone (RFC 5506).</param>
    /// <exception cref="RequestException">TypeError: no name.</exception>
    public RtcpParameters(string? cname, bool reducedSize = true)
    {
        if (string.IsNullOrEmpty(cname))
            throw RequestException.TypeError("rtcp.cname is missing or empty");

        Cname = cname;
        ReducedSize = reducedSize;
    }

    /// <summary>The canonical name.</summary>
    public string Cname { get; }

    /// <summary>Whether RTCP may be sent alone.</summary>
    public bool ReducedSize { get; }
}
