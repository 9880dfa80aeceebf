namespace Rtc.Rtp;

/// <summary>How the layers of a track are sent; the values are those of the wire contract.</summary>
public enum RtpParametersType : byte
{
    /// <summary>One stream without layers to choose from.</summary>
    Simple = 0,

    /// <summary>One stream a spatial layer.</summary>
    Simulcast = 1,

    /// <summary>One stream that holds several spatial or temporal layers.</summary>
    Svc = 2,

    /// <summary>All streams of the producer, to another router.</summary>
    Pipe = 3,
}
