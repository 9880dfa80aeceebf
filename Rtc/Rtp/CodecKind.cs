namespace Rtc.Rtp;

/// <summary>The subtype of a MIME type that the worker knows (RFC 6838; registered RTP payload formats).</summary>
public enum CodecKind : byte
{
    /// <summary>None: the default value of the type, never the result of parsing.</summary>
    None = 0,

    /// <summary>audio/opus, RFC 7587.</summary>
    Opus,

    /// <summary>audio/multiopus, Opus with more than two channels.</summary>
    MultiOpus,

    /// <summary>audio/PCMA, RFC 3551.</summary>
    Pcma,

    /// <summary>audio/PCMU, RFC 3551.</summary>
    Pcmu,

    /// <summary>audio/ISAC.</summary>
    Isac,

    /// <summary>audio/G722, RFC 3551.</summary>
    G722,

    /// <summary>audio/iLBC, RFC 3952.</summary>
    Ilbc,

    /// <summary>audio/SILK.</summary>
    Silk,

    /// <summary>video/VP8, RFC 7741.</summary>
    Vp8,

    /// <summary>video/VP9, RFC 9628.</summary>
    Vp9,

    /// <summary>video/H264, RFC 6184.</summary>
    H264,

    /// <summary>video/AV1, AV1 RTP specification v1.0.0.</summary>
    Av1,

    /// <summary>video/H264-SVC, H.264 with frame marking, of old releases; forwarded whole.</summary>
    H264Svc,

    /// <summary>video/H265, RFC 7798, of old releases; forwarded whole.</summary>
    H265,

    /// <summary>audio/CN, comfort noise, RFC 3389.</summary>
    ComfortNoise,

    /// <summary>audio/telephone-event, RFC 4733.</summary>
    TelephoneEvent,

    /// <summary>rtx, RFC 4588.</summary>
    Rtx,

    /// <summary>ulpfec, RFC 5109.</summary>
    UlpFec,

    /// <summary>x-ulpfecuc.</summary>
    XUlpFecUc,

    /// <summary>flexfec, RFC 8627.</summary>
    FlexFec,

    /// <summary>red, RFC 2198.</summary>
    Red,
}
