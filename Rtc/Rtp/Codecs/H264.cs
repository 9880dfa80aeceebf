using System.Buffers.Binary;

namespace Rtc.Rtp.Codecs;

/// <summary>The H264 payload (RFC 6184 section 5.2).</summary>
public static class H264
{
    private const int TypeMask = 0x1F;
    private const int Sps = 7;
    private const int StapA = 24;
    private const int FuA = 28;
    private const int FuB = 29;
    private const byte FuStart = 0x80;

    /// <summary>
    /// Whether a sequence parameter set begins in this packet: alone, within an aggregate, or as the first of its
    /// fragments. Encoders for real-time use send one with each IDR picture, in front of it, so a receiver can start
    /// here.
    /// </summary>
    public static bool HasSps(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
            return false;

        return (payload[0] & TypeMask) switch
        {
            Sps => true,
            StapA => HasSpsInAggregate(payload[1..]),
            FuA or FuB => (payload[1] & FuStart) != 0 && (payload[1] & TypeMask) == Sps,
            _ => false,
        };
    }

    private static bool HasSpsInAggregate(ReadOnlySpan<byte> units)
    {
        while (units.Length >= 3)
        {
            if ((units[2] & TypeMask) == Sps)
                return true;

            int length = 2 + BinaryPrimitives.ReadUInt16BigEndian(units);
            if (length > units.Length)
                return false;

            units = units[length..];
        }

        return false;
    }
}
