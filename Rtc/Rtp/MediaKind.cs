namespace Rtc.Rtp;

/// <summary>Audio or video; the values are those of the wire contract.</summary>
public enum MediaKind : byte
{
    /// <summary>Audio.</summary>
    Audio = 0,

    /// <summary>Video.</summary>
    Video = 1,
}
