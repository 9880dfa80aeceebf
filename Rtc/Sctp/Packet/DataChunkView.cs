using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>
/// A DATA chunk (RFC 9260 section 3.3.1) or an I-DATA chunk (RFC 8260 section 2.1); the flags are the same.
/// </summary>
internal readonly ref struct DataChunkView
{
    public const int DataHeaderLength = 16;
    public const int IDataHeaderLength = 20;
    public const byte EndFlag = 0x01;
    public const byte BeginFlag = 0x02;
    public const byte UnorderedFlag = 0x04;
    public const byte ImmediateFlag = 0x08;

    private readonly ReadOnlySpan<byte> _bytes;

    private DataChunkView(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public bool IsInterleaved => _bytes[0] == (byte)ChunkType.IData;

    public bool IsBegin => (_bytes[1] & BeginFlag) != 0;

    public bool IsEnd => (_bytes[1] & EndFlag) != 0;

    public bool IsUnordered => (_bytes[1] & UnorderedFlag) != 0;

    /// <summary>Whether the sender wants a SACK at once (RFC 7053).</summary>
    public bool IsImmediate => (_bytes[1] & ImmediateFlag) != 0;

    public uint Tsn => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    public ushort StreamId => BinaryPrimitives.ReadUInt16BigEndian(_bytes[8..]);

    /// <summary>The stream sequence number (16 bits) or the message identifier (32 bits).</summary>
    public uint MessageId => IsInterleaved
        ? BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..])
        : BinaryPrimitives.ReadUInt16BigEndian(_bytes[10..]);

    /// <summary>The payload protocol identifier; of I-DATA only where the message begins.</summary>
    public uint PayloadProtocolId =>
        IsInterleaved && !IsBegin ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_bytes[(IsInterleaved ? 16 : 12)..]);

    /// <summary>Where in its message the fragment stands: the FSN, or without interleaving the TSN.</summary>
    public uint Position => !IsInterleaved ? Tsn : IsBegin ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    public ReadOnlySpan<byte> Payload => _bytes[(IsInterleaved ? IDataHeaderLength : DataHeaderLength)..];

    public static bool TryParse(in ChunkView chunk, out DataChunkView data)
    {
        data = new DataChunkView(chunk.Bytes);
        return chunk.Type switch
        {
            ChunkType.Data => chunk.Bytes.Length >= DataHeaderLength,
            ChunkType.IData => chunk.Bytes.Length >= IDataHeaderLength,
            _ => false,
        };
    }
}
