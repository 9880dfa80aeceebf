using Rtc.Routing;
using Rtc.Rtcp;

namespace Rtc.Transports;

/// <summary>
/// Takes a compound RTCP packet of the peer apart and hands each part to the producer or consumer that it is for.
/// Parts before a malformed one are used, those behind it are not.
/// </summary>
internal sealed class RtcpDispatcher(RtpListener listener, SendStreamTable sendStreams)
{
    /// <summary>Hands out all parts; false when the compound is malformed somewhere.</summary>
    public bool Dispatch(ReadOnlySpan<byte> compound, OrderedDictionary<string, Consumer> consumers, long nowUs)
    {
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
            Dispatch(reader.Current, consumers, nowUs);

        return !reader.IsMalformed;
    }

    private void Dispatch(in RtcpPacketView packet, OrderedDictionary<string, Consumer> consumers, long nowUs)
    {
        switch (packet.Kind)
        {
            case RtcpPacketKind.SenderReport:
                OnSenderReport(packet.AsSenderReport(), nowUs);
                break;
            case RtcpPacketKind.ReceiverReport:
                OnReportBlocks(packet.AsReceiverReport().Blocks, nowUs);
                break;
            case RtcpPacketKind.Nack:
                OnNack(packet.AsNack(), nowUs);
                break;
            case RtcpPacketKind.Pli:
                OnKeyFrameRequest(packet.AsFeedback().MediaSsrc, KeyFrameRequestKind.Pli, nowUs);
                break;
            case RtcpPacketKind.Fir:
                OnFir(packet.AsFir(), nowUs);
                break;
            case RtcpPacketKind.ExtendedReport:
                OnExtendedReport(packet.AsExtendedReport(), consumers, nowUs);
                break;
            default:
                // Source descriptions, goodbyes and what congestion control does not use yet say nothing to us.
                break;
        }
    }

    private void OnSenderReport(in SenderReportView view, long nowUs)
    {
        SenderReport report = view.Report;
        listener.Find(report.Ssrc)?.OnSenderReport(report, nowUs);

        OnReportBlocks(view.Blocks, nowUs);
    }

    private void OnReportBlocks(in ReportBlockList blocks, long nowUs)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            ReportBlock block = blocks[i];
            if (sendStreams.TryGetByMedia(block.Ssrc, out Consumer? consumer))
                consumer.OnReceiverReport(block, nowUs);
        }
    }

    private void OnNack(in NackView nack, long nowUs)
    {
        if (sendStreams.TryGetByMedia(nack.Header.MediaSsrc, out Consumer? consumer))
            consumer.OnNack(nack, nowUs);
    }

    private void OnFir(in FirView fir, long nowUs)
    {
        for (int i = 0; i < fir.Count; i++)
            OnKeyFrameRequest(fir[i].Ssrc, KeyFrameRequestKind.Fir, nowUs);
    }

    private void OnKeyFrameRequest(uint ssrc, KeyFrameRequestKind kind, long nowUs)
    {
        if (sendStreams.TryGetByMedia(ssrc, out Consumer? consumer))
            consumer.OnKeyFrameRequest(kind, ssrc, nowUs);
    }

    private void OnExtendedReport(
        ExtendedReportReader reader, OrderedDictionary<string, Consumer> consumers, long nowUs)
    {
        while (reader.MoveNext())
        {
            if (reader.BlockType == ExtendedReportBlockType.ReceiverReferenceTime)
            {
                foreach (Consumer consumer in consumers.Values)
                    consumer.OnReceiverReferenceTime(reader.ReceiverReferenceTime, nowUs);
            }
            else if (reader.BlockType == ExtendedReportBlockType.DelaySinceLastReceiverReport)
            {
                OnDelays(reader.SenderSsrc, reader.Delays, nowUs);
            }
        }
    }

    private void OnDelays(uint senderSsrc, in DelayList delays, long nowUs)
    {
        for (int i = 0; i < delays.Count; i++)
        {
            DelaySinceLastReceiverReport delay = delays[i];
            // Some senders leave the block's SSRC empty and mean the packet's.
            if (delay.Ssrc == 0)
                delay = delay with { Ssrc = senderSsrc };
            listener.Find(delay.Ssrc)?.OnDelaySinceLastReceiverReport(delay, nowUs);
        }
    }
}
