using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>INIT and INIT ACK (RFC 9260 sections 3.3.2 and 3.3.3).</summary>
internal readonly ref struct InitChunkView
{
    /// <summary>Length of the value before its parameters, in bytes.</summary>
    public const int FixedLength = 16;

    private readonly ReadOnlySpan<byte> _value;

    private InitChunkView(ReadOnlySpan<byte> value) => _value = value;

    public uint InitiateTag => BinaryPrimitives.ReadUInt32BigEndian(_value);

    public uint ReceiverWindow => BinaryPrimitives.ReadUInt32BigEndian(_value[4..]);

    public ushort OutboundStreams => BinaryPrimitives.ReadUInt16BigEndian(_value[8..]);

    public ushort InboundStreams => BinaryPrimitives.ReadUInt16BigEndian(_value[10..]);

    public uint InitialTsn => BinaryPrimitives.ReadUInt32BigEndian(_value[12..]);

    public ParameterReader Parameters => new(_value[FixedLength..]);

    public static bool TryParse(in ChunkView chunk, out InitChunkView init)
    {
        init = new InitChunkView(chunk.Value);
        return chunk.Type is ChunkType.Init or ChunkType.InitAck && chunk.Value.Length >= FixedLength;
    }
}
