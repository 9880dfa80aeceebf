using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>What lengths a packet of each kind must have, so that its views need no checks of their own.</summary>
internal static class RtcpPacketRules
{
    public const int HeaderLength = 4;
    public const int FeedbackHeaderLength = 12;
    public const int ApplicationLength = 12;
    public const int NackFormat = 1;
    public const int TransportCcFormat = 15;
    public const int PliFormat = 1;
    public const int FirFormat = 4;
    public const int ApplicationLayerFormat = 15;
    public const uint RembIdentifier = 0x52454D42;

    /// <summary>Says what a packet is; false when it is malformed.</summary>
    public static bool TryClassify(ReadOnlySpan<byte> packet, out RtcpPacketKind kind)
    {
        int count = packet[0] & 0x1F;
        var type = (RtcpPacketType)packet[1];
        kind = RtcpPacketKind.Unknown;
        bool isFeedback = type is RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback;
        if (isFeedback && packet.Length < FeedbackHeaderLength)
            return false;

        kind = type switch
        {
            RtcpPacketType.SenderReport => RtcpPacketKind.SenderReport,
            RtcpPacketType.ReceiverReport => RtcpPacketKind.ReceiverReport,
            RtcpPacketType.SourceDescription => RtcpPacketKind.SourceDescription,
            RtcpPacketType.Bye => RtcpPacketKind.Bye,
            RtcpPacketType.Application => RtcpPacketKind.Application,
            RtcpPacketType.TransportFeedback => ClassifyTransportFeedback(count),
            RtcpPacketType.PayloadFeedback => ClassifyPayloadFeedback(packet, count),
            RtcpPacketType.ExtendedReport => RtcpPacketKind.ExtendedReport,
            _ => RtcpPacketKind.Unknown,
        };
        return IsWellFormed(packet, count, kind);
    }

    private static RtcpPacketKind ClassifyTransportFeedback(int format) => format switch
    {
        NackFormat => RtcpPacketKind.Nack,
        TransportCcFormat => RtcpPacketKind.TransportCc,
        _ => RtcpPacketKind.Unknown,
    };

    private static RtcpPacketKind ClassifyPayloadFeedback(ReadOnlySpan<byte> packet, int format) => format switch
    {
        PliFormat => RtcpPacketKind.Pli,
        FirFormat => RtcpPacketKind.Fir,
        ApplicationLayerFormat when packet.Length >= FeedbackHeaderLength + 4
            && BinaryPrimitives.ReadUInt32BigEndian(packet[FeedbackHeaderLength..]) == RembIdentifier
            => RtcpPacketKind.Remb,
        _ => RtcpPacketKind.Unknown,
    };

    private static bool IsWellFormed(ReadOnlySpan<byte> packet, int count, RtcpPacketKind kind)
    {
        int length = packet.Length;
        switch (kind)
        {
            case RtcpPacketKind.SenderReport:
                return length >= SenderReportView.FixedLength + (count * ReportBlock.Length);
            case RtcpPacketKind.ReceiverReport:
                return length >= ReceiverReportView.FixedLength + (count * ReportBlock.Length);
            case RtcpPacketKind.SourceDescription:
                return SourceDescriptionReader.IsWellFormed(packet[HeaderLength..], count);
            case RtcpPacketKind.Bye:
                return length >= HeaderLength + (count * 4);
            case RtcpPacketKind.Application:
                return length >= ApplicationLength;
            case RtcpPacketKind.Nack:
                return length >= FeedbackHeaderLength + NackItem.Length;
            case RtcpPacketKind.Fir:
                return length >= FeedbackHeaderLength + FirItem.Length
                    && (length - FeedbackHeaderLength) % FirItem.Length == 0;
            case RtcpPacketKind.Remb:
                return RembView.IsWellFormed(packet[FeedbackHeaderLength..]);
            case RtcpPacketKind.TransportCc:
                return TransportCcView.IsWellFormed(packet[FeedbackHeaderLength..]);
            case RtcpPacketKind.ExtendedReport:
                return ExtendedReportReader.IsWellFormed(packet);
            default:
                return true;
        }
    }
}
