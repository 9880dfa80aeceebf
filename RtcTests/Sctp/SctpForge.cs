using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>
/// Speaks to end A of a connected pair in the name of end B, which hears nothing any more: says what no association of
/// ours would, and collects what A answers.
/// </summary>
internal sealed class SctpForge
{
    private readonly SctpPair _pair;
    private readonly uint _tag;
    private readonly byte[] _packet = new byte[1_200];

    public SctpForge(SctpPair pair)
    {
        _pair = pair;
        (_tag, FirstTsn) = Identity(pair);
        pair.Filter = (end, datagram) =>
        {
            if (end == pair.A)
                Answers.Add(datagram);
            return false;
        };
    }

    /// <summary>The TSN that A expects first, which is the number of the first request too.</summary>
    public uint FirstTsn { get; }

    /// <summary>Packets that A sent since the forge is there.</summary>
    public List<byte[]> Answers { get; } = [];

    /// <summary>The TSNs of all chunks with data among the answers, one for each transmission.</summary>
    public IReadOnlyList<uint> SentTsns => [.. Chunks()
        .Where(chunk => chunk[0] is (byte)ChunkType.Data or (byte)ChunkType.IData)
        .Select(chunk => BinaryPrimitives.ReadUInt32BigEndian(chunk.AsSpan(4)))];

    /// <summary>All chunks of the answers.</summary>
    public IEnumerable<byte[]> Chunks() => Answers.SelectMany(Split);

    public void Sack(uint cumulative, params GapBlock[] blocks)
    {
        var writer = new PacketWriter(_packet, _packet.Length, 5000, 5000, _tag);
        ChunkWriter.AddSack(ref writer, cumulative, 1_000_000, blocks, []);
        Deliver(writer);
    }

    /// <summary>Sends one chunk as it is.</summary>
    public void Chunk(ChunkType type, ReadOnlySpan<byte> value)
    {
        var writer = new PacketWriter(_packet, _packet.Length, 5000, 5000, _tag);
        ChunkWriter.Add(ref writer, type, 0, value);
        Deliver(writer);
    }

    /// <summary>Sends chunks one behind the other in one packet.</summary>
    public void Raw(byte[] chunks)
    {
        byte[] packet = new byte[PacketView.HeaderLength + chunks.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, 5000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), 5000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _tag);
        chunks.CopyTo(packet, PacketView.HeaderLength);
        Crc32c.WriteField(packet, Crc32c.ComputePacket(packet));
        _pair.A.Association.HandleDatagram(packet, _pair.NowUs);
        _pair.Flush();
    }

    public void Data(DataFields fields, ReadOnlySpan<byte> payload, bool isInterleaved = false)
    {
        var writer = new PacketWriter(_packet, _packet.Length, 5000, 5000, _tag);
        ChunkWriter.AddData(ref writer, isInterleaved, fields, payload);
        Deliver(writer);
    }

    /// <summary>The tag that packets for A carry.</summary>
    public static uint TagOf(SctpPair pair) => Identity(pair).Tag;

    // The first message of B, which A never hears, tells both.
    private static (uint Tag, uint FirstTsn) Identity(SctpPair pair)
    {
        byte[] buffer = new byte[2_000];
        pair.B.Association.TrySend(9, 1, [1], SctpSendOptions.Reliable, pair.NowUs);
        Assert.True(pair.B.Association.TryGetOutgoing(buffer, pair.NowUs, out int length));
        byte[] data = Split(buffer[..length]).Single(chunk => chunk[0] is (byte)ChunkType.Data or (byte)ChunkType.IData);
        return (BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4)),
            BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(4)));
    }

    private void Deliver(PacketWriter writer)
    {
        int length = writer.Finish(hasZeroChecksum: false);
        _pair.A.Association.HandleDatagram(_packet.AsSpan(0, length), _pair.NowUs);
        _pair.Flush();
    }

    private static List<byte[]> Split(byte[] datagram)
    {
        List<byte[]> found = [];
        var chunks = new ChunkReader(datagram.AsSpan(PacketView.HeaderLength));
        while (chunks.TryRead(out ChunkView chunk))
            found.Add(chunk.Bytes.ToArray());

        return found;
    }
}
