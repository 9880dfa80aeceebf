namespace Rtc.Rtp.Codecs;

/// <summary>
/// The numbers that stand in a rewritten VP8 descriptor, small enough to be remembered with each packet that was sent.
/// The default value says that the descriptor goes as it came.
/// </summary>
public readonly struct PictureNumbers
{
    /// <summary>Which bits of <see cref="Bits"/> are in use.</summary>
    internal const uint AllBits = 0xFFFFFF;

    private const uint Rewritten = 0x800000;

    /// <param name="pictureId">The picture id; its lower 15 bits count.</param>
    /// <param name="tl0PictureIndex">The TL0PICIDX.</param>
    public PictureNumbers(ushort pictureId, byte tl0PictureIndex)
    {
        Bits = Rewritten | ((uint)(pictureId & 0x7FFF) << 8) | tl0PictureIndex;
    }

    private PictureNumbers(uint bits) => Bits = bits;

    /// <summary>Whether the descriptor is rewritten.</summary>
    public bool IsRewritten => Bits != 0;

    /// <summary>The picture id, 15 bits.</summary>
    public ushort PictureId => (ushort)((Bits >> 8) & 0x7FFF);

    /// <summary>The TL0PICIDX.</summary>
    public byte Tl0PictureIndex => (byte)Bits;

    /// <summary>All of it, to be kept; 0 for the default value.</summary>
    internal uint Bits { get; }

    /// <summary>What <see cref="Bits"/> were taken of.</summary>
    internal static PictureNumbers FromBits(uint bits) => new(bits);

    /// <summary>
    /// Writes what takes the place of the descriptor in front of a payload; nothing when it goes as it came.
    /// </summary>
    /// <param name="packet">The packet; its descriptor was read from its payload.</param>
    /// <param name="destination">At least <see cref="Vp8.MaxDescriptorLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Write(RtpPacket packet, Span<byte> destination) => IsRewritten
        ? Vp8.Rewrite(packet.Payload, packet.Descriptor, PictureId, Tl0PictureIndex, destination)
        : 0;

    /// <summary>How many bytes of the payload that replaces.</summary>
    public int Replaces(RtpPacket packet) => IsRewritten ? packet.Descriptor.Length : 0;
}
