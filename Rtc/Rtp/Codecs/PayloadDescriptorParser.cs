namespace Rtc.Rtp.Codecs;

/// <summary>Reads what a payload says about itself, by its codec.</summary>
public static class PayloadDescriptorParser
{
    /// <summary>
    /// Reads a payload. False, with a descriptor that says nothing, when the codec has nothing to read or the payload
    /// is malformed: the packet can be forwarded but not chosen by layer, and nobody can start at it.
    /// </summary>
    /// <param name="codec">The codec of the stream.</param>
    /// <param name="payload">The payload, without padding.</param>
    /// <param name="dependencyDescriptor">That header extension's data; empty when the packet has none.</param>
    /// <param name="dependencies">What the stream's earlier dependency descriptors said; taken further.</param>
    /// <param name="descriptor">What was read.</param>
    public static bool TryParse(
        CodecKind codec,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> dependencyDescriptor,
        DependencyDescriptorReader dependencies,
        out PayloadDescriptor descriptor)
    {
        switch (codec)
        {
            case CodecKind.Vp8:
                return TryParseVp8(payload, dependencyDescriptor, dependencies, out descriptor);
            case CodecKind.Vp9:
                return Vp9.TryParse(payload, out descriptor);
            case CodecKind.H264:
                if (dependencies.TryRead(dependencyDescriptor, CodecKind.H264, out descriptor))
                    return true;
                descriptor = new PayloadDescriptor { Codec = CodecKind.H264, IsKeyFrame = H264.HasSps(payload) };
                return true;
            case CodecKind.Av1:
                return dependencies.TryRead(dependencyDescriptor, CodecKind.Av1, out descriptor);
            case CodecKind.Opus:
            case CodecKind.MultiOpus:
                return Opus.TryParse(codec, payload, out descriptor);
            default:
                descriptor = default;
                return false;
        }
    }

    // A sender that describes its frames by dependency descriptors may leave temporal layers out of VP8's own.
    private static bool TryParseVp8(
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> dependencyDescriptor,
        DependencyDescriptorReader dependencies,
        out PayloadDescriptor descriptor)
    {
        if (!Vp8.TryParse(payload, out descriptor))
            return false;

        if (!descriptor.HasTemporalLayer
            && dependencies.TryRead(dependencyDescriptor, CodecKind.Vp8, out PayloadDescriptor described))
        {
            descriptor.HasTemporalLayer = true;
            descriptor.TemporalLayer = described.TemporalLayer;
            descriptor.IsSwitchingPoint = described.SwitchesTo.Contains(0, described.TemporalLayer);
        }

        return true;
    }
}
