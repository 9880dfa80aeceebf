using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>
/// One packet of an RTCP compound in somebody else's memory, checked whole. Dies with the memory.
/// </summary>
public readonly ref struct RtcpPacketView
{
    internal RtcpPacketView(ReadOnlySpan<byte> bytes, RtcpPacketKind kind)
    {
        Bytes = bytes;
        Kind = kind;
    }

    /// <summary>What it is for.</summary>
    public RtcpPacketKind Kind { get; }

    /// <summary>The packet type on the wire.</summary>
    public RtcpPacketType Type => (RtcpPacketType)Bytes[1];

    /// <summary>The five bits of count, format or subtype.</summary>
    public int Count => Bytes[0] & 0x1F;

    /// <summary>The whole packet with its header, without padding.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The packet as a sender report.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind; so for all of these.</exception>
    public SenderReportView AsSenderReport() => new(Expect(RtcpPacketKind.SenderReport), Count);

    /// <summary>The packet as a receiver report.</summary>
    public ReceiverReportView AsReceiverReport() => new(Expect(RtcpPacketKind.ReceiverReport), Count);

    /// <summary>The packet as a source description, chunk by chunk.</summary>
    public SourceDescriptionReader AsSourceDescription() =>
        new(Expect(RtcpPacketKind.SourceDescription)[RtcpPacketRules.HeaderLength..], Count);

    /// <summary>The packet as a goodbye: the SSRCs that leave.</summary>
    public SsrcList AsBye() => new(Expect(RtcpPacketKind.Bye).Slice(RtcpPacketRules.HeaderLength, Count * 4));

    /// <summary>The packet as a generic NACK.</summary>
    public NackView AsNack() => new(Expect(RtcpPacketKind.Nack));

    /// <summary>The packet as transport-wide congestion control feedback.</summary>
    public TransportCcView AsTransportCc() => new(Expect(RtcpPacketKind.TransportCc));

    /// <summary>The packet as a full intra request.</summary>
    public FirView AsFir() => new(Expect(RtcpPacketKind.Fir));

    /// <summary>The packet as an estimate of the receiver.</summary>
    public RembView AsRemb() => new(Expect(RtcpPacketKind.Remb));

    /// <summary>The two SSRCs that every feedback packet starts with: all that a picture loss indication has.</summary>
    public FeedbackHeader AsFeedback() =>
        Type is RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback
            ? FeedbackHeader.Read(Bytes)
            : throw new InvalidOperationException($"an RTCP packet of kind {Kind} is no feedback");

    /// <summary>The packet as an extended report, block by block.</summary>
    public ExtendedReportReader AsExtendedReport() => new(Expect(RtcpPacketKind.ExtendedReport));

    private ReadOnlySpan<byte> Expect(RtcpPacketKind kind) => Kind == kind
        ? Bytes
        : throw new InvalidOperationException($"an RTCP packet of kind {Kind} was read as {kind}");
}

/// <summary>SSRCs in somebody else's memory.</summary>
public readonly ref struct SsrcList
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal SsrcList(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many there are.</summary>
    public int Count => _bytes.Length / 4;

    /// <summary>The SSRC at an index.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(_bytes[(index * 4)..]);
}
