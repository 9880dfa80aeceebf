using System.Numerics;

namespace Rtc.Rtp.Codecs;

/// <summary>Reads bits from the most significant on. Reading past the end gives 0 and is remembered.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Whether more was read than there was.</summary>
    public bool IsExhausted { readonly get; private set; }

    public bool ReadFlag() => ReadBits(1) != 0;

    /// <summary>Reads up to 32 bits.</summary>
    public uint ReadBits(int count)
    {
        if (_position + count > _bytes.Length * 8)
        {
            IsExhausted = true;
            return 0;
        }

        ulong value = 0;
        int end = _position + count;
        for (int index = _position >> 3; index < (end + 7) >> 3; index++)
            value = (value << 8) | _bytes[index];

        value >>= (8 - (end & 7)) & 7;
        _position = end;
        return (uint)(value & ((1UL << count) - 1));
    }

    /// <summary>Reads ns(n) of the AV1 specification, section 4.10.7: a value below <paramref name="n"/>.</summary>
    public uint ReadNonSymmetric(uint n)
    {
        int width = 32 - BitOperations.LeadingZeroCount(n);
        uint shortCodes = (1u << width) - n;
        uint value = ReadBits(width - 1);
        return value < shortCodes ? value : (value << 1) - shortCodes + ReadBits(1);
    }
}
