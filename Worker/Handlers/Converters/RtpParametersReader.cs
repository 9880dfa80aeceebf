using System.Text;
using Channel.Wire;
using Rtc.Rtp;
using Rtc.Seams;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Takes RTP parameters out of a request. What they say is checked by the types that it makes.</summary>
internal static class RtpParametersReader
{
    // What browsers know: one object each serves all codecs.
    private static readonly RtcpFeedback[] UsualFeedback =
    [
        new("nack", ""), new("nack", "pli"), new("ccm", "fir"), new("goog-remb", ""), new("transport-cc", ""),
    ];

    /// <summary>Reads the parameters of a producer or consumer.</summary>
    /// <param name="wire">The parameters.</param>
    /// <param name="sibling">
    /// Those of another consumer of the same producer, whose parts are taken where they say the same: they never change,
    /// and there may be a thousand of them. Null where there is none.
    /// </param>
    /// <exception cref="RequestException">TypeError: the parameters are wrong.</exception>
    public static RtpParameters Read(Wire.RtpParameters.RtpParameters wire, RtpParameters? sibling = null)
    {
        var codecs = new RtpCodecParameters[wire.Codecs.Count];
        for (int i = 0; i < codecs.Length; i++)
            codecs[i] = ReadCodec(wire.Codecs[i]);

        var extensions = new RtpHeaderExtensionParameters[wire.HeaderExtensions.Count];
        for (int i = 0; i < extensions.Length; i++)
            extensions[i] = ReadHeaderExtension(wire.HeaderExtensions[i]);

        var rtcp = new RtcpParameters(wire.Rtcp.Cname, wire.Rtcp.ReducedSize);
        return new RtpParameters(
            SharedParts.Choose(codecs, sibling?.Codecs),
            SharedParts.Choose(extensions, sibling?.HeaderExtensions),
            ReadEncodings(wire.Encodings),
            SharedParts.Choose(rtcp, sibling?.Rtcp),
            wire.Mid,
            wire.Msid);
    }

    /// <summary>Reads encodings, those of parameters or those that a producer has for its consumers.</summary>
    public static RtpEncodingParameters[] ReadEncodings(TableVector<Wire.RtpParameters.RtpEncodingParameters> wire)
    {
        var encodings = new RtpEncodingParameters[wire.Count];
        for (int i = 0; i < encodings.Length; i++)
            encodings[i] = ReadEncoding(wire[i]);

        return encodings;
    }

    /// <summary>Reads how a producer's packets are renamed.</summary>
    /// <param name="wire">The mapping.</param>
    /// <param name="parameters">Whose packets.</param>
    /// <exception cref="RequestException">TypeError: the mapping does not fit the parameters.</exception>
    public static RtpMapping ReadMapping(Wire.RtpParameters.RtpMapping wire, RtpParameters parameters)
    {
        var codecs = new CodecMapping[wire.Codecs.Count];
        for (int i = 0; i < codecs.Length; i++)
            codecs[i] = new CodecMapping(wire.Codecs[i].PayloadType, wire.Codecs[i].MappedPayloadType);

        var encodings = new EncodingMapping[wire.Encodings.Count];
        for (int i = 0; i < encodings.Length; i++)
        {
            Wire.RtpParameters.EncodingMapping encoding = wire.Encodings[i];
            string? rid = string.IsNullOrEmpty(encoding.Rid) ? null : encoding.Rid;
            uint? ssrc = encoding.Ssrc is 0 ? null : encoding.Ssrc;
            encodings[i] = new EncodingMapping(rid, ssrc, encoding.MappedSsrc);
        }

        return new RtpMapping(codecs, encodings, parameters);
    }

    /// <summary>Reads a media kind.</summary>
    /// <exception cref="RequestException">TypeError: neither audio nor video.</exception>
    public static MediaKind ReadKind(Wire.RtpParameters.MediaKind wire) => wire switch
    {
        Wire.RtpParameters.MediaKind.Audio => MediaKind.Audio,
        Wire.RtpParameters.MediaKind.Video => MediaKind.Video,
        _ => throw RequestException.TypeError("unknown media kind"),
    };

    /// <summary>Reads a type of producer or consumer.</summary>
    /// <exception cref="RequestException">TypeError: unknown.</exception>
    public static RtpParametersType ReadType(Wire.RtpParameters.Type wire) => wire switch
    {
        Wire.RtpParameters.Type.Simple => RtpParametersType.Simple,
        Wire.RtpParameters.Type.Simulcast => RtpParametersType.Simulcast,
        Wire.RtpParameters.Type.Svc => RtpParametersType.Svc,
        Wire.RtpParameters.Type.Pipe => RtpParametersType.Pipe,
        _ => throw RequestException.TypeError("unknown type of RTP parameters"),
    };

    private static RtpCodecParameters ReadCodec(Wire.RtpParameters.RtpCodecParameters wire)
    {
        var feedback = new RtcpFeedback[wire.RtcpFeedback.Count];
        for (int i = 0; i < feedback.Length; i++)
            feedback[i] = ReadFeedback(wire.RtcpFeedback[i]);

        return new RtpCodecParameters(
            MimeType.Parse(wire.MimeType),
            wire.PayloadType,
            wire.ClockRate,
            wire.Channels,
            ReadParameters(wire.Parameters),
            feedback);
    }

    private static RtcpFeedback ReadFeedback(Wire.RtpParameters.RtcpFeedback wire)
    {
        foreach (RtcpFeedback usual in UsualFeedback)
        {
            if (Ascii.Equals(wire.TypeUtf8, usual.Type) && Ascii.Equals(wire.ParameterUtf8, usual.Parameter))
                return usual;
        }

        return new RtcpFeedback(wire.Type, wire.Parameter ?? "");
    }

    private static RtpHeaderExtensionParameters ReadHeaderExtension(
        Wire.RtpParameters.RtpHeaderExtensionParameters wire)
    {
        // Both enumerations have the numbers of the contract.
        var uri = (RtpHeaderExtensionUri)wire.Uri;
        if (uri > RtpHeaderExtensionUri.FrameMarking)
            throw RequestException.TypeError("unknown header extension URI");

        return new RtpHeaderExtensionParameters(uri, wire.Id, wire.Encrypt, ReadParameters(wire.Parameters));
    }

    private static RtpEncodingParameters ReadEncoding(Wire.RtpParameters.RtpEncodingParameters wire) => new()
    {
        Ssrc = wire.Ssrc,
        Rid = wire.Rid,
        CodecPayloadType = wire.CodecPayloadType,
        RtxSsrc = wire.HasRtx ? wire.Rtx.Ssrc : null,
        Dtx = wire.Dtx,
        ScalabilityMode = wire.ScalabilityMode,
        MaxBitrate = wire.MaxBitrate,
    };

    private static RtpParameterList ReadParameters(TableVector<Wire.RtpParameters.Parameter> wire)
    {
        if (wire.Count == 0)
            return RtpParameterList.Empty;

        var parameters = new List<RtpParameter>(wire.Count);
        foreach (Wire.RtpParameters.Parameter parameter in wire)
        {
            if (ReadValue(parameter) is { } value)
                parameters.Add(new RtpParameter(parameter.Name, value));
        }

        return new RtpParameterList(parameters);
    }

    /// <summary>The value of a parameter; null where it is of a kind that this release does not have.</summary>
    private static RtpParameterValue? ReadValue(Wire.RtpParameters.Parameter wire)
    {
        if (wire.TryGetValue(out Wire.RtpParameters.Integer32 integer))
            return new RtpParameterValue.Integer(integer.Value);
        if (wire.TryGetValue(out Wire.RtpParameters.String text))
            return new RtpParameterValue.String(text.Value);
        if (wire.TryGetValue(out Wire.RtpParameters.Double number))
            return new RtpParameterValue.Double(number.Value);
        if (wire.TryGetValue(out Wire.RtpParameters.Boolean boolean))
            return new RtpParameterValue.Boolean(boolean.Value != 0);
        if (wire.TryGetValue(out Wire.RtpParameters.Integer32Array array))
            return new RtpParameterValue.IntegerArray(array.Value.ToArray());

        return null;
    }
}
