namespace Rtc.Routing.Forwarding;

/// <summary>
/// What a claimant may take of a bitrate whose estimate does not consider loss (REMB, draft-alvestrand-rmcat-remb): a
/// little more while hardly anything is lost, less when much is. The bounds of 2 and 10 % are those of loss-based
/// control (draft-ietf-rmcat-gcc, section 6).
/// </summary>
internal static class LossTolerance
{
    private const double LowFraction = 0.02;
    private const double HighFraction = 0.10;
    private const double Stretch = 1.08;

    /// <param name="bitrate">Bits a second.</param>
    /// <param name="fractionLost">What the receiver reports, in 256ths.</param>
    public static long Apply(long bitrate, byte fractionLost)
    {
        double loss = fractionLost / 256.0;
        return loss switch
        {
            < LowFraction => (long)(Stretch * bitrate),
            > HighFraction => (long)((1 - (0.5 * loss)) * bitrate),
            _ => bitrate,
        };
    }
}
