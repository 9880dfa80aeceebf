namespace Rtc.Sctp.Association;

/// <summary>The states of RFC 9260 section 4.</summary>
internal enum AssociationState : byte
{
    /// <summary>CLOSED, before anything happened.</summary>
    New,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownPending,
    ShutdownSent,
    ShutdownReceived,
    ShutdownAckSent,

    /// <summary>CLOSED, after all that happened.</summary>
    Ended,
}
