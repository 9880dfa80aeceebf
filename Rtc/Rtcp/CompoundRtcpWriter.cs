using Rtc.Rtp;

namespace Rtc.Rtcp;

/// <summary>
/// Collects the regular reports of a transport and writes them as one compound: sender reports, receiver reports,
/// source descriptions, extended report. Made once and reused; adding allocates nothing.
/// </summary>
/// <remarks>
/// Receiver and extended reports go out with a sender SSRC of 0: a transport receives by no stream of its own.
/// </remarks>
public sealed class CompoundRtcpWriter
{
    /// <summary>Bytes that a compound may have, so that it fits a datagram with all that wraps it.</summary>
    public const int MaxLength = 1292;

    private readonly byte[] _senderReports = new byte[MaxLength];
    private readonly byte[] _blocks = new byte[MaxLength];
    private readonly byte[] _chunks = new byte[MaxLength];
    private readonly int[] _chunkEnds = new int[MaxLength / 8];
    private readonly byte[] _delays = new byte[MaxLength];
    private int _senderReportBytes;
    private int _blockCount;
    private int _chunkCount;
    private int _delayCount;
    private NtpTime? _referenceTime;

    /// <summary>Whether it holds a sender or receiver report, without which a compound is not sent.</summary>
    public bool HasReports => _senderReportBytes > 0 || _blockCount > 0;

    /// <summary>Whether a receiver reference time was added.</summary>
    public bool HasReferenceTime => _referenceTime is not null;

    /// <summary>Bytes that it has when written.</summary>
    public int Length =>
        GetLength(_senderReportBytes, _blockCount, _chunkCount, ChunkBytes, _delayCount, HasReferenceTime);

    private int ChunkBytes => _chunkCount == 0 ? 0 : _chunkEnds[_chunkCount - 1];

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        _senderReportBytes = 0;
        _blockCount = 0;
        _chunkCount = 0;
        _delayCount = 0;
        _referenceTime = null;
    }

    /// <summary>
    /// Adds what a stream that we send has to say: all of it, or nothing when it does not fit (send, clear, add again).
    /// </summary>
    /// <param name="report">The sender report.</param>
    /// <param name="cname">The canonical name, UTF-8; up to 255 bytes.</param>
    /// <param name="delay">The answer to the receiver's reference time; null when it sent none.</param>
    public bool TryAddSender(
        in SenderReport report, ReadOnlySpan<byte> cname, in DelaySinceLastReceiverReport? delay = null)
    {
        int chunkLength = RtcpWriter.GetCnameChunkLength(cname.Length);
        int delayCount = _delayCount + (delay is null ? 0 : 1);
        int length = GetLength(
            _senderReportBytes + SenderReportView.FixedLength,
            _blockCount,
            _chunkCount + 1,
            ChunkBytes + chunkLength,
            delayCount,
            HasReferenceTime);
        if (length > MaxLength)
            return false;

        int chunkStart = ChunkBytes;
        RtcpWriter.WriteSenderReport(_senderReports.AsSpan(_senderReportBytes), report);
        RtcpWriter.WriteCnameChunk(_chunks.AsSpan(chunkStart), report.Ssrc, cname);
        delay?.Write(_delays.AsSpan(_delayCount * DelaySinceLastReceiverReport.Length));
        _senderReportBytes += SenderReportView.FixedLength;
        _chunkEnds[_chunkCount++] = chunkStart + chunkLength;
        _delayCount = delayCount;
        return true;
    }

    /// <summary>Adds what is to be said about a stream that we receive; false when it does not fit.</summary>
    public bool TryAddReportBlock(in ReportBlock block)
    {
        int length = GetLength(
            _senderReportBytes, _blockCount + 1, _chunkCount, ChunkBytes, _delayCount, HasReferenceTime);
        if (length > MaxLength)
            return false;

        block.Write(_blocks.AsSpan(_blockCount++ * ReportBlock.Length));
        return true;
    }

    /// <summary>Adds our time of day, at most once; false when it does not fit.</summary>
    public bool TryAddReferenceTime(NtpTime time)
    {
        if (GetLength(_senderReportBytes, _blockCount, _chunkCount, ChunkBytes, _delayCount, true) > MaxLength)
            return false;

        _referenceTime ??= time;
        return true;
    }

    /// <summary>Writes the compound and returns its length, <see cref="Length"/>.</summary>
    public int Write(Span<byte> destination)
    {
        _senderReports.AsSpan(0, _senderReportBytes).CopyTo(destination);
        int offset = _senderReportBytes;
        offset += WriteReceiverReports(destination[offset..]);
        offset += WriteSourceDescriptions(destination[offset..]);
        return offset + WriteExtendedReport(destination[offset..]);
    }

    private static int GetLength(
        int senderReportBytes, int blocks, int chunks, int chunkBytes, int delays, bool hasReferenceTime)
    {
        int delayBytes = delays == 0 ? 0 : 4 + (delays * DelaySinceLastReceiverReport.Length);
        int extended = delayBytes + (hasReferenceTime ? 12 : 0);
        return senderReportBytes
            + (blocks * ReportBlock.Length) + (GetPacketCount(blocks) * ReceiverReportView.FixedLength)
            + chunkBytes + (GetPacketCount(chunks) * RtcpPacketRules.HeaderLength)
            + (extended == 0 ? 0 : 8 + extended);
    }

    private static int GetPacketCount(int items) => (items + RtcpWriter.MaxCount - 1) / RtcpWriter.MaxCount;

    private int WriteReceiverReports(Span<byte> destination)
    {
        int offset = 0;
        for (int first = 0; first < _blockCount; first += RtcpWriter.MaxCount)
        {
            int count = Math.Min(RtcpWriter.MaxCount, _blockCount - first);
            ReadOnlySpan<byte> blocks = _blocks.AsSpan(first * ReportBlock.Length, count * ReportBlock.Length);
            Span<byte> packet = destination.Slice(offset, ReceiverReportView.FixedLength + blocks.Length);
            RtcpWriter.WriteHeader(packet, count, RtcpPacketType.ReceiverReport, packet.Length);
            packet.Slice(4, 4).Clear();
            blocks.CopyTo(packet[ReceiverReportView.FixedLength..]);
            offset += packet.Length;
        }

        return offset;
    }

    private int WriteSourceDescriptions(Span<byte> destination)
    {
        int offset = 0;
        for (int first = 0; first < _chunkCount; first += RtcpWriter.MaxCount)
        {
            int count = Math.Min(RtcpWriter.MaxCount, _chunkCount - first);
            int start = first == 0 ? 0 : _chunkEnds[first - 1];
            ReadOnlySpan<byte> chunks = _chunks.AsSpan(start, _chunkEnds[first + count - 1] - start);
            Span<byte> packet = destination.Slice(offset, RtcpPacketRules.HeaderLength + chunks.Length);
            RtcpWriter.WriteHeader(packet, count, RtcpPacketType.SourceDescription, packet.Length);
            chunks.CopyTo(packet[RtcpPacketRules.HeaderLength..]);
            offset += packet.Length;
        }

        return offset;
    }

    private int WriteExtendedReport(Span<byte> destination)
    {
        if (_delayCount == 0 && _referenceTime is null)
            return 0;

        int offset = 8;
        if (_delayCount > 0)
        {
            ReadOnlySpan<byte> delays = _delays.AsSpan(0, _delayCount * DelaySinceLastReceiverReport.Length);
            RtcpWriter.WriteDelayBlockHeader(destination[offset..], _delayCount);
            delays.CopyTo(destination[(offset + 4)..]);
            offset += 4 + delays.Length;
        }

        if (_referenceTime is { } time)
            offset += RtcpWriter.WriteReferenceTimeBlock(destination[offset..], time);

        RtcpWriter.WriteExtendedReportHeader(destination, senderSsrc: 0, offset);
        return offset;
    }
}
