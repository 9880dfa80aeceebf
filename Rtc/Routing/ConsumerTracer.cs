using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>Emits the trace events of a consumer that are enabled.</summary>
internal sealed class ConsumerTracer(IConsumerListener listener)
{
    /// <summary>Which events are emitted.</summary>
    public RtpTraceEventTypes Types { get; set; }

    /// <summary>RTCP came in.</summary>
    public void OnFeedback(RtpTraceEventTypes type, uint ssrc, long nowUs)
    {
        if ((Types & type) != 0)
            listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.In) { Ssrc = ssrc });
    }

    /// <summary>A packet went out, under this transport-wide number where it has room for one.</summary>
    public void OnPacket(in OutgoingRtp packet, ushort transportCc, bool isRtx, long nowUs)
    {
        if (Types != RtpTraceEventTypes.None)
            TracePacket(packet, transportCc, isRtx, nowUs);
    }

    private void TracePacket(in OutgoingRtp packet, ushort transportCc, bool isRtx, long nowUs)
    {
        RtpTraceEventTypes type =
            packet.Packet.IsKeyFrame && (Types & RtpTraceEventTypes.KeyFrame) != 0
                ? RtpTraceEventTypes.KeyFrame
                : RtpTraceEventTypes.Rtp;
        if ((Types & type) == 0)
            return;

        listener.OnTrace(new RtpTrace(type, nowUs / 1000, TraceDirection.Out)
        {
            Packet = RtpPacketDump.Create(packet, transportCc),
            IsRtx = isRtx,
        });
    }
}
