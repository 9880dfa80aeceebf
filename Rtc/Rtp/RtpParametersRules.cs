using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>The rules that <see cref="RtpParameters"/> have to keep in themselves.</summary>
internal static class RtpParametersRules
{
    public static void CheckCodecs(IReadOnlyList<RtpCodecParameters> codecs)
    {
        if (codecs.Count == 0)
            throw RequestException.TypeError("rtpParameters.codecs is empty");

        for (int i = 0; i < codecs.Count; i++)
        {
            byte payloadType = codecs[i].PayloadType;
            for (int k = 0; k < i; k++)
            {
                if (codecs[k].PayloadType == payloadType)
                    throw RequestException.TypeError($"two codecs have the payload type {payloadType}");
            }

            if (codecs[i].MimeType.Codec == CodecKind.Rtx)
                CheckAssociated(codecs[i], codecs);
        }
    }

    /// <summary>Gives the encodings back with a codec each.</summary>
    public static IReadOnlyList<RtpEncodingParameters> CheckEncodings(
        IReadOnlyList<RtpEncodingParameters> encodings, IReadOnlyList<RtpCodecParameters> codecs)
    {
        if (encodings.Count == 0)
            throw RequestException.TypeError("rtpParameters.encodings is empty");

        RtpCodecParameters first = codecs.Find(codec => codec.MimeType.IsMedia)
            ?? throw RequestException.TypeError("no codec in rtpParameters.codecs carries media");
        var checkedEncodings = new RtpEncodingParameters[encodings.Count];
        for (int i = 0; i < encodings.Count; i++)
        {
            RtpEncodingParameters encoding = encodings[i];
            if (encoding.Layers.SpatialLayers > 1 && encodings.Count > 1)
            {
                throw RequestException.TypeError(
                    $"encodings[{i}] has several spatial layers ('{encoding.ScalabilityMode}') beside other encodings: "
                    + "simulcast and spatial SVC cannot be used together");
            }

            if (encoding.CodecPayloadType is { } payloadType)
                CheckMediaCodec(i, payloadType, codecs);

            checkedEncodings[i] = encoding with { CodecPayloadType = encoding.CodecPayloadType ?? first.PayloadType };
        }

        return checkedEncodings;
    }

    private static void CheckAssociated(RtpCodecParameters rtx, IReadOnlyList<RtpCodecParameters> codecs)
    {
        RtpCodecParameters associated = codecs.Find(codec => codec.PayloadType == rtx.AssociatedPayloadType)
            ?? throw RequestException.TypeError(
                $"RTX codec with payload type {rtx.PayloadType} names payload type {rtx.AssociatedPayloadType}, "
                + "which no codec has");
        if (associated.MimeType.Codec is CodecKind.Rtx or CodecKind.UlpFec or CodecKind.FlexFec)
        {
            throw RequestException.TypeError(
                $"RTX codec with payload type {rtx.PayloadType} names a codec of type {associated.MimeType}, "
                + "which cannot be retransmitted");
        }
    }

    private static void CheckMediaCodec(int index, byte payloadType, IReadOnlyList<RtpCodecParameters> codecs)
    {
        RtpCodecParameters codec = codecs.Find(codec => codec.PayloadType == payloadType)
            ?? throw RequestException.TypeError(
                $"encodings[{index}].codecPayloadType is {payloadType}, which no codec has");
        if (!codec.MimeType.IsMedia)
        {
            throw RequestException.TypeError(
                $"encodings[{index}].codecPayloadType is {payloadType}, whose codec {codec.MimeType} carries no media");
        }
    }
}
