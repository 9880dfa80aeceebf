using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>Up to which message a stream is skipped.</summary>
internal readonly record struct SkippedStream(ushort StreamId, bool IsUnordered, uint MessageId);

/// <summary>FORWARD TSN (RFC 3758 section 3.2) and I-FORWARD-TSN (RFC 8260 section 2.3.1).</summary>
internal readonly ref struct ForwardTsnChunkView
{
    /// <summary>Length of the value before its streams, in bytes.</summary>
    public const int FixedLength = 4;

    /// <summary>Length of a stream's entry in FORWARD TSN, in bytes.</summary>
    public const int EntryLength = 4;

    /// <summary>Length of a stream's entry in I-FORWARD-TSN, in bytes.</summary>
    public const int InterleavedEntryLength = 8;

    private readonly ReadOnlySpan<byte> _value;

    private ForwardTsnChunkView(in ChunkView chunk)
    {
        _value = chunk.Value;
        IsInterleaved = chunk.Type == ChunkType.IForwardTsn;
    }

    public bool IsInterleaved { get; }

    public uint NewCumulativeTsn => BinaryPrimitives.ReadUInt32BigEndian(_value);

    public int SkippedCount =>
        (_value.Length - FixedLength) / (IsInterleaved ? InterleavedEntryLength : EntryLength);

    public SkippedStream GetSkipped(int index)
    {
        if (!IsInterleaved)
        {
            ReadOnlySpan<byte> entry = _value[(FixedLength + (index * EntryLength))..];
            return new SkippedStream(
                BinaryPrimitives.ReadUInt16BigEndian(entry),
                IsUnordered: false,
                BinaryPrimitives.ReadUInt16BigEndian(entry[2..]));
        }

        ReadOnlySpan<byte> interleaved = _value[(FixedLength + (index * InterleavedEntryLength))..];
        return new SkippedStream(
            BinaryPrimitives.ReadUInt16BigEndian(interleaved),
            (interleaved[3] & 1) != 0,
            BinaryPrimitives.ReadUInt32BigEndian(interleaved[4..]));
    }

    public static bool TryParse(in ChunkView chunk, out ForwardTsnChunkView forward)
    {
        forward = new ForwardTsnChunkView(chunk);
        if (chunk.Type is not (ChunkType.ForwardTsn or ChunkType.IForwardTsn) || chunk.Value.Length < FixedLength)
            return false;

        int entry = forward.IsInterleaved ? InterleavedEntryLength : EntryLength;
        return (chunk.Value.Length - FixedLength) % entry == 0;
    }
}
