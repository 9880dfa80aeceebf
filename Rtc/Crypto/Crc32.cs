using System.Buffers.Binary;

namespace Rtc.Crypto;

/// <summary>CRC-32 of ITU V.42 and RFC 8489, section 14.7 (polynomial 0x04C11DB7, reflected).</summary>
public static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private static readonly uint[] Table = BuildTable();

    /// <summary>The CRC of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<uint> table = Table;
        while (data.Length >= Slices)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = table[(7 * 256) + (int)(low & 0xff)] ^ table[(6 * 256) + (int)((low >> 8) & 0xff)]
                ^ table[(5 * 256) + (int)((low >> 16) & 0xff)] ^ table[(4 * 256) + (int)(low >> 24)]
                ^ table[(3 * 256) + (int)(high & 0xff)] ^ table[(2 * 256) + (int)((high >> 8) & 0xff)]
                ^ table[256 + (int)((high >> 16) & 0xff)] ^ table[(int)(high >> 24)];
            data = data[Slices..];
        }

        foreach (byte value in data)
        {
            crc = table[(int)((crc ^ value) & 0xff)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[Slices * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }

            table[value] = crc;
        }

        for (int index = 256; index < table.Length; index++)
        {
            uint previous = table[index - 256];
            table[index] = table[previous & 0xff] ^ (previous >> 8);
        }

        return table;
    }
}
