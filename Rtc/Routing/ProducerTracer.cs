using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Routing;

/// <summary>Emits the trace events of a producer that are enabled.</summary>
internal sealed class ProducerTracer(IProducerListener listener)
{
    /// <summary>Which events are emitted.</summary>
    public RtpTraceEventTypes Types { get; set; }

    /// <summary>RTCP goes out.</summary>
    public void OnFeedback(RtpTraceEventTypes type, uint ssrc, long nowUs)
    {
        if ((Types & type) != 0)
            listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.Out) { Ssrc = ssrc });
    }

    /// <summary>A packet came in.</summary>
    public void OnPacket(
        in RtpPacketView packet,
        in PayloadDescriptor descriptor,
        in RtpHeaderExtensionIds ids,
        bool isRtx,
        long nowUs)
    {
        RtpTraceEventTypes type = descriptor.IsKeyFrame && (Types & RtpTraceEventTypes.KeyFrame) != 0
            ? RtpTraceEventTypes.KeyFrame
            : RtpTraceEventTypes.Rtp;
        if ((Types & type) == 0)
            return;

        listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.In)
        {
            Packet = RtpPacketDump.Create(packet, descriptor, ids),
            IsRtx = isRtx,
        });
    }

    /// <summary>A sender report came in.</summary>
    public void OnSenderReport(in SenderReport report, long nowUs)
    {
        if ((Types & RtpTraceEventTypes.SenderReport) == 0)
            return;

        listener.OnTrace(new RtpTrace(RtpTraceEventTypes.SenderReport, nowUs / 1000, TraceDirection.In)
        {
            Ssrc = report.Ssrc,
            SenderReport = new SenderReportTrace(
                report.Ntp.Value, report.RtpTimestamp, report.PacketCount, report.OctetCount),
        });
    }
}
