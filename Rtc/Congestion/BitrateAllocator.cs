namespace Rtc.Congestion;

/// <summary>
/// Gives a bitrate out to those who want it, by priority, in rounds (docs/decisions/0005): in the first everyone may
/// claim one layer, in later ones as many as its priority says, until nobody claims any more.
/// </summary>
public sealed class BitrateAllocator
{
    private readonly List<IBitrateClaimant> _byPriority = [];

    /// <summary>Gives out anew and returns how much was claimed, in bits a second.</summary>
    /// <param name="claimants">Who takes part; of equal priority the later comes first.</param>
    /// <param name="bitrate">Bits a second that there are.</param>
    /// <param name="considersLoss">Whether claimants weigh in what their receivers lose.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public long Allocate(List<IBitrateClaimant> claimants, long bitrate, bool considersLoss, long nowUs)
    {
        Sort(claimants);
        long left = bitrate;
        bool isFirstRound = true;
        bool isAnyClaimed = true;
        while (isAnyClaimed)
        {
            isAnyClaimed = false;
            foreach (IBitrateClaimant claimant in _byPriority)
            {
                int claims = isFirstRound ? 1 : claimant.Priority;
                for (; claims > 0; claims--)
                {
                    long claimed = claimant.ClaimNextLayer(left, considersLoss, nowUs);
                    if (claimed <= 0)
                        break;

                    left -= claimed;
                    isAnyClaimed = true;
                }
            }

            isFirstRound = false;
        }

        foreach (IBitrateClaimant claimant in _byPriority)
            claimant.ApplyClaims(nowUs);
        _byPriority.Clear();
        return bitrate - left;
    }

    // An insertion sort: stable, in place, and there are few.
    private void Sort(List<IBitrateClaimant> claimants)
    {
        _byPriority.Clear();
        for (int i = claimants.Count - 1; i >= 0; i--)
        {
            int at = _byPriority.Count;
            while (at > 0 && _byPriority[at - 1].Priority < claimants[i].Priority)
                at--;
            _byPriority.Insert(at, claimants[i]);
        }
    }
}
