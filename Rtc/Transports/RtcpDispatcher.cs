using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>
/// Takes a compound RTCP packet of the peer apart and hands each part to the producer or consumer that it is for.
/// Parts before a malformed one are used, those behind it are not.
/// </summary>
internal sealed class RtcpDispatcher(RtpListener listener, SendStreamTable sendStreams)
{
    /// <summary>Hands out all parts; false when the compound is malformed somewhere.</summary>
    /// <param name="compound">What arrived.</param>
    /// <param name="consumers">All consumers of the transport.</param>
    /// <param name="bandwidth">What is estimated towards the peer; null when nothing is.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public bool Dispatch(
        ReadOnlySpan<byte> compound,
        OrderedMap<string, Consumer> consumers,
        OutgoingBandwidth? bandwidth,
        long nowUs)
    {
        var reader = new RtcpReader(compound);
        NtpTime? referenceTime = null;
        while (reader.MoveNext())
            Dispatch(reader.Current, bandwidth, ref referenceTime, nowUs);

        // Once, however many blocks say it: a packet must not cost a round through all consumers for every 12 bytes.
        if (referenceTime is { } time)
        {
            foreach (Consumer consumer in consumers.Values)
                consumer.OnReceiverReferenceTime(time, nowUs);
        }

        return !reader.IsMalformed;
    }

    private void Dispatch(
        in RtcpPacketView packet,
        OutgoingBandwidth? bandwidth,
        ref NtpTime? referenceTime,
        long nowUs)
    {
        switch (packet.Kind)
        {
            case RtcpPacketKind.SenderReport:
                OnSenderReport(packet.AsSenderReport(), bandwidth, nowUs);
                break;
            case RtcpPacketKind.ReceiverReport:
                OnReportBlocks(packet.AsReceiverReport().Blocks, bandwidth, nowUs);
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
                OnExtendedReport(packet.AsExtendedReport(), ref referenceTime, nowUs);
                break;
            case RtcpPacketKind.TransportCc:
                bandwidth?.OnFeedback(packet.AsTransportCc(), nowUs);
                break;
            case RtcpPacketKind.Remb:
                bandwidth?.OnRemb(packet.AsRemb().BitrateBps, nowUs);
                break;
            default:
                // Source descriptions and goodbyes say nothing to us.
                break;
        }
    }

    private void OnSenderReport(in SenderReportView view, OutgoingBandwidth? bandwidth, long nowUs)
    {
        SenderReport report = view.Report;
        listener.Find(report.Ssrc)?.OnSenderReport(report, nowUs);

        OnReportBlocks(view.Blocks, bandwidth, nowUs);
    }

    private void OnReportBlocks(in ReportBlockList blocks, OutgoingBandwidth? bandwidth, long nowUs)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            ReportBlock block = blocks[i];
            if (!sendStreams.TryGetByMedia(block.Ssrc, out Consumer? consumer))
                continue;

            consumer.OnReceiverReport(block, nowUs);
            bandwidth?.OnReceiverReport(block, nowUs);
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

    private void OnExtendedReport(ExtendedReportReader reader, ref NtpTime? referenceTime, long nowUs)
    {
        while (reader.MoveNext())
        {
            if (reader.BlockType == ExtendedReportBlockType.ReceiverReferenceTime)
            {
                referenceTime = reader.ReceiverReferenceTime;
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
