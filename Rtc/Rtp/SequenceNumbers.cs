namespace Rtc.Rtp;

/// <summary>
/// Comparing numbers that wrap (RFC 1982). Of two that are half the space apart neither is newer.
/// </summary>
public static class SequenceNumbers
{
    /// <summary>How far 16-bit <paramref name="to"/> is ahead of <paramref name="from"/>: -32,768 to 32,767.</summary>
    public static int Distance(ushort from, ushort to) => (short)(to - from);

    /// <summary>How far 32-bit <paramref name="to"/> is ahead of <paramref name="from"/>: -2^31 to 2^31 - 1.</summary>
    public static int Distance(uint from, uint to) => (int)(to - from);

    /// <summary>How far 15-bit <paramref name="to"/> is ahead of <paramref name="from"/>: -16,384 to 16,383.</summary>
    public static int Distance15(ushort from, ushort to) => ((to - from) << 17) >> 17;

    /// <summary>How far 8-bit <paramref name="to"/> is ahead of <paramref name="from"/>: -128 to 127.</summary>
    public static int Distance(byte from, byte to) => (sbyte)(to - from);

    /// <summary>Whether 16-bit <paramref name="number"/> comes after <paramref name="reference"/>.</summary>
    public static bool IsNewer(ushort number, ushort reference) =>
        (short)(number - reference) > 0;

    /// <summary>Whether 32-bit <paramref name="number"/> comes after <paramref name="reference"/>.</summary>
    public static bool IsNewer(uint number, uint reference) =>
        (int)(number - reference) > 0;

    /// <summary>Whether 15-bit <paramref name="number"/> comes after <paramref name="reference"/>.</summary>
    public static bool IsNewer15(ushort number, ushort reference) =>
        ((number - reference) & 0x7FFF) is > 0 and < 0x4000;

    /// <summary>Whether 8-bit <paramref name="number"/> comes after <paramref name="reference"/>.</summary>
    public static bool IsNewer(byte number, byte reference) =>
        (sbyte)(number - reference) > 0;

    /// <summary>
    /// The number of 64 bits whose low 16 are <paramref name="number"/> and that is nearest to
    /// <paramref name="reference"/>; never negative for a reference that is not.
    /// </summary>
    public static long Unwrap(ushort number, long reference)
    {
        long unwrapped = reference + Distance((ushort)reference, number);
        return unwrapped < 0 ? unwrapped + 0x1_0000 : unwrapped;
    }

    /// <summary>
    /// The number of 64 bits whose low 32 are <paramref name="number"/> and that is nearest to
    /// <paramref name="reference"/>; never negative for a reference that is not.
    /// </summary>
    public static long Unwrap(uint number, long reference)
    {
        long unwrapped = reference + Distance((uint)reference, number);
        return unwrapped < 0 ? unwrapped + 0x1_0000_0000 : unwrapped;
    }
}
