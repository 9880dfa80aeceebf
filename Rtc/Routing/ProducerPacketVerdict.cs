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

    /// <summary>
    /// Of a known stream, but with a payload type that nobody negotiated. What the transport keeps for the SSRC stays:
    /// without its rollover counter nothing of the stream could be decrypted any more.
    /// </summary>
    Unmapped,
}
