using System.Buffers.Binary;
using System.Numerics;

namespace Rtc.Sctp.Packet;

/// <summary>
/// The checksum of SCTP (RFC 9260 appendix A). <see cref="BitOperations"/> is the CRC32 instruction of SSE 4.2 or
/// ARMv8 where there is one, and a table elsewhere.
/// </summary>
internal static class Crc32c
{
    private const int Offset = 8;
    private const int Size = sizeof(uint);

    /// <summary>CRC32c of plain bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => ~Update(uint.MaxValue, data);

    /// <summary>CRC32c of a packet as if its checksum field were zero; the packet has a whole common header.</summary>
    public static uint ComputePacket(ReadOnlySpan<byte> packet)
    {
        uint crc = Update(uint.MaxValue, packet[..Offset]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Update(crc, packet[(Offset + Size)..]);
    }

    /// <summary>Whether the checksum field of a packet is right.</summary>
    public static bool IsValid(ReadOnlySpan<byte> packet) => ReadField(packet) == ComputePacket(packet);

    /// <summary>The checksum field; the CRC's low byte stands first.</summary>
    public static uint ReadField(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32LittleEndian(packet[Offset..]);

    /// <summary>Writes the checksum field.</summary>
    public static void WriteField(Span<byte> packet, uint checksum) =>
        BinaryPrimitives.WriteUInt32LittleEndian(packet[Offset..], checksum);

    private static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
            crc = BitOperations.Crc32C(crc, value);

        return crc;
    }
}
