namespace Rtc.Streams;

/// <summary>
/// What a receiver reports of the packets that did not come (RFC 3550 section 6.4.1 and appendix A.3): in total, and
/// as a fraction since the last report.
/// </summary>
public struct LossReporter
{
    private uint _expectedPrior;
    private uint _receivedPrior;
    private int _reportedLost;

    /// <summary>Packets lost in total, 0 when more came than were to be expected.</summary>
    public int Lost { readonly get; private set; }

    /// <summary>Fraction lost between the last two reports, in 256ths.</summary>
    public byte FractionLost { readonly get; private set; }

    /// <summary>Closes an interval and tells what the report says.</summary>
    /// <param name="expected">Packets to be expected so far.</param>
    /// <param name="received">Packets received so far.</param>
    /// <param name="worstRemoteFraction">
    /// The highest fraction that receivers of the forwarded stream report; takes the place of a lower one of our own,
    /// so that the sender protects its stream for them.
    /// </param>
    public (int TotalLost, byte FractionLost) Report(uint expected, uint received, byte worstRemoteFraction)
    {
        int lostBefore = Lost;
        Lost = expected > received ? (int)(expected - received) : 0;

        uint expectedInterval = expected - _expectedPrior;
        int lostInterval = (int)(expectedInterval - (received - _receivedPrior));
        _expectedPrior = expected;
        _receivedPrior = received;
        FractionLost = expectedInterval == 0 || lostInterval <= 0
            ? (byte)0
            : (byte)Math.Min(255, Math.Round(lostInterval * 256.0 / expectedInterval, MidpointRounding.AwayFromZero));

        if (worstRemoteFraction <= FractionLost)
        {
            _reportedLost += Lost - lostBefore;
            return (_reportedLost, FractionLost);
        }

        _reportedLost += (int)(((ulong)worstRemoteFraction * expectedInterval) >> 8);
        return (_reportedLost, worstRemoteFraction);
    }
}
