using System.Runtime.CompilerServices;

namespace Rtc.Srtp;

/// <summary>Rollover counter and sequence number as one number of 48 bits (RFC 3711, section 3.3.1).</summary>
internal static class SrtpPacketIndex
{
    /// <summary>The greatest index.</summary>
    public const ulong Max = (1ul << 48) - 1;

    private const int HalfRange = 1 << 15;
    private const int FullRange = 1 << 16;

    /// <summary>
    /// The index that is nearest to the highest one seen; false where that would lie before the first rollover or
    /// after the last.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryEstimate(ulong highest, ushort sequenceNumber, out ulong index)
    {
        long delta = sequenceNumber - (long)(highest & 0xffff);
        if (delta > HalfRange)
        {
            delta -= FullRange;
        }
        else if (delta < -HalfRange)
        {
            delta += FullRange;
        }

        long estimate = (long)highest + delta;
        index = (ulong)estimate;
        return estimate >= 0 && index <= Max;
    }
}
