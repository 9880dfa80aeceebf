namespace Rtc.Streams;

/// <summary>Which end of a stream its stats describe.</summary>
public enum RtpStreamDirection : byte
{
    /// <summary>A stream that arrives from a producer's endpoint.</summary>
    Receive,

    /// <summary>A stream that leaves to a consumer's endpoint.</summary>
    Send,
}

/// <summary>The bitrate of a layer with all the layers that it needs.</summary>
/// <param name="SpatialLayer">Its spatial layer.</param>
/// <param name="TemporalLayer">Its temporal layer.</param>
/// <param name="BitsPerSecond">0 while the layer itself does not arrive.</param>
public readonly record struct LayerBitrate(int SpatialLayer, int TemporalLayer, long BitsPerSecond);

/// <summary>A snapshot of what a stream has counted; fields as in <c>rtpStream.fbs</c>.</summary>
public sealed class RtpStreamStats
{
    /// <summary>Which end.</summary>
    public required RtpStreamDirection Direction { get; init; }

    /// <summary>Monotonic milliseconds.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>The negotiated facts: SSRC, MIME type, RID, RTX SSRC.</summary>
    public required RtpStreamParameters Parameters { get; init; }

    /// <summary>Packets lost on the way, as last reported.</summary>
    public int PacketsLost { get; init; }

    /// <summary>Fraction lost between the last two reports, in 256ths.</summary>
    public byte FractionLost { get; init; }

    /// <summary>Interarrival jitter in units of the RTP clock.</summary>
    public uint Jitter { get; init; }

    /// <summary>Packets whose sequence number was out of all bounds.</summary>
    public long PacketsDiscarded { get; init; }

    /// <summary>Packets that were sent again.</summary>
    public long PacketsRetransmitted { get; init; }

    /// <summary>Packets that were lost and then came, or were sent again for the first time.</summary>
    public long PacketsRepaired { get; init; }

    /// <summary>NACK messages.</summary>
    public long NackCount { get; init; }

    /// <summary>Packets that those asked for.</summary>
    public long NackPacketCount { get; init; }

    /// <summary>Picture loss indications.</summary>
    public long PliCount { get; init; }

    /// <summary>Full intra requests.</summary>
    public long FirCount { get; init; }

    /// <summary>Retransmissions whose sequence number was out of all bounds.</summary>
    public long RtxPacketsDiscarded { get; init; }

    /// <summary>Round trip time in milliseconds; 0 while it is not known.</summary>
    public float RoundTripTimeMs { get; init; }

    /// <summary>The score, 0 to 10.</summary>
    public byte Score { get; init; }

    /// <summary>Packets of media, repaired ones included.</summary>
    public long PacketCount { get; init; }

    /// <summary>Bytes of those packets.</summary>
    public long ByteCount { get; init; }

    /// <summary>Bits per second.</summary>
    public long Bitrate { get; init; }

    /// <summary>The bitrates of the layers of a received stream that has more than one; empty otherwise.</summary>
    public IReadOnlyList<LayerBitrate> BitrateByLayer { get; init; } = [];
}
