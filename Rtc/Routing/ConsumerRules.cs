using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>The rules that the options of a consumer have to keep.</summary>
internal static class ConsumerRules
{
    /// <summary>Checks the options and tells how the consumer forwards layers.</summary>
    /// <exception cref="RequestException">TypeError: the options contradict themselves.</exception>
    public static RtpParametersType Check(ConsumerOptions options)
    {
        IReadOnlyList<RtpEncodingParameters> encodings = options.RtpParameters.Encodings;
        for (int i = 0; i < encodings.Count; i++)
        {
            if (encodings[i].Ssrc is null)
                throw Refuse(options, $"rtpParameters.encodings[{i}].ssrc is missing");

            if (encodings[i].RtxSsrc == 0)
                throw Refuse(options, $"rtpParameters.encodings[{i}].rtx.ssrc is missing");
        }

        IReadOnlyList<RtpEncodingParameters> consumable = options.ConsumableRtpEncodings;
        if (consumable.Count == 0)
            throw Refuse(options, "consumableRtpEncodings is empty");

        for (int i = 0; i < consumable.Count; i++)
        {
            if (consumable[i].Ssrc is null)
                throw Refuse(options, $"consumableRtpEncodings[{i}].ssrc is missing");
        }

        RtpParametersType type = GetType(options);
        ScalabilityMode layers = encodings[0].Layers;
        if (type == RtpParametersType.Pipe && encodings.Count != consumable.Count)
        {
            throw Refuse(
                options,
                $"a pipe consumer has {encodings.Count} encodings for {consumable.Count} consumableRtpEncodings");
        }

        if (type == RtpParametersType.Simulcast && layers.SpatialLayers != consumable.Count)
        {
            throw Refuse(
                options,
                $"encodings[0] has {layers.SpatialLayers} spatial layers for {consumable.Count} "
                + "consumableRtpEncodings");
        }

        if (type == RtpParametersType.Svc && layers is { SpatialLayers: < 2, TemporalLayers: < 2 })
            throw Refuse(options, "encodings[0] has one layer for a producer with several");

        MimeType codec = options.RtpParameters.GetCodec(encodings[0]).MimeType;
        if (!codec.Supports(type))
            throw Refuse(options, $"codec {codec} cannot be consumed as {type}");

        return type;
    }

    /// <summary>
    /// The layers that the application wants, cut down to those there are; null where there are none to choose from.
    /// </summary>
    public static ConsumerLayers? Clamp(ConsumerLayers? wanted, RtpParametersType type, ScalabilityMode layers)
    {
        if (type is RtpParametersType.Simple or RtpParametersType.Pipe)
            return null;

        int spatial = Math.Min(wanted?.Spatial ?? byte.MaxValue, layers.SpatialLayers - 1);
        int temporal = Math.Min(wanted?.Temporal ?? byte.MaxValue, layers.TemporalLayers - 1);
        return new ConsumerLayers((byte)spatial, (byte)temporal);
    }

    private static RtpParametersType GetType(ConsumerOptions options)
    {
        if (options.Type == RtpParametersType.Pipe)
            return RtpParametersType.Pipe;

        if (options.ConsumableRtpEncodings.Count > 1)
            return RtpParametersType.Simulcast;

        return options.ConsumableRtpEncodings[0].Layers is { SpatialLayers: > 1 } or { TemporalLayers: > 1 }
            ? RtpParametersType.Svc
            : RtpParametersType.Simple;
    }

    private static RequestException Refuse(ConsumerOptions options, string reason) =>
        RequestException.TypeError($"consumer {options.Id}: {reason}");
}
