using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>
/// A codec's MIME type: the media kind and the subtype, in the case in which the application reads it.
/// </summary>
/// <param name="Kind">What stands before the slash.</param>
/// <param name="Codec">What stands behind it.</param>
public readonly record struct MimeType(MediaKind Kind, CodecKind Codec)
{
    private static readonly string[] Subtypes =
    [
        "", "opus", "multiopus", "PCMA", "PCMU", "ISAC", "G722", "iLBC", "SILK", "VP8", "VP9", "H264", "AV1", "H264-SVC",
        "H265", "CN", "telephone-event", "rtx", "ulpfec", "x-ulpfecuc", "flexfec", "red",
    ];

    private static readonly string[] AudioTypes = Array.ConvertAll(Subtypes, static subtype => "audio/" + subtype);

    private static readonly string[] VideoTypes = Array.ConvertAll(Subtypes, static subtype => "video/" + subtype);

    /// <summary>Whether it carries media of its own, so that an encoding can name it.</summary>
    public bool IsMedia => Codec is >= CodecKind.Opus and <= CodecKind.H265;

    /// <summary>Whether it serves another codec: retransmission, forward error correction, redundancy.</summary>
    public bool IsFeature => Codec >= CodecKind.Rtx;

    /// <summary>
    /// Whether a receiver has to start at a key frame that can be told from the payload. AV1 is not among them: its
    /// key frames are told by the dependency descriptor, which a sender may leave out.
    /// </summary>
    public bool CanBeKeyFrame =>
        Kind == MediaKind.Video && Codec is CodecKind.Vp8 or CodecKind.Vp9 or CodecKind.H264;

    /// <summary>Whether streams of this codec can be sent and layered that way.</summary>
    public bool Supports(RtpParametersType type) => type switch
    {
        RtpParametersType.Simulcast => Kind == MediaKind.Video && Codec is CodecKind.Vp8 or CodecKind.H264,
        RtpParametersType.Svc => Kind == MediaKind.Video
            && Codec is CodecKind.Vp8 or CodecKind.Vp9 or CodecKind.H264 or CodecKind.Av1 or CodecKind.H264Svc,
        _ => true,
    };

    /// <summary>Parses "type/subtype", in any case.</summary>
    /// <exception cref="RequestException">TypeError: no such form, or a type or subtype that is not known.</exception>
    public static MimeType Parse(string text)
    {
        int slash = text.IndexOf('/');
        if (slash <= 0 || slash == text.Length - 1)
            throw RequestException.TypeError($"codec MIME type '{text}' is not of the form type/subtype");

        ReadOnlySpan<char> type = text.AsSpan(0, slash);
        ReadOnlySpan<char> subtype = text.AsSpan(slash + 1);
        MediaKind kind = type.Equals("audio", StringComparison.OrdinalIgnoreCase) ? MediaKind.Audio
            : type.Equals("video", StringComparison.OrdinalIgnoreCase) ? MediaKind.Video
            : throw RequestException.TypeError($"unknown media type in codec MIME type '{text}'");

        for (int i = 1; i < Subtypes.Length; i++)
        {
            if (subtype.Equals(Subtypes[i], StringComparison.OrdinalIgnoreCase))
                return new MimeType(kind, (CodecKind)i);
        }

        throw RequestException.TypeError($"unknown codec in MIME type '{text}'");
    }

    /// <summary>The text in its canonical case, such as "video/VP8".</summary>
    public override string ToString() => (Kind == MediaKind.Audio ? AudioTypes : VideoTypes)[(int)Codec];
}
