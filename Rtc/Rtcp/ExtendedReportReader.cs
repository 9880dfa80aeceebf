using System.Buffers.Binary;
using Rtc.Rtp;

namespace Rtc.Rtcp;

/// <summary>The blocks of an extended report that the worker reads (RFC 3611 section 4).</summary>
public enum ExtendedReportBlockType : byte
{
    /// <summary>Receiver reference time; <see cref="ExtendedReportReader.ReceiverReferenceTime"/>.</summary>
    ReceiverReferenceTime = 4,

    /// <summary>Delay since the last of those; <see cref="ExtendedReportReader.Delays"/>.</summary>
    DelaySinceLastReceiverReport = 5,
}

/// <summary>When a receiver's reference time came and how long ago that is (RFC 3611 section 4.5).</summary>
/// <param name="Ssrc">The receiver.</param>
/// <param name="LastReceiverReport">The middle 32 bits of its NTP time; 0 when none came.</param>
/// <param name="Delay">Time since it came, in units of 2^-16 s.</param>
public readonly record struct DelaySinceLastReceiverReport(
    uint Ssrc, uint LastReceiverReport, uint Delay)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 12;

    /// <summary>Reads one from the first 12 bytes.</summary>
    public static DelaySinceLastReceiverReport Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]));

    /// <summary>Writes 12 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], LastReceiverReport);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Delay);
    }
}

/// <summary>Delays in somebody else's memory.</summary>
public readonly ref struct DelayList
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal DelayList(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many there are.</summary>
    public int Count => _bytes.Length / DelaySinceLastReceiverReport.Length;

    /// <summary>The delay at an index.</summary>
    public DelaySinceLastReceiverReport this[int index] =>
        DelaySinceLastReceiverReport.Read(_bytes[(index * DelaySinceLastReceiverReport.Length)..]);
}

/// <summary>
/// Steps through the blocks of an extended report (RFC 3611). Blocks of unknown type are shown, not read.
/// </summary>
public ref struct ExtendedReportReader
{
    private const int FixedLength = 8;

    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _block;

    internal ExtendedReportReader(ReadOnlySpan<byte> packet)
    {
        SenderSsrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        _rest = packet[FixedLength..];
    }

    /// <summary>Who sent it.</summary>
    public readonly uint SenderSsrc { get; }

    /// <summary>The type of the block.</summary>
    public readonly ExtendedReportBlockType BlockType => (ExtendedReportBlockType)_block[0];

    /// <summary>The content of the block behind its 4 bytes of head.</summary>
    public readonly ReadOnlySpan<byte> Content => _block[4..];

    /// <summary>The sender's time of day, in a block of that type.</summary>
    /// <exception cref="InvalidOperationException">The block is of another type.</exception>
    public readonly NtpTime ReceiverReferenceTime => BlockType == ExtendedReportBlockType.ReceiverReferenceTime
        ? new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(Content))
        : throw new InvalidOperationException($"an extended report block of type {BlockType} has no reference time");

    /// <summary>The delays, in a block of that type.</summary>
    /// <exception cref="InvalidOperationException">The block is of another type.</exception>
    public readonly DelayList Delays => BlockType == ExtendedReportBlockType.DelaySinceLastReceiverReport
        ? new DelayList(Content)
        : throw new InvalidOperationException($"an extended report block of type {BlockType} has no delays");

    /// <summary>This object, for foreach.</summary>
    public readonly ExtendedReportReader GetEnumerator() => this;

    /// <summary>This object again: the block that the last <see cref="MoveNext"/> went to.</summary>
    public readonly ExtendedReportReader Current => this;

    /// <summary>Goes to the next block; false at the end.</summary>
    public bool MoveNext() => !_rest.IsEmpty && TryReadBlock();

    internal static bool IsWellFormed(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < FixedLength)
            return false;

        var reader = new ExtendedReportReader(packet);
        while (!reader._rest.IsEmpty)
        {
            if (!reader.TryReadBlock())
                return false;
        }

        return true;
    }

    private bool TryReadBlock()
    {
        if (_rest.Length < 4)
            return false;

        int length = 4 + (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) * 4);
        if (length > _rest.Length)
            return false;

        _block = _rest[..length];
        _rest = _rest[length..];
        return BlockType switch
        {
            ExtendedReportBlockType.ReceiverReferenceTime => Content.Length == 8,
            ExtendedReportBlockType.DelaySinceLastReceiverReport =>
                Content.Length % DelaySinceLastReceiverReport.Length == 0,
            _ => true,
        };
    }
}
