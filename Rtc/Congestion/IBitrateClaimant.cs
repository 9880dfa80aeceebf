namespace Rtc.Congestion;

/// <summary>
/// Somebody who is served out of one estimated bitrate: a video consumer. An allocation asks for claims, round by
/// round, and then has them applied (docs/decisions/0005).
/// </summary>
public interface IBitrateClaimant
{
    /// <summary>Its share, 1 to 255: how many layers it may claim in a round after the first.</summary>
    byte Priority { get; }

    /// <summary>
    /// Claims the next layer above what it has claimed since <see cref="ApplyClaims"/>, and returns how many bits a
    /// second that takes more; 0 when it wants nothing more or the next layer does not fit.
    /// </summary>
    /// <param name="availableBitrate">Bits a second that nobody claimed yet.</param>
    /// <param name="considersLoss">
    /// Whether the claimant weighs in the loss that its receiver reports, because the estimate does not (REMB).
    /// </param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    long ClaimNextLayer(long availableBitrate, bool considersLoss, long nowUs);

    /// <summary>Makes what was claimed the target and begins the next allocation.</summary>
    void ApplyClaims(long nowUs);

    /// <summary>Bits a second that what it was granted last takes by now.</summary>
    long GetGrantedBitrate(long nowUs);

    /// <summary>Bits a second that all it is allowed to want would take.</summary>
    long GetDesiredBitrate(long nowUs);
}
