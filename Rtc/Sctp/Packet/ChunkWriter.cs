using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>The fixed fields of an INIT or INIT ACK.</summary>
internal readonly record struct InitFields(
    uint InitiateTag, uint ReceiverWindow, ushort OutboundStreams, ushort InboundStreams, uint InitialTsn);

/// <summary>The header fields of a DATA or I-DATA chunk; the position is the FSN and used by I-DATA only.</summary>
internal readonly record struct DataFields(
    byte Flags, uint Tsn, ushort StreamId, uint MessageId, uint Position, uint PayloadProtocolId);

/// <summary>Writes chunks into a packet. Whoever calls has asked for the room.</summary>
internal static class ChunkWriter
{
    /// <summary>INIT or INIT ACK with parameters that were written elsewhere.</summary>
    public static void AddInit(
        ref PacketWriter packet, ChunkType type, in InitFields fields, scoped ReadOnlySpan<byte> parameters)
    {
        Span<byte> value = packet.AddChunk(type, 0, InitChunkView.FixedLength + parameters.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, fields.InitiateTag);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], fields.ReceiverWindow);
        BinaryPrimitives.WriteUInt16BigEndian(value[8..], fields.OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(value[10..], fields.InboundStreams);
        BinaryPrimitives.WriteUInt32BigEndian(value[12..], fields.InitialTsn);
        parameters.CopyTo(value[InitChunkView.FixedLength..]);
    }

    /// <summary>DATA, or I-DATA when <paramref name="isInterleaved"/>.</summary>
    public static void AddData(
        ref PacketWriter packet, bool isInterleaved, in DataFields fields, scoped ReadOnlySpan<byte> payload)
    {
        int header = (isInterleaved ? DataChunkView.IDataHeaderLength : DataChunkView.DataHeaderLength) -
            ChunkView.HeaderLength;
        Span<byte> value = packet.AddChunk(
            isInterleaved ? ChunkType.IData : ChunkType.Data, fields.Flags, header + payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, fields.Tsn);
        BinaryPrimitives.WriteUInt16BigEndian(value[4..], fields.StreamId);
        if (isInterleaved)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[6..], 0);
            BinaryPrimitives.WriteUInt32BigEndian(value[8..], fields.MessageId);
            bool isBegin = (fields.Flags & DataChunkView.BeginFlag) != 0;
            BinaryPrimitives.WriteUInt32BigEndian(
                value[12..], isBegin ? fields.PayloadProtocolId : fields.Position);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[6..], (ushort)fields.MessageId);
            BinaryPrimitives.WriteUInt32BigEndian(value[8..], fields.PayloadProtocolId);
        }

        payload.CopyTo(value[header..]);
    }

    /// <summary>SACK.</summary>
    public static void AddSack(
        ref PacketWriter packet,
        uint cumulativeTsn,
        uint receiverWindow,
        scoped ReadOnlySpan<GapBlock> gapBlocks,
        scoped ReadOnlySpan<uint> duplicates)
    {
        int count = gapBlocks.Length + duplicates.Length;
        Span<byte> value = packet.AddChunk(ChunkType.Sack, 0, SackChunkView.FixedLength + (count * 4));
        BinaryPrimitives.WriteUInt32BigEndian(value, cumulativeTsn);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], receiverWindow);
        BinaryPrimitives.WriteUInt16BigEndian(value[8..], (ushort)gapBlocks.Length);
        BinaryPrimitives.WriteUInt16BigEndian(value[10..], (ushort)duplicates.Length);
        value = value[SackChunkView.FixedLength..];
        foreach (GapBlock block in gapBlocks)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value, block.Start);
            BinaryPrimitives.WriteUInt16BigEndian(value[2..], block.End);
            value = value[4..];
        }

        foreach (uint tsn in duplicates)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value, tsn);
            value = value[4..];
        }
    }

    /// <summary>FORWARD TSN, or I-FORWARD-TSN when <paramref name="isInterleaved"/>.</summary>
    public static void AddForwardTsn(
        ref PacketWriter packet, bool isInterleaved, uint newCumulativeTsn, scoped ReadOnlySpan<SkippedStream> skipped)
    {
        int entry = isInterleaved ? ForwardTsnChunkView.InterleavedEntryLength : ForwardTsnChunkView.EntryLength;
        Span<byte> value = packet.AddChunk(
            isInterleaved ? ChunkType.IForwardTsn : ChunkType.ForwardTsn,
            0,
            ForwardTsnChunkView.FixedLength + (skipped.Length * entry));
        BinaryPrimitives.WriteUInt32BigEndian(value, newCumulativeTsn);
        value = value[ForwardTsnChunkView.FixedLength..];
        foreach (SkippedStream stream in skipped)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value, stream.StreamId);
            if (isInterleaved)
            {
                BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(stream.IsUnordered ? 1 : 0));
                BinaryPrimitives.WriteUInt32BigEndian(value[4..], stream.MessageId);
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)stream.MessageId);
            }

            value = value[entry..];
        }
    }

    /// <summary>SHUTDOWN.</summary>
    public static void AddShutdown(ref PacketWriter packet, uint cumulativeTsn) =>
        BinaryPrimitives.WriteUInt32BigEndian(packet.AddChunk(ChunkType.Shutdown, 0, 4), cumulativeTsn);

    /// <summary>A chunk whose value is given; where that is nothing, only a header.</summary>
    public static void Add(
        ref PacketWriter packet, ChunkType type, byte flags = 0, scoped ReadOnlySpan<byte> value = default) =>
        value.CopyTo(packet.AddChunk(type, flags, value.Length));

    /// <summary>An Outgoing SSN Reset Request Parameter.</summary>
    public static void AddOutgoingReset(
        ref ParameterWriter parameters,
        uint requestNumber,
        uint responseNumber,
        uint lastTsn,
        scoped ReadOnlySpan<ushort> streams)
    {
        Span<byte> value = parameters.Add(
            (ushort)ParameterType.OutgoingSsnReset, OutgoingResetView.FixedLength + (streams.Length * 2));
        BinaryPrimitives.WriteUInt32BigEndian(value, requestNumber);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], responseNumber);
        BinaryPrimitives.WriteUInt32BigEndian(value[8..], lastTsn);
        for (int i = 0; i < streams.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(value[(OutgoingResetView.FixedLength + (i * 2))..], streams[i]);
    }

    /// <summary>A Re-configuration Response Parameter.</summary>
    public static void AddReconfigurationResponse(
        ref ParameterWriter parameters, uint responseNumber, ReconfigurationResult result)
    {
        Span<byte> value = parameters.Add(
            (ushort)ParameterType.ReconfigurationResponse, ReconfigurationResponseView.FixedLength);
        BinaryPrimitives.WriteUInt32BigEndian(value, responseNumber);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], (uint)result);
    }
}
