namespace Rtc.Transports;

/// <summary>Which trace events a transport emits.</summary>
[Flags]
public enum TransportTraceEventTypes : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A probation packet was sent.</summary>
    Probation = 1,

    /// <summary>The bandwidth estimate towards the peer changed.</summary>
    Bwe = 2,
}
