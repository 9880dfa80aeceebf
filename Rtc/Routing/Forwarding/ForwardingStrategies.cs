using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>Makes the strategy that fits a type of consumer.</summary>
internal static class ForwardingStrategies
{
    /// <summary>Makes one for a stream of a consumer.</summary>
    /// <param name="host">The consumer.</param>
    /// <param name="type">How the consumer forwards layers.</param>
    /// <param name="options">What it was made with.</param>
    /// <param name="index">Which of its streams.</param>
    /// <param name="preferred">The layers that the application wants; null where there are none to choose from.</param>
    public static IForwardingStrategy Create(
        IForwardingHost host, RtpParametersType type, ConsumerOptions options, int index, ConsumerLayers? preferred)
    {
        RtpEncodingParameters encoding = options.RtpParameters.Encodings[index];
        RtpCodecParameters codec = options.RtpParameters.GetCodec(encoding);
        uint mappedSsrc = options.ConsumableRtpEncodings[index].Ssrc!.Value;
        return type switch
        {
            RtpParametersType.Simulcast => new SimulcastStrategy(
                host,
                codec.MimeType,
                options.ConsumableRtpEncodings,
                CreateFilter(codec.MimeType, encoding.Layers with { SpatialLayers = 1, IsKeyFrameOnly = false }),
                codec.ClockRate,
                preferred!.Value),
            // Nothing tells its layers apart.
            RtpParametersType.Svc when codec.MimeType.Codec == CodecKind.H264Svc =>
                new SingleStreamStrategy(host, codec.MimeType, options.IgnoreDtx, mappedSsrc),
            RtpParametersType.Svc => new SvcStrategy(
                host, mappedSsrc, encoding.Layers, CreateFilter(codec.MimeType, encoding.Layers), preferred!.Value),
            _ => new SingleStreamStrategy(host, codec.MimeType, options.IgnoreDtx, mappedSsrc),
        };
    }

    private static ILayerFilter CreateFilter(MimeType codec, ScalabilityMode layers) => codec.Codec == CodecKind.Vp8
        ? new Vp8LayerFilter(layers.TemporalLayers > 1)
        : new PictureLayerFilter(layers, isDescribed: codec.Codec == CodecKind.Vp9);
}
