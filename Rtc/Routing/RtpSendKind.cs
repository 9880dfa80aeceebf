namespace Rtc.Routing;

/// <summary>Why a consumer sends a packet.</summary>
public enum RtpSendKind : byte
{
    /// <summary>For the first time.</summary>
    Media,

    /// <summary>Again, because the receiver asked for it: by RTX, or as it was where RTX is not negotiated.</summary>
    Retransmission,

    /// <summary>Again, before anybody asked for it: by RTX.</summary>
    Copy,
}
