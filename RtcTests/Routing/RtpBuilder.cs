using System.Buffers.Binary;

namespace RtcTests.Routing;

/// <summary>An RTP packet in the making (RFC 3550, RFC 8285).</summary>
internal sealed record RtpBuilder
{
    public byte PayloadType { get; init; }

    public ushort SequenceNumber { get; init; }

    public uint Timestamp { get; init; }

    public uint Ssrc { get; init; }

    public bool Marker { get; init; }

    public byte[] Payload { get; init; } = [1, 2, 3, 4];

    public byte Padding { get; init; }

    public List<(byte Id, byte[] Data)> Extensions { get; init; } = [];

    public bool TwoByteForm { get; init; }

    /// <summary>Payload of a VP8 packet whose last bytes hold a number to know it by.</summary>
    public static byte[] Vp8(bool isKeyFrame, uint number, int length = 40)
    {
        byte[] payload = new byte[length];
        payload[0] = 0x10;
        payload[1] = (byte)(isKeyFrame ? 0x00 : 0x01);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(length - 4), number);
        return payload;
    }

    public byte[] Build()
    {
        List<byte> packet =
        [
            (byte)(0x80 | (Extensions.Count > 0 ? 0x10 : 0) | (Padding > 0 ? 0x20 : 0)),
            (byte)((Marker ? 0x80 : 0) | PayloadType),
            .. BigEndian(SequenceNumber),
            .. BigEndian(Timestamp),
            .. BigEndian(Ssrc),
        ];
        if (Extensions.Count > 0)
            packet.AddRange(BuildExtensions());

        packet.AddRange(Payload);
        for (int i = 1; i <= Padding; i++)
            packet.Add(i == Padding ? Padding : (byte)0);

        return [.. packet];
    }

    private static byte[] BigEndian(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] BigEndian(uint value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private List<byte> BuildExtensions()
    {
        List<byte> elements = [];
        foreach ((byte id, byte[] data) in Extensions)
        {
            if (TwoByteForm)
                elements.AddRange([id, (byte)data.Length]);
            else
                elements.Add((byte)((id << 4) | (data.Length - 1)));

            elements.AddRange(data);
        }

        while (elements.Count % 4 != 0)
            elements.Add(0);

        ushort profile = TwoByteForm ? (ushort)0x1000 : (ushort)0xBEDE;
        return [.. BigEndian(profile), .. BigEndian((ushort)(elements.Count / 4)), .. elements];
    }
}
