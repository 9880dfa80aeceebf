using Rtc.Rtcp;

namespace RtcTests.Fuzz;

/// <summary>Any bytes may be taken for RTCP; every packet that is shown can be read to the last field.</summary>
internal static class RtcpFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        var reader = new RtcpReader(data);
        int length = 0;
        while (reader.MoveNext())
        {
            length += reader.Current.Bytes.Length;
            Read(reader.Current);
        }

        if (length > data.Length || reader.MoveNext())
            throw new InvalidOperationException("the reader goes beyond the end");
    }

    private static long Read(in RtcpPacketView packet)
    {
        long sum = packet.Count;
        switch (packet.Kind)
        {
            case RtcpPacketKind.SenderReport:
                return sum + packet.AsSenderReport().Report.Ssrc + Sum(packet.AsSenderReport().Blocks);
            case RtcpPacketKind.ReceiverReport:
                return sum + packet.AsReceiverReport().SenderSsrc + Sum(packet.AsReceiverReport().Blocks);
            case RtcpPacketKind.SourceDescription:
                foreach (SourceDescriptionReader chunk in packet.AsSourceDescription())
                    sum += chunk.Ssrc + chunk.Cname.Length;
                return sum;
            case RtcpPacketKind.Bye:
                return sum + Sum(packet.AsBye());
            case RtcpPacketKind.Nack:
                NackView nack = packet.AsNack();
                for (int i = 0; i < nack.Count; i++)
                    sum += nack[i].PacketCount;
                return sum + nack.Header.MediaSsrc;
            case RtcpPacketKind.Fir:
                FirView fir = packet.AsFir();
                for (int i = 0; i < fir.Count; i++)
                    sum += fir[i].Ssrc;
                return sum;
            case RtcpPacketKind.Pli:
                return sum + packet.AsFeedback().MediaSsrc;
            case RtcpPacketKind.Remb:
                return sum + (long)packet.AsRemb().BitrateBps + Sum(packet.AsRemb().Ssrcs);
            case RtcpPacketKind.TransportCc:
                return sum + Sum(packet.AsTransportCc());
            case RtcpPacketKind.ExtendedReport:
                return sum + Sum(packet.AsExtendedReport());
            default:
                return sum;
        }
    }

    private static long Sum(in ReportBlockList blocks)
    {
        long sum = 0;
        for (int i = 0; i < blocks.Count; i++)
            sum += blocks[i].Ssrc;

        return sum;
    }

    private static long Sum(in SsrcList ssrcs)
    {
        long sum = 0;
        for (int i = 0; i < ssrcs.Count; i++)
            sum += ssrcs[i];

        return sum;
    }

    private static long Sum(TransportCcView feedback)
    {
        int count = 0;
        long sum = 0;
        while (feedback.MoveNext())
        {
            count++;
            sum += feedback.Delta;
        }

        return count == feedback.StatusCount ? sum : throw new InvalidOperationException("statuses are missing");
    }

    private static long Sum(ExtendedReportReader report)
    {
        long sum = report.SenderSsrc;
        while (report.MoveNext())
        {
            sum += report.Content.Length;
            if (report.BlockType == ExtendedReportBlockType.ReceiverReferenceTime)
                sum += report.ReceiverReferenceTime.Seconds;
            if (report.BlockType == ExtendedReportBlockType.DelaySinceLastReceiverReport)
            {
                for (int i = 0; i < report.Delays.Count; i++)
                    sum += report.Delays[i].Delay;
            }
        }

        return sum;
    }
}
