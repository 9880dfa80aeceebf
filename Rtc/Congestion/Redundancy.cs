namespace Rtc.Congestion;

/// <summary>
/// How many copies of a packet are sent before anybody misses it. A retransmission takes a round trip and more; where
/// that is long, and much is lost at any rate, most pictures would wait for one. Copies by RTX (RFC 4588) take the place
/// of it where the link has room: temporal redundancy in the sense of RFC 7198, sized so that what is still missing is
/// rare.
/// </summary>
internal struct Redundancy
{
    /// <summary>A shorter round trip brings what is lost soon enough, in microseconds.</summary>
    public const long LeastRoundTripUs = 80_000;

    /// <summary>How much of the estimate all that is sent may take, copies included.</summary>
    public const double Share = 0.85;

    private const double BeginsAt = 0.015;
    private const double EndsAt = 0.008;

    // What may be missing in the end. Every later picture waits for one of the base layer, nothing for one of the others.
    private const double MissingOfBase = 0.0008;
    private const double MissingOfOthers = 0.012;
    private const int MostOfBase = 2;
    private const int MostOfOthers = 2;

    private int _ofBase;
    private int _ofOthers;

    /// <summary>Whether copies are of use.</summary>
    public readonly bool IsUseful => _ofBase > 0;

    /// <summary>How many times as much as without copies could be sent.</summary>
    public readonly double Factor => 1 + ((_ofBase + _ofOthers) / 2.0);

    /// <summary>Takes what is known of the link.</summary>
    /// <param name="loss">What is lost at any rate, 0 to 1.</param>
    /// <param name="roundTripUs">Round trip to those who take retransmissions; 0 when it is not known.</param>
    public void Update(double loss, long roundTripUs)
    {
        bool isUseful = roundTripUs >= LeastRoundTripUs && loss > (IsUseful ? EndsAt : BeginsAt);
        _ofBase = isUseful ? Count(loss, MissingOfBase, MostOfBase) : 0;
        _ofOthers = isUseful ? Count(loss, MissingOfOthers, MostOfOthers) : 0;
    }

    /// <summary>How many copies of a packet to send.</summary>
    /// <param name="isBase">Whether later pictures need it: it is of the lowest temporal layer.</param>
    public readonly int CopiesOf(bool isBase) => isBase ? _ofBase : _ofOthers;

    private static int Count(double loss, double missing, int most)
    {
        int copies = 1;
        for (double left = loss * loss; left > missing && copies < most; left *= loss)
            copies++;

        return copies;
    }
}
