namespace Rtc.Routing;

/// <summary>What a producer made of a packet.</summary>
public enum ProducerPacketVerdict : byte
{
    /// <summary>Media of a known stream, forwarded or not.</summary>
    Media,

    /// <summary>A retransmission of a known stream, forwarded or not.</summary>
    Retransmission,

    /// <summary>Nothing that was negotiated: the transport drops what it keeps for the SSRC.</summary>
    Discarded,
}
