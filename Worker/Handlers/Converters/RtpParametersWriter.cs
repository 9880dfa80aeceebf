using Channel.Wire;
using Rtc.Rtp;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>
/// Writes RTP parameters into dumps. Texts that are missing are written as empty ones where the original does so, and
/// two things are never dumped: maximum bitrates, and parameters of codecs that are true or false.
/// </summary>
internal static class RtpParametersWriter
{
    // What an encoding without a mode is dumped with.
    private const string NoScalabilityMode = "S1T1";

    /// <summary>Writes the parameters of a producer or consumer.</summary>
    public static Offset<Wire.RtpParameters.RtpParameters> Write(WireBuilder b, RtpParameters parameters)
    {
        ListBuilder<Wire.RtpParameters.RtpCodecParameters> codecs =
            b.StartList<Wire.RtpParameters.RtpCodecParameters>();
        foreach (RtpCodecParameters codec in parameters.Codecs)
            codecs.Add(WriteCodec(b, codec));
        VectorOffset<Wire.RtpParameters.RtpCodecParameters> codecVector = codecs.End();

        ListBuilder<Wire.RtpParameters.RtpHeaderExtensionParameters> extensions =
            b.StartList<Wire.RtpParameters.RtpHeaderExtensionParameters>();
        foreach (RtpHeaderExtensionParameters extension in parameters.HeaderExtensions)
            extensions.Add(WriteHeaderExtension(b, extension));

        return Wire.RtpParameters.RtpParameters.Create(
            b,
            codecs: codecVector,
            headerExtensions: extensions.End(),
            encodings: WriteEncodings(b, parameters.Encodings),
            rtcp: Wire.RtpParameters.RtcpParameters.Create(
                b, cname: b.String(parameters.Rtcp.Cname), reducedSize: parameters.Rtcp.ReducedSize),
            mid: b.String(parameters.Mid),
            msid: b.String(parameters.Msid));
    }

    /// <summary>Writes encodings.</summary>
    public static VectorOffset<Wire.RtpParameters.RtpEncodingParameters> WriteEncodings(
        WireBuilder b, IReadOnlyList<RtpEncodingParameters> encodings)
    {
        ListBuilder<Wire.RtpParameters.RtpEncodingParameters> list =
            b.StartList<Wire.RtpParameters.RtpEncodingParameters>();
        foreach (RtpEncodingParameters encoding in encodings)
        {
            list.Add(Wire.RtpParameters.RtpEncodingParameters.Create(
                b,
                ssrc: encoding.Ssrc,
                rid: b.String(encoding.Rid),
                codecPayloadType: encoding.CodecPayloadType,
                rtx: encoding.RtxSsrc is { } rtxSsrc ? Wire.RtpParameters.Rtx.Create(b, ssrc: rtxSsrc) : default,
                dtx: encoding.Dtx,
                scalabilityMode: b.String(encoding.ScalabilityMode ?? NoScalabilityMode)));
        }

        return list.End();
    }

    /// <summary>Writes how a producer's packets are renamed.</summary>
    public static Offset<Wire.RtpParameters.RtpMapping> WriteMapping(WireBuilder b, RtpMapping mapping)
    {
        ListBuilder<Wire.RtpParameters.CodecMapping> codecs = b.StartList<Wire.RtpParameters.CodecMapping>();
        foreach (CodecMapping codec in mapping.Codecs)
        {
            codecs.Add(Wire.RtpParameters.CodecMapping.Create(
                b, payloadType: codec.PayloadType, mappedPayloadType: codec.MappedPayloadType));
        }

        VectorOffset<Wire.RtpParameters.CodecMapping> codecVector = codecs.End();
        ListBuilder<Wire.RtpParameters.EncodingMapping> encodings = b.StartList<Wire.RtpParameters.EncodingMapping>();
        foreach (EncodingMapping encoding in mapping.Encodings)
        {
            encodings.Add(Wire.RtpParameters.EncodingMapping.Create(
                b, rid: b.String(encoding.Rid ?? ""), ssrc: encoding.Ssrc, mappedSsrc: encoding.MappedSsrc));
        }

        return Wire.RtpParameters.RtpMapping.Create(b, codecs: codecVector, encodings: encodings.End());
    }

    /// <summary>The contract's word for a media kind.</summary>
    public static Wire.RtpParameters.MediaKind ToWire(MediaKind kind) =>
        kind == MediaKind.Audio ? Wire.RtpParameters.MediaKind.Audio : Wire.RtpParameters.MediaKind.Video;

    /// <summary>The contract's word for a type of producer or consumer; both have the same numbers.</summary>
    public static Wire.RtpParameters.Type ToWire(RtpParametersType type) => (Wire.RtpParameters.Type)type;

    private static Offset<Wire.RtpParameters.RtpCodecParameters> WriteCodec(WireBuilder b, RtpCodecParameters codec)
    {
        ListBuilder<Wire.RtpParameters.RtcpFeedback> feedback = b.StartList<Wire.RtpParameters.RtcpFeedback>();
        foreach (RtcpFeedback item in codec.RtcpFeedback)
        {
            feedback.Add(Wire.RtpParameters.RtcpFeedback.Create(
                b,
                type: b.String(item.Type),
                parameter: item.Parameter.Length == 0 ? default : b.String(item.Parameter)));
        }

        VectorOffset<Wire.RtpParameters.RtcpFeedback> feedbackVector = feedback.End();
        return Wire.RtpParameters.RtpCodecParameters.Create(
            b,
            mimeType: b.String(codec.MimeType.ToString()),
            payloadType: codec.PayloadType,
            clockRate: codec.ClockRate,
            channels: codec.Channels > 1 ? codec.Channels : null,
            parameters: WriteParameters(b, codec.Parameters),
            rtcpFeedback: feedbackVector);
    }

    private static Offset<Wire.RtpParameters.RtpHeaderExtensionParameters> WriteHeaderExtension(
        WireBuilder b, RtpHeaderExtensionParameters extension) =>
        Wire.RtpParameters.RtpHeaderExtensionParameters.Create(
            b,
            uri: (Wire.RtpParameters.RtpHeaderExtensionUri)extension.Uri,
            id: extension.Id,
            encrypt: extension.Encrypt,
            parameters: WriteParameters(b, extension.Parameters));

    private static VectorOffset<Wire.RtpParameters.Parameter> WriteParameters(
        WireBuilder b, RtpParameterList parameters)
    {
        ListBuilder<Wire.RtpParameters.Parameter> list = b.StartList<Wire.RtpParameters.Parameter>();
        foreach (RtpParameter parameter in parameters)
        {
            Wire.RtpParameters.ValueOffset? value = WriteValue(b, parameter.Value);
            if (value is { } written)
                list.Add(Wire.RtpParameters.Parameter.Create(b, name: b.String(parameter.Name), value: written));
        }

        return list.End();
    }

    private static Wire.RtpParameters.ValueOffset? WriteValue(WireBuilder b, RtpParameterValue value) => value switch
    {
        RtpParameterValue.Integer integer => Wire.RtpParameters.Integer32.Create(b, value: integer.Value),
        RtpParameterValue.Double number => Wire.RtpParameters.Double.Create(b, value: number.Value),
        RtpParameterValue.String text => Wire.RtpParameters.String.Create(b, value: b.String(text.Value)),
        RtpParameterValue.IntegerArray array =>
            Wire.RtpParameters.Integer32Array.Create(b, value: b.Vector([.. array.Value])),
        _ => null,
    };
}
