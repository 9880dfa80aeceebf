using System.Buffers.Binary;
using Rtc.Rtp;

namespace Rtc.Rtcp;

/// <summary>What a sender says about its stream (RFC 3550 section 6.4.1).</summary>
/// <param name="Ssrc">The stream.</param>
/// <param name="Ntp">The sender's time of day.</param>
/// <param name="RtpTimestamp">The same instant by the stream's RTP clock.</param>
/// <param name="PacketCount">Packets sent since the start, mod 2^32.</param>
/// <param name="OctetCount">Bytes sent since the start, mod 2^32.</param>
public readonly record struct SenderReport(
    uint Ssrc, NtpTime Ntp, uint RtpTimestamp, uint PacketCount, uint OctetCount);

/// <summary>A sender report in somebody else's memory.</summary>
public readonly ref struct SenderReportView
{
    internal const int FixedLength = 28;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _count;

    internal SenderReportView(ReadOnlySpan<byte> packet, int count)
    {
        _packet = packet;
        _count = count;
    }

    /// <summary>What the sender says about its own stream.</summary>
    public SenderReport Report => new(
        BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]),
        new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(_packet[8..])),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[20..]),
        BinaryPrimitives.ReadUInt32BigEndian(_packet[24..]));

    /// <summary>What it says about streams that it receives.</summary>
    public ReportBlockList Blocks => new(_packet.Slice(FixedLength, _count * ReportBlock.Length));
}

/// <summary>A receiver report (RFC 3550 section 6.4.2) in somebody else's memory.</summary>
public readonly ref struct ReceiverReportView
{
    internal const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _count;

    internal ReceiverReportView(ReadOnlySpan<byte> packet, int count)
    {
        _packet = packet;
        _count = count;
    }

    /// <summary>Who sent it.</summary>
    public uint SenderSsrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    /// <summary>What it says about streams that it receives.</summary>
    public ReportBlockList Blocks => new(_packet.Slice(FixedLength, _count * ReportBlock.Length));
}
