namespace Rtc.Rtp.Codecs;

/// <summary>The VP9 payload descriptor (RFC 9628 section 4.2).</summary>
public static class Vp9
{
    private const int MaxReferences = 3;

    private const byte PictureIdPresent = 0x80;
    private const byte InterPicturePredicted = 0x40;
    private const byte LayersPresent = 0x20;
    private const byte FlexibleMode = 0x10;
    private const byte StartOfFrame = 0x08;
    private const byte EndOfFrame = 0x04;
    private const byte StructurePresent = 0x02;

    /// <summary>Reads the descriptor; false when the payload ends within it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (payload.IsEmpty)
            return false;

        byte flags = payload[0];
        var parsed = new PayloadDescriptor
        {
            Codec = CodecKind.Vp9,
            IsInterPicturePredicted = (flags & InterPicturePredicted) != 0,
            IsStartOfFrame = (flags & StartOfFrame) != 0,
            IsEndOfFrame = (flags & EndOfFrame) != 0,
        };
        int offset = 1;
        bool isFlexible = (flags & FlexibleMode) != 0;
        if ((flags & PictureIdPresent) != 0 && !TryParsePictureId(payload, ref offset, ref parsed))
            return false;
        if ((flags & LayersPresent) != 0 && !TryParseLayers(payload, isFlexible, ref offset, ref parsed))
            return false;
        if (isFlexible && parsed.IsInterPicturePredicted && !TrySkipReferences(payload, ref offset))
            return false;
        if ((flags & StructurePresent) != 0 && !TryParseStructure(payload, ref offset, ref parsed))
            return false;

        // The longest structure that fits a packet is far above a byte; whoever rewrites descriptors rewrites VP8.
        parsed.Length = (byte)Math.Min(offset, byte.MaxValue);
        parsed.IsKeyFrame = !parsed.IsInterPicturePredicted && parsed.IsStartOfFrame && parsed.SpatialLayer == 0;
        descriptor = parsed;
        return true;
    }

    private static bool TryParsePictureId(ReadOnlySpan<byte> payload, ref int offset, ref PayloadDescriptor parsed)
    {
        if (offset >= payload.Length)
            return false;

        parsed.HasPictureId = true;
        parsed.IsLongPictureId = (payload[offset] & 0x80) != 0;
        parsed.PictureId = (ushort)(payload[offset++] & 0x7F);
        if (!parsed.IsLongPictureId)
            return true;
        if (offset >= payload.Length)
            return false;

        parsed.PictureId = (ushort)((parsed.PictureId << 8) | payload[offset++]);
        return true;
    }

    private static bool TryParseLayers(
        ReadOnlySpan<byte> payload, bool isFlexible, ref int offset, ref PayloadDescriptor parsed)
    {
        int length = isFlexible ? 1 : 2;
        if (offset + length > payload.Length)
            return false;

        byte layers = payload[offset];
        parsed.HasLayers = true;
        parsed.HasTemporalLayer = true;
        parsed.TemporalLayer = (byte)(layers >> 5);
        parsed.IsSwitchingPoint = (layers & 0x10) != 0;
        parsed.SpatialLayer = (byte)((layers >> 1) & 0x07);
        parsed.DependsOnLowerSpatialLayer = (layers & 0x01) != 0;
        if (!isFlexible)
        {
            parsed.HasTl0PictureIndex = true;
            parsed.Tl0PictureIndex = payload[offset + 1];
        }

        offset += length;
        return true;
    }

    private static bool TrySkipReferences(ReadOnlySpan<byte> payload, ref int offset)
    {
        for (int i = 0; i < MaxReferences; i++)
        {
            if (offset >= payload.Length)
                return false;
            if ((payload[offset++] & 0x01) == 0)
                return true;
        }

        return true;
    }

    /// <summary>Spatial layers with their sizes, then the pictures of a group with what they refer to.</summary>
    private static bool TryParseStructure(ReadOnlySpan<byte> payload, ref int offset, ref PayloadDescriptor parsed)
    {
        if (offset >= payload.Length)
            return false;

        byte head = payload[offset++];
        parsed.SpatialLayerCount = (byte)((head >> 5) + 1);
        if ((head & 0x10) != 0)
            offset += parsed.SpatialLayerCount * 4;
        if ((head & 0x08) == 0)
            return offset <= payload.Length;
        if (offset >= payload.Length)
            return false;

        int pictures = payload[offset++];
        for (int i = 0; i < pictures; i++)
        {
            if (offset >= payload.Length)
                return false;
            offset += 1 + ((payload[offset] >> 2) & 0x03);
        }

        return offset <= payload.Length;
    }
}
