using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>A run of received TSNs, both ends included, as distances from the cumulative TSN.</summary>
internal readonly record struct GapBlock(ushort Start, ushort End);

/// <summary>SACK (RFC 9260 section 3.3.4).</summary>
internal readonly ref struct SackChunkView
{
    /// <summary>Length of the value before its blocks, in bytes.</summary>
    public const int FixedLength = 12;

    private readonly ReadOnlySpan<byte> _value;

    private SackChunkView(ReadOnlySpan<byte> value) => _value = value;

    public uint CumulativeTsn => BinaryPrimitives.ReadUInt32BigEndian(_value);

    public uint ReceiverWindow => BinaryPrimitives.ReadUInt32BigEndian(_value[4..]);

    public int GapBlockCount => BinaryPrimitives.ReadUInt16BigEndian(_value[8..]);

    public int DuplicateCount => BinaryPrimitives.ReadUInt16BigEndian(_value[10..]);

    public GapBlock GetGapBlock(int index)
    {
        ReadOnlySpan<byte> block = _value[(FixedLength + (index * 4))..];
        return new GapBlock(
            BinaryPrimitives.ReadUInt16BigEndian(block),
            BinaryPrimitives.ReadUInt16BigEndian(block[2..]));
    }

    public uint GetDuplicate(int index) =>
        BinaryPrimitives.ReadUInt32BigEndian(_value[(FixedLength + ((GapBlockCount + index) * 4))..]);

    /// <summary>False when the chunk is shorter than its counts say.</summary>
    public static bool TryParse(in ChunkView chunk, out SackChunkView sack)
    {
        sack = new SackChunkView(chunk.Value);
        return chunk.Type == ChunkType.Sack && chunk.Value.Length >= FixedLength &&
            chunk.Value.Length >= FixedLength + ((sack.GapBlockCount + sack.DuplicateCount) * 4);
    }
}
