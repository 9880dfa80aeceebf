namespace RtcTests.Rtp.Codecs;

/// <summary>Writes bits from the most significant on.</summary>
internal sealed class BitWriter
{
    private readonly List<bool> _bits = [];

    public BitWriter Bits(uint value, int count)
    {
        for (int i = count - 1; i >= 0; i--)
            _bits.Add((value >> i & 1) != 0);

        return this;
    }

    public BitWriter NonSymmetric(uint value, uint n)
    {
        int width = 0;
        while (n >> width != 0)
            width++;
        uint shortCodes = (1u << width) - n;
        return value < shortCodes ? Bits(value, width - 1) : Bits(value + shortCodes, width);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[(_bits.Count + 7) / 8];
        for (int i = 0; i < _bits.Count; i++)
            bytes[i / 8] |= (byte)(_bits[i] ? 0x80 >> (i % 8) : 0);

        return bytes;
    }
}
