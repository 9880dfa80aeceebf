using System.Buffers.Binary;

namespace Rtc.Rtp.Codecs;

/// <summary>The VP8 payload descriptor (RFC 7741 section 4.2).</summary>
public static class Vp8
{
    /// <summary>Bytes that a rewritten descriptor can have.</summary>
    public const int MaxDescriptorLength = 6;

    private const byte Extended = 0x80;
    private const byte NonReference = 0x20;
    private const byte StartOfPartition = 0x10;
    private const byte PartitionMask = 0x07;
    private const byte PictureIdPresent = 0x80;
    private const byte Tl0PictureIndexPresent = 0x40;
    private const byte TemporalLayerPresent = 0x20;
    private const byte KeyIndexPresent = 0x10;
    private const byte LongPictureId = 0x80;
    private const byte InterFrame = 0x01;

    /// <summary>Reads the descriptor; false when the payload ends within it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (payload.IsEmpty)
            return false;

        byte first = payload[0];
        var parsed = new PayloadDescriptor
        {
            Codec = CodecKind.Vp8,
            IsDiscardable = (first & NonReference) != 0,
            IsStartOfFrame = (first & StartOfPartition) != 0 && (first & PartitionMask) == 0,
        };
        int offset = 1;
        if ((first & Extended) != 0 && !TryParseExtension(payload, ref offset, ref parsed))
            return false;

        parsed.Length = (byte)offset;
        parsed.IsKeyFrame = parsed.IsStartOfFrame && offset < payload.Length && (payload[offset] & InterFrame) == 0;
        parsed.IsInterPicturePredicted = !parsed.IsKeyFrame;
        descriptor = parsed;
        return true;
    }

    /// <summary>
    /// Writes the descriptor of a payload with another picture id, always of 15 bits, and another TL0PICIDX; a field
    /// that the descriptor does not have is not added. Takes the place of the first
    /// <see cref="PayloadDescriptor.Length"/> bytes of the payload.
    /// </summary>
    /// <param name="payload">The payload that <paramref name="descriptor"/> was read from.</param>
    /// <param name="descriptor">What was read.</param>
    /// <param name="pictureId">The new picture id; its lower 15 bits count.</param>
    /// <param name="tl0PictureIndex">The new TL0PICIDX.</param>
    /// <param name="destination">At least <see cref="MaxDescriptorLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Rewrite(
        ReadOnlySpan<byte> payload,
        in PayloadDescriptor descriptor,
        ushort pictureId,
        byte tl0PictureIndex,
        Span<byte> destination)
    {
        int head = descriptor.Length == 1 ? 1 : 2;
        payload[..head].CopyTo(destination);
        int from = head;
        int to = head;
        if (descriptor.HasPictureId)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[to..], (ushort)(0x8000 | pictureId));
            from += descriptor.IsLongPictureId ? 2 : 1;
            to += 2;
        }

        if (descriptor.HasTl0PictureIndex)
        {
            destination[to++] = tl0PictureIndex;
            from++;
        }

        payload[from..descriptor.Length].CopyTo(destination[to..]);
        return to + descriptor.Length - from;
    }

    private static bool TryParseExtension(ReadOnlySpan<byte> payload, ref int offset, ref PayloadDescriptor parsed)
    {
        if (offset >= payload.Length)
            return false;

        byte flags = payload[offset++];
        if ((flags & PictureIdPresent) != 0)
        {
            if (offset >= payload.Length)
                return false;

            parsed.HasPictureId = true;
            parsed.IsLongPictureId = (payload[offset] & LongPictureId) != 0;
            parsed.PictureId = (ushort)(payload[offset++] & 0x7F);
            if (parsed.IsLongPictureId)
            {
                if (offset >= payload.Length)
                    return false;
                parsed.PictureId = (ushort)((parsed.PictureId << 8) | payload[offset++]);
            }
        }

        if ((flags & Tl0PictureIndexPresent) != 0)
        {
            if (offset >= payload.Length)
                return false;

            parsed.HasTl0PictureIndex = true;
            parsed.Tl0PictureIndex = payload[offset++];
        }

        if ((flags & (TemporalLayerPresent | KeyIndexPresent)) != 0)
        {
            if (offset >= payload.Length)
                return false;

            parsed.HasTemporalLayer = true;
            parsed.TemporalLayer = (byte)(payload[offset] >> 6);
            parsed.IsSwitchingPoint = (payload[offset++] & 0x20) != 0;
        }

        return true;
    }
}
