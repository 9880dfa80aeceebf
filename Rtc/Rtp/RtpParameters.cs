using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>
/// How the packets of a track look: what the application hands to a producer or consumer. Checked when made, and
/// never changed afterwards.
/// </summary>
public sealed class RtpParameters
{
    /// <param name="codecs">At least one that carries media.</param>
    /// <param name="headerExtensions">Header extensions that packets carry.</param>
    /// <param name="encodings">At least one. Those without codec get the first that carries media.</param>
    /// <param name="rtcp">What RTCP says.</param>
    /// <param name="mid">The MID (RFC 9143); null or empty when there is none.</param>
    /// <param name="msid">The MediaStream id (RFC 8830); null or empty when there is none.</param>
    /// <exception cref="RequestException">TypeError: the parameters contradict themselves.</exception>
    public RtpParameters(
        IReadOnlyList<RtpCodecParameters> codecs,
        IReadOnlyList<RtpHeaderExtensionParameters> headerExtensions,
        IReadOnlyList<RtpEncodingParameters> encodings,
        RtcpParameters rtcp,
        string? mid = null,
        string? msid = null)
    {
        RtpParametersRules.CheckCodecs(codecs);
        Codecs = codecs;
        Encodings = RtpParametersRules.CheckEncodings(encodings, codecs);
        HeaderExtensions = headerExtensions;
        HeaderExtensionIds = RtpHeaderExtensionIds.From(headerExtensions);
        Rtcp = rtcp;
        Mid = mid ?? "";
        Msid = msid ?? "";
    }

    /// <summary>The MID, empty when there is none.</summary>
    public string Mid { get; }

    /// <summary>The MediaStream id, empty when there is none.</summary>
    public string Msid { get; }

    /// <summary>Codecs, with those that serve others.</summary>
    public IReadOnlyList<RtpCodecParameters> Codecs { get; }

    /// <summary>Header extensions that packets carry.</summary>
    public IReadOnlyList<RtpHeaderExtensionParameters> HeaderExtensions { get; }

    /// <summary>The ids of <see cref="HeaderExtensions"/> by meaning.</summary>
    public RtpHeaderExtensionIds HeaderExtensionIds { get; }

    /// <summary>Streams; each has its <see cref="RtpEncodingParameters.CodecPayloadType"/>.</summary>
    public IReadOnlyList<RtpEncodingParameters> Encodings { get; }

    /// <summary>What RTCP says.</summary>
    public RtcpParameters Rtcp { get; }

    /// <summary>
    /// How the layers are sent: several encodings are simulcast, one with several layers is SVC, else simple.
    /// </summary>
    public RtpParametersType Type =>
        Encodings.Count > 1 ? RtpParametersType.Simulcast
        : Encodings[0].Layers is { SpatialLayers: > 1 } or { TemporalLayers: > 1 } ? RtpParametersType.Svc
        : RtpParametersType.Simple;

    /// <summary>The codec of an encoding of these parameters.</summary>
    public RtpCodecParameters GetCodec(RtpEncodingParameters encoding)
    {
        foreach (RtpCodecParameters codec in Codecs)
        {
            if (codec.PayloadType == encoding.CodecPayloadType)
                return codec;
        }

        throw new InvalidOperationException("the encoding is not one of these parameters");
    }

    /// <summary>The codec that retransmits an encoding of these parameters; null when there is none.</summary>
    public RtpCodecParameters? GetRtxCodec(RtpEncodingParameters encoding)
    {
        foreach (RtpCodecParameters codec in Codecs)
        {
            if (codec.MimeType.IsFeature && codec.AssociatedPayloadType == encoding.CodecPayloadType)
                return codec;
        }

        return null;
    }
}
