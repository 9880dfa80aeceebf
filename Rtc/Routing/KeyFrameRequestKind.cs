namespace Rtc.Routing;

/// <summary>By which message a receiver asks for a key frame.</summary>
public enum KeyFrameRequestKind : byte
{
    /// <summary>A picture loss indication (RFC 4585 section 6.3.1).</summary>
    Pli,

    /// <summary>A full intra request (RFC 5104 section 4.3.1).</summary>
    Fir,
}
