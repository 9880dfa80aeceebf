using System.Buffers.Binary;

namespace Rtc.Ice;

/// <summary>
/// The CRC-32 of ITU V.42 (polynomial 0x04C11DB7, reflected) that FINGERPRINT uses, four bytes a step
/// ("slicing", Kounavis and Berry, 2005).
/// </summary>
internal static class Crc32
{
    private const int Slices = 4;
    private static readonly uint[] Table = MakeTable();

    /// <summary>The CRC of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> table = Table;
        uint crc = uint.MaxValue;
        while (data.Length >= Slices)
        {
            crc ^= BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = table[(3 * 256) + (int)(crc & 0xFF)] ^ table[(2 * 256) + (int)((crc >> 8) & 0xFF)] ^
                table[256 + (int)((crc >> 16) & 0xFF)] ^ table[(int)(crc >> 24)];
            data = data[Slices..];
        }

        foreach (byte value in data)
            crc = (crc >> 8) ^ table[(int)((crc ^ value) & 0xFF)];

        return ~crc;
    }

    private static uint[] MakeTable()
    {
        const uint ReflectedPolynomial = 0xEDB88320;
        uint[] table = new uint[Slices * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
            table[value] = crc;
        }

        for (int i = 256; i < table.Length; i++)
            table[i] = (table[i - 256] >> 8) ^ table[table[i - 256] & 0xFF];

        return table;
    }
}
