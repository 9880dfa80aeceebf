namespace Rtc.Congestion;

/// <summary>Where an estimate comes from.</summary>
public enum BweType : byte
{
    /// <summary>Our own, by transport-wide feedback.</summary>
    TransportCc,

    /// <summary>The peer's, told by REMB.</summary>
    Remb,
}

/// <summary>The bitrates of one direction at one moment, in bits a second.</summary>
public readonly record struct BweTrace
{
    /// <summary>Where the estimate comes from.</summary>
    public BweType Type { get; init; }

    /// <summary>What all claimants want.</summary>
    public long DesiredBitrate { get; init; }

    /// <summary>The same, slow to fall.</summary>
    public long EffectiveDesiredBitrate { get; init; }

    /// <summary>What the estimate does not fall below.</summary>
    public long MinBitrate { get; init; }

    /// <summary>What the estimate does not rise above.</summary>
    public long MaxBitrate { get; init; }

    /// <summary>What the estimate would begin with now.</summary>
    public long StartBitrate { get; init; }

    /// <summary>What probing does not go beyond.</summary>
    public long MaxPaddingBitrate { get; init; }

    /// <summary>The estimate.</summary>
    public long AvailableBitrate { get; init; }
}
