using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>What a receiver says about one stream (RFC 3550 section 6.4.1).</summary>
public readonly record struct ReportBlock
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 24;

    private const int MaxLost = 0x7F_FFFF;
    private const int MinLost = -0x80_0000;

    /// <summary>The stream.</summary>
    public uint Ssrc { get; init; }

    /// <summary>Lost since the last report, in 256ths.</summary>
    public byte FractionLost { get; init; }

    /// <summary>Lost in total, 24 bits with sign; what does not fit is written as the nearest that does.</summary>
    public int TotalLost { get; init; }

    /// <summary>The highest sequence number: cycles in the upper, the number in the lower 16 bits.</summary>
    public uint HighestSequenceNumber { get; init; }

    /// <summary>Interarrival jitter, in ticks of the codec's clock.</summary>
    public uint Jitter { get; init; }

    /// <summary>The middle 32 bits of the last sender report's NTP time; 0 before there was one.</summary>
    public uint LastSenderReport { get; init; }

    /// <summary>Time since that report arrived, in units of 2^-16 s.</summary>
    public uint DelaySinceLastSenderReport { get; init; }

    /// <summary>Reads one from the first 24 bytes.</summary>
    public static ReportBlock Read(ReadOnlySpan<byte> source)
    {
        uint lost = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        return new ReportBlock
        {
            Ssrc = BinaryPrimitives.ReadUInt32BigEndian(source),
            FractionLost = (byte)(lost >> 24),
            TotalLost = (int)(lost << 8) >> 8,
            HighestSequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            Jitter = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            LastSenderReport = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            DelaySinceLastSenderReport = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
        };
    }

    /// <summary>Writes 24 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        uint lost = (uint)Math.Clamp(TotalLost, MinLost, MaxLost) & 0xFF_FFFF;
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ((uint)FractionLost << 24) | lost);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], HighestSequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], DelaySinceLastSenderReport);
    }
}

/// <summary>Report blocks in somebody else's memory.</summary>
public readonly ref struct ReportBlockList
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal ReportBlockList(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many there are, 0 to 31.</summary>
    public int Count => _bytes.Length / ReportBlock.Length;

    /// <summary>The block at an index.</summary>
    public ReportBlock this[int index] => ReportBlock.Read(_bytes[(index * ReportBlock.Length)..]);
}
