namespace Rtc.Rtp.Codecs;

/// <summary>
/// What a payload says about itself, for all codecs: whether a receiver can start here, to which layers it belongs,
/// and the fields that a consumer rewrites. Fields that a codec does not have are 0 or false.
/// </summary>
public struct PayloadDescriptor
{
    /// <summary>
    /// The codec that it was read as; <see cref="CodecKind.None"/> when the payload could not be read.
    /// </summary>
    public CodecKind Codec { readonly get; set; }

    /// <summary>Whether a receiver can start at this packet.</summary>
    public bool IsKeyFrame { readonly get; set; }

    /// <summary>Whether it is the first packet of a frame (of its spatial layer).</summary>
    public bool IsStartOfFrame { readonly get; set; }

    /// <summary>Whether it is the last packet of a frame (of its spatial layer). VP9, AV1.</summary>
    public bool IsEndOfFrame { readonly get; set; }

    /// <summary>Whether the packet says which spatial layer it belongs to.</summary>
    public bool HasLayers { readonly get; set; }

    /// <summary>Whether it says so for the temporal layer.</summary>
    public bool HasTemporalLayer { readonly get; set; }

    /// <summary>The spatial layer, 0 is the base.</summary>
    public byte SpatialLayer { readonly get; set; }

    /// <summary>The temporal layer, 0 is the base.</summary>
    public byte TemporalLayer { readonly get; set; }

    /// <summary>Whether a receiver of lower temporal layers can go up to this one here (VP8 Y, VP9 U).</summary>
    public bool IsSwitchingPoint { readonly get; set; }

    /// <summary>Whether the frame depends on the lower spatial layer of the same picture (VP9 D).</summary>
    public bool DependsOnLowerSpatialLayer { readonly get; set; }

    /// <summary>Whether the frame depends on earlier pictures (VP9 P; VP8 the inverse of a key frame).</summary>
    public bool IsInterPicturePredicted { readonly get; set; }

    /// <summary>Whether no other frame of any layer depends on this one (VP8 N).</summary>
    public bool IsDiscardable { readonly get; set; }

    /// <summary>Whether there is a picture id (VP8, VP9) or frame number (dependency descriptor).</summary>
    public bool HasPictureId { readonly get; set; }

    /// <summary>Whether the picture id has 15 bits; 7 otherwise. Frame numbers have 16.</summary>
    public bool IsLongPictureId { readonly get; set; }

    /// <summary>The picture id or frame number.</summary>
    public ushort PictureId { readonly get; set; }

    /// <summary>Whether there is a TL0PICIDX.</summary>
    public bool HasTl0PictureIndex { readonly get; set; }

    /// <summary>The TL0PICIDX: the number of the last frame of temporal layer 0.</summary>
    public byte Tl0PictureIndex { readonly get; set; }

    /// <summary>Whether it says by decode targets which layers need it (dependency descriptor).</summary>
    public bool HasDecodeTargets { readonly get; set; }

    /// <summary>The choices of layers that need this frame (dependency descriptor).</summary>
    public LayerSet NeededBy { readonly get; set; }

    /// <summary>The choices of layers that can be gone to from this frame on (dependency descriptor).</summary>
    public LayerSet SwitchesTo { readonly get; set; }

    /// <summary>Whether the packet carries nothing but silence (Opus DTX).</summary>
    public bool IsDtx { readonly get; set; }

    /// <summary>Bytes of the descriptor in front of the codec's own data (VP8, VP9).</summary>
    public byte Length { readonly get; set; }

    /// <summary>
    /// Spatial layers that the key frame says there are (VP9 scalability structure, dependency descriptor).
    /// </summary>
    public byte SpatialLayerCount { readonly get; set; }

    /// <summary>Temporal layers that the key frame says there are (dependency descriptor).</summary>
    public byte TemporalLayerCount { readonly get; set; }
}
