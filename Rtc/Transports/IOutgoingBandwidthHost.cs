using Rtc.Congestion;

namespace Rtc.Transports;

/// <summary>What <see cref="OutgoingBandwidth"/> needs of the transport that it belongs to.</summary>
internal interface IOutgoingBandwidthHost
{
    /// <summary>What it drops is counted there.</summary>
    TransportCounters Counters { get; }

    /// <summary>Adds those who may claim bitrate now.</summary>
    void CollectClaimants(List<IBitrateClaimant> claimants);

    /// <summary>
    /// Sends a packet of padding under the next transport-wide number and returns the bytes that left; 0 when it was
    /// dropped.
    /// </summary>
    int SendProbation(int size, ushort transportCc, long nowUs);

    /// <summary>
    /// The longest round trip to those who take video retransmissions by RTX, in microseconds; 0 when none is known.
    /// </summary>
    long GetRtxRoundTripUs();

    /// <summary>Bitrate was given out.</summary>
    void OnBitrates(in BweTrace bitrates, long nowUs);
}
