namespace Rtc.Streams;

/// <summary>
/// The score of an interval out of what was delivered in it, 0 to 10: the fourth power of the delivered share, where
/// repaired losses count as delivered the less the more of them there were and the more attempts they took.
/// </summary>
internal struct DeliveryScore
{
    private long _repairedPrior;
    private long _retransmittedPrior;

    /// <summary>Closes an interval of <paramref name="total"/> packets, of which some were lost on the way.</summary>
    /// <param name="total">Packets of the interval, at least 1.</param>
    /// <param name="lost">Of these the lost ones, repaired or not.</param>
    /// <param name="repairedSoFar">Packets repaired since the stream began.</param>
    /// <param name="retransmittedSoFar">Packets sent again since the stream began.</param>
    /// <param name="trustRepairs">
    /// Whether repairs beyond <paramref name="lost"/> are cut down to it; they raise it otherwise.
    /// </param>
    public byte Close(uint total, uint lost, long repairedSoFar, long retransmittedSoFar, bool trustRepairs)
    {
        (uint repaired, uint retransmitted) = TakeInterval(repairedSoFar, retransmittedSoFar);
        lost = Math.Min(lost, total);
        if (repaired > lost)
        {
            if (trustRepairs)
                repaired = lost;
            else
                lost = repaired = Math.Min(repaired, total);
        }

        double weight = Math.Pow(1 / (((double)repaired / total) + 1), 4);
        if (retransmitted > 0)
            weight *= (double)repaired / Math.Max(repaired, retransmitted);

        uint lostForGood = (uint)(lost - (repaired * weight));
        double delivered = (double)(total - lostForGood) / total;
        return (byte)Math.Round(Math.Pow(delivered, 4) * ScoreHistory.Best, MidpointRounding.AwayFromZero);
    }

    /// <summary>Starts a new interval without a score for the one that ends.</summary>
    public void Skip(long repairedSoFar, long retransmittedSoFar) => TakeInterval(repairedSoFar, retransmittedSoFar);

    private (uint Repaired, uint Retransmitted) TakeInterval(long repairedSoFar, long retransmittedSoFar)
    {
        uint repaired = (uint)(repairedSoFar - _repairedPrior);
        uint retransmitted = (uint)(retransmittedSoFar - _retransmittedPrior);
        _repairedPrior = repairedSoFar;
        _retransmittedPrior = retransmittedSoFar;
        return (repaired, retransmitted);
    }
}
