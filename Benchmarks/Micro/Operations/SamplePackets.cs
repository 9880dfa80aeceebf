using System.Buffers.Binary;

namespace Benchmarks.Micro.Operations;

/// <summary>The packet that operations work on: 1,100 bytes of VP8 with MID, abs-send-time and transport-cc number.</summary>
internal static class SamplePackets
{
    public const int Length = 1100;
    public const int HeaderLength = 12 + 4 + 12;
    public const uint Ssrc = 0x1234_5678;
    public const byte PayloadType = 100;
    public const byte MidId = 1;
    public const byte AbsSendTimeId = 4;
    public const byte TransportCcId = 5;

    public static byte[] Rtp()
    {
        byte[] packet = new byte[Length];
        packet[0] = 0x90;
        packet[1] = PayloadType;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), 1000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), 90_000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), Ssrc);
        byte[] extension =
        [
            0xBE, 0xDE, 0, 3, (MidId << 4) | 0, (byte)'0', (AbsSendTimeId << 4) | 2, 1, 2, 3,
            (TransportCcId << 4) | 1, 0, 7, 0, 0, 0,
        ];
        extension.CopyTo(packet, 12);

        // RFC 7741: a descriptor with S set, then a key frame's first byte.
        packet[HeaderLength] = 0x10;
        for (int i = HeaderLength + 2; i < Length; i++)
            packet[i] = (byte)i;
        return packet;
    }

    public static void SetSequenceNumber(Span<byte> packet, ushort sequenceNumber) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequenceNumber);
}
