using System.Buffers.Binary;
using Rtc.Rtp;

namespace Rtc.Rtcp;

/// <summary>
/// Writes single RTCP packets in place. Every method returns how many bytes it wrote and throws
/// <see cref="ArgumentException"/> or <see cref="IndexOutOfRangeException"/> when the destination is too small.
/// </summary>
public static class RtcpWriter
{
    /// <summary>Bytes of a picture loss indication.</summary>
    public const int PliLength = 12;

    /// <summary>Bytes of a full intra request for one stream.</summary>
    public const int FirLength = 20;

    /// <summary>Report blocks and SDES chunks that one packet can count.</summary>
    public const int MaxCount = 31;

    /// <summary>SR (RFC 3550 section 6.4.1) with up to 31 blocks.</summary>
    public static int WriteSenderReport(
        Span<byte> destination, in SenderReport report, ReadOnlySpan<ReportBlock> blocks = default)
    {
        int length = SenderReportView.FixedLength + (blocks.Length * ReportBlock.Length);
        WriteHeader(destination, blocks.Length, RtcpPacketType.SenderReport, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], report.Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], report.Ntp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], report.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], report.PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], report.OctetCount);
        WriteBlocks(destination[SenderReportView.FixedLength..], blocks);
        return length;
    }

    /// <summary>RR (RFC 3550 section 6.4.2) with up to 31 blocks.</summary>
    public static int WriteReceiverReport(Span<byte> destination, uint senderSsrc, ReadOnlySpan<ReportBlock> blocks)
    {
        int length = ReceiverReportView.FixedLength + (blocks.Length * ReportBlock.Length);
        WriteHeader(destination, blocks.Length, RtcpPacketType.ReceiverReport, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], senderSsrc);
        WriteBlocks(destination[ReceiverReportView.FixedLength..], blocks);
        return length;
    }

    /// <summary>SDES (RFC 3550 section 6.5) with one chunk that holds a canonical name of up to 255 bytes.</summary>
    public static int WriteSourceDescription(Span<byte> destination, uint ssrc, ReadOnlySpan<byte> cname)
    {
        int length = 4 + WriteCnameChunk(destination[4..], ssrc, cname);
        WriteHeader(destination, 1, RtcpPacketType.SourceDescription, length);
        return length;
    }

    /// <summary>XR (RFC 3611) with a receiver reference time.</summary>
    public static int WriteReceiverReferenceTime(Span<byte> destination, uint senderSsrc, NtpTime time)
    {
        int length = 8 + WriteReferenceTimeBlock(destination[8..], time);
        WriteExtendedReportHeader(destination, senderSsrc, length);
        return length;
    }

    /// <summary>XR (RFC 3611) with delays since receiver reference times.</summary>
    public static int WriteDelays(
        Span<byte> destination, uint senderSsrc, ReadOnlySpan<DelaySinceLastReceiverReport> delays)
    {
        int length = 12 + (delays.Length * DelaySinceLastReceiverReport.Length);
        WriteExtendedReportHeader(destination, senderSsrc, length);
        WriteDelayBlockHeader(destination[8..], delays.Length);
        for (int i = 0; i < delays.Length; i++)
            delays[i].Write(destination[(12 + (i * DelaySinceLastReceiverReport.Length))..]);

        return length;
    }

    /// <summary>PLI (RFC 4585 section 6.3.1).</summary>
    public static int WritePli(Span<byte> destination, uint senderSsrc, uint mediaSsrc)
    {
        WriteFeedbackHeader(
            destination, RtcpPacketRules.PliFormat, RtcpPacketType.PayloadFeedback, PliLength, senderSsrc, mediaSsrc);
        return PliLength;
    }

    /// <summary>FIR (RFC 5104 section 4.3.1) for one stream.</summary>
    public static int WriteFir(Span<byte> destination, uint senderSsrc, uint mediaSsrc, in FirItem item)
    {
        WriteFeedbackHeader(
            destination, RtcpPacketRules.FirFormat, RtcpPacketType.PayloadFeedback, FirLength, senderSsrc, mediaSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], item.Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)item.SequenceNumber << 24);
        return FirLength;
    }

    /// <summary>Generic NACK (RFC 4585 section 6.2.1).</summary>
    public static int WriteNack(
        Span<byte> destination, uint senderSsrc, uint mediaSsrc, ReadOnlySpan<NackItem> items)
    {
        int length = RtcpPacketRules.FeedbackHeaderLength + (items.Length * NackItem.Length);
        WriteFeedbackHeader(
            destination, RtcpPacketRules.NackFormat, RtcpPacketType.TransportFeedback, length, senderSsrc, mediaSsrc);
        for (int i = 0; i < items.Length; i++)
        {
            Span<byte> item = destination[(RtcpPacketRules.FeedbackHeaderLength + (i * NackItem.Length))..];
            BinaryPrimitives.WriteUInt16BigEndian(item, items[i].PacketId);
            BinaryPrimitives.WriteUInt16BigEndian(item[2..], items[i].Bitmask);
        }

        return length;
    }

    /// <summary>Bytes of a REMB for so many streams.</summary>
    public static int RembLength(int ssrcs) =>
        RtcpPacketRules.FeedbackHeaderLength + RembView.FixedLength + (ssrcs * 4);

    /// <summary>
    /// REMB (draft-alvestrand-rmcat-remb) for up to 255 streams; the bitrate loses what 18 bits cannot hold.
    /// </summary>
    public static int WriteRemb(
        Span<byte> destination, uint senderSsrc, ulong bitrateBps, ReadOnlySpan<uint> ssrcs)
    {
        int length = RembLength(ssrcs.Length);
        WriteFeedbackHeader(
            destination,
            RtcpPacketRules.ApplicationLayerFormat,
            RtcpPacketType.PayloadFeedback,
            length,
            senderSsrc,
            mediaSsrc: 0);
        int exponent = Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount(bitrateBps) - 18);
        uint mantissa = (uint)(bitrateBps >> exponent);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], RtcpPacketRules.RembIdentifier);
        BinaryPrimitives.WriteUInt32BigEndian(
            destination[16..], ((uint)ssrcs.Length << 24) | ((uint)exponent << 18) | mantissa);
        for (int i = 0; i < ssrcs.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(destination[(20 + (i * 4))..], ssrcs[i]);

        return length;
    }

    internal static void WriteHeader(Span<byte> destination, int count, RtcpPacketType type, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        destination[0] = (byte)(0x80 | count);
        destination[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)((length / 4) - 1));
    }

    internal static void WriteExtendedReportHeader(Span<byte> destination, uint senderSsrc, int length)
    {
        WriteHeader(destination, 0, RtcpPacketType.ExtendedReport, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], senderSsrc);
    }

    internal static int GetCnameChunkLength(int cnameLength) => (4 + 2 + cnameLength + 4) & ~3;

    /// <summary>SSRC, one CNAME item, and at least one 0 up to a multiple of 4.</summary>
    internal static int WriteCnameChunk(Span<byte> destination, uint ssrc, ReadOnlySpan<byte> cname)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cname.Length, byte.MaxValue);
        int length = GetCnameChunkLength(cname.Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination, ssrc);
        destination[4] = 1;
        destination[5] = (byte)cname.Length;
        cname.CopyTo(destination[6..]);
        destination[(6 + cname.Length)..length].Clear();
        return length;
    }

    internal static int WriteReferenceTimeBlock(Span<byte> destination, NtpTime time)
    {
        BinaryPrimitives.WriteUInt32BigEndian(
            destination, ((uint)ExtendedReportBlockType.ReceiverReferenceTime << 24) | 2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], time.Value);
        return 12;
    }

    internal static void WriteDelayBlockHeader(Span<byte> destination, int count) =>
        BinaryPrimitives.WriteUInt32BigEndian(
            destination, ((uint)ExtendedReportBlockType.DelaySinceLastReceiverReport << 24) | (uint)(count * 3));

    private static void WriteBlocks(Span<byte> destination, ReadOnlySpan<ReportBlock> blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
            blocks[i].Write(destination[(i * ReportBlock.Length)..]);
    }

    private static void WriteFeedbackHeader(
        Span<byte> destination, int format, RtcpPacketType type, int length, uint senderSsrc, uint mediaSsrc)
    {
        WriteHeader(destination, format, type, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], mediaSsrc);
    }
}
