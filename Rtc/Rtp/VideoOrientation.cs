namespace Rtc.Rtp;

/// <summary>How a video has to be turned to be seen upright (3GPP TS 26.114 section 7.4.5).</summary>
/// <param name="IsBackCamera">Whether the camera faces away from the user.</param>
/// <param name="IsFlipped">Whether it is mirrored.</param>
/// <param name="Rotation">0, 90, 180 or 270 degrees counter-clockwise.</param>
public readonly record struct VideoOrientation(bool IsBackCamera, bool IsFlipped, ushort Rotation)
{
    /// <summary>Reads the byte of the header extension.</summary>
    public static VideoOrientation FromByte(byte value) =>
        new((value & 0x08) != 0, (value & 0x04) != 0, (ushort)((value & 0x03) * 90));
}
