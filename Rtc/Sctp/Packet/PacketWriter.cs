using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>Writes one packet into memory that it is given: common header, chunks, checksum.</summary>
internal ref struct PacketWriter
{
    private readonly Span<byte> _buffer;
    private readonly int _limit;

    /// <param name="buffer">Where the packet goes; at least a common header.</param>
    /// <param name="maxLength">Longest packet in bytes; the buffer may be longer or shorter.</param>
    /// <param name="sourcePort">Our port.</param>
    /// <param name="destinationPort">The peer's port.</param>
    /// <param name="verificationTag">The peer's tag.</param>
    public PacketWriter(
        Span<byte> buffer, int maxLength, ushort sourcePort, ushort destinationPort, uint verificationTag)
    {
        _buffer = buffer;
        // A chunk takes its padding with it, so only whole words count.
        _limit = Math.Min(buffer.Length, maxLength) & ~3;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], verificationTag);
        Crc32c.WriteField(buffer, 0);
        Length = PacketView.HeaderLength;
    }

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    public readonly bool IsEmpty => Length == PacketView.HeaderLength;

    /// <summary>How many bytes a further chunk may have, header included.</summary>
    public readonly int Room => _limit - Length;

    /// <summary>Adds a chunk and returns its value, to be filled wholly; the padding is zeroed.</summary>
    /// <exception cref="InvalidOperationException">There is no room; the caller asks for it first.</exception>
    public Span<byte> AddChunk(ChunkType type, byte flags, int valueLength)
    {
        int length = ChunkView.HeaderLength + valueLength;
        int padded = Tlv.Padded(length);
        if (padded > Room)
            throw new InvalidOperationException($"no room for a {type} chunk of {length} bytes");

        Span<byte> chunk = _buffer.Slice(Length, padded);
        chunk[0] = (byte)type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk[2..], (ushort)length);
        chunk[length..].Clear();
        Length += padded;
        return chunk.Slice(ChunkView.HeaderLength, valueLength);
    }

    /// <summary>Adds a chunk that was written elsewhere, if there is room.</summary>
    public bool TryAddWhole(scoped ReadOnlySpan<byte> chunk)
    {
        int padded = Tlv.Padded(chunk.Length);
        if (padded > Room)
            return false;

        Span<byte> room = _buffer.Slice(Length, padded);
        chunk.CopyTo(room);
        room[chunk.Length..].Clear();
        Length += padded;
        return true;
    }

    /// <summary>Writes the checksum, or leaves it zero where that was negotiated, and returns the length.</summary>
    public readonly int Finish(bool hasZeroChecksum)
    {
        if (!hasZeroChecksum)
            Crc32c.WriteField(_buffer, Crc32c.ComputePacket(_buffer[..Length]));

        return Length;
    }
}
