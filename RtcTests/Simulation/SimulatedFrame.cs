using System.Buffers.Binary;

namespace RtcTests.Simulation;

/// <summary>
/// A frame as a simulated encoder makes it: what it is and what it needs stands in its payload, behind the codec's
/// descriptor, so that a decoder can tell whether it got all of that.
/// </summary>
internal sealed record SimulatedFrame
{
    private const uint Magic = 0x5EEDF00D;
    private const int FixedLength = 26;

    public required uint Id { get; init; }

    /// <summary>The frames that it cannot be decoded without; none for a key frame.</summary>
    public required uint[] Dependencies { get; init; }

    public required int Spatial { get; init; }

    public required int Temporal { get; init; }

    /// <summary>Which of the producer's streams it belongs to.</summary>
    public required int Stream { get; init; }

    public required long CapturedAtUs { get; init; }

    public required int Packets { get; init; }

    /// <summary>Which of its packets a payload is of; only what was read has it.</summary>
    public int Packet { get; init; }

    public byte[] Write(ReadOnlySpan<byte> descriptor, int packet, int length)
    {
        int needed = descriptor.Length + 1 + FixedLength + (4 * Dependencies.Length);
        byte[] payload = new byte[Math.Max(length, needed)];
        descriptor.CopyTo(payload);

        // The first byte behind the descriptor tells VP8's key frames.
        payload[descriptor.Length] = (byte)(Dependencies.Length == 0 ? 0 : 1);
        Span<byte> end = payload.AsSpan(payload.Length - FixedLength);
        BinaryPrimitives.WriteUInt32BigEndian(end, Id);
        end[4] = (byte)Spatial;
        end[5] = (byte)Temporal;
        end[6] = (byte)Stream;
        end[7] = (byte)Packets;
        end[8] = (byte)packet;
        end[9] = (byte)Dependencies.Length;
        BinaryPrimitives.WriteInt64BigEndian(end[10..], CapturedAtUs);
        BinaryPrimitives.WriteUInt32BigEndian(end[22..], Magic);
        for (int i = 0; i < Dependencies.Length; i++)
        {
            int at = payload.Length - FixedLength - (4 * (i + 1));
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(at), Dependencies[i]);
        }

        return payload;
    }

    public static SimulatedFrame Read(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> end = payload[^FixedLength..];
        if (BinaryPrimitives.ReadUInt32BigEndian(end[22..]) != Magic)
            throw new InvalidOperationException("the end of a payload is damaged");

        uint[] dependencies = new uint[end[9]];
        for (int i = 0; i < dependencies.Length; i++)
        {
            int at = payload.Length - FixedLength - (4 * (i + 1));
            dependencies[i] = BinaryPrimitives.ReadUInt32BigEndian(payload[at..]);
        }

        return new SimulatedFrame
        {
            Id = BinaryPrimitives.ReadUInt32BigEndian(end),
            Spatial = end[4],
            Temporal = end[5],
            Stream = end[6],
            Packets = end[7],
            Packet = end[8],
            CapturedAtUs = BinaryPrimitives.ReadInt64BigEndian(end[10..]),
            Dependencies = dependencies,
        };
    }
}
