using Channel.Wire;
using Rtc.Routing;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes trace events of producers and consumers. Traces cost what they cost: nobody leaves them on.</summary>
internal static class RtpTraceWriter
{
    /// <summary>Writes a producer's trace event.</summary>
    public static Offset<Wire.Producer.TraceNotification> WriteProducer(WireBuilder b, RtpTrace trace) =>
        Wire.Producer.TraceNotification.Create(
            b,
            type: trace.Type switch
            {
                RtpTraceEventTypes.Rtp => Wire.Producer.TraceEventType.Rtp,
                RtpTraceEventTypes.KeyFrame => Wire.Producer.TraceEventType.Keyframe,
                RtpTraceEventTypes.Nack => Wire.Producer.TraceEventType.Nack,
                RtpTraceEventTypes.Pli => Wire.Producer.TraceEventType.Pli,
                RtpTraceEventTypes.Fir => Wire.Producer.TraceEventType.Fir,
                _ => Wire.Producer.TraceEventType.Sr,
            },
            timestamp: (ulong)trace.TimestampMs,
            direction: ToWire(trace.Direction),
            info: WriteProducerInfo(b, trace));

    /// <summary>Writes a consumer's trace event.</summary>
    public static Offset<Wire.Consumer.TraceNotification> WriteConsumer(WireBuilder b, RtpTrace trace) =>
        Wire.Consumer.TraceNotification.Create(
            b,
            type: trace.Type switch
            {
                RtpTraceEventTypes.Rtp => Wire.Consumer.TraceEventType.Rtp,
                RtpTraceEventTypes.KeyFrame => Wire.Consumer.TraceEventType.Keyframe,
                RtpTraceEventTypes.Nack => Wire.Consumer.TraceEventType.Nack,
                RtpTraceEventTypes.Pli => Wire.Consumer.TraceEventType.Pli,
                _ => Wire.Consumer.TraceEventType.Fir,
            },
            timestamp: (ulong)trace.TimestampMs,
            direction: ToWire(trace.Direction),
            info: WriteConsumerInfo(b, trace));

    private static Wire.Producer.TraceInfoOffset WriteProducerInfo(WireBuilder b, RtpTrace trace) => trace.Type switch
    {
        RtpTraceEventTypes.Rtp =>
            Wire.Producer.RtpTraceInfo.Create(b, rtpPacket: WritePacket(b, trace), isRtx: trace.IsRtx),
        RtpTraceEventTypes.KeyFrame =>
            Wire.Producer.KeyFrameTraceInfo.Create(b, rtpPacket: WritePacket(b, trace), isRtx: trace.IsRtx),
        RtpTraceEventTypes.Pli => Wire.Producer.PliTraceInfo.Create(b, ssrc: trace.Ssrc),
        RtpTraceEventTypes.Fir => Wire.Producer.FirTraceInfo.Create(b, ssrc: trace.Ssrc),
        RtpTraceEventTypes.SenderReport => WriteSenderReport(b, trace),
        _ => default,
    };

    private static Wire.Consumer.TraceInfoOffset WriteConsumerInfo(WireBuilder b, RtpTrace trace) => trace.Type switch
    {
        RtpTraceEventTypes.Rtp =>
            Wire.Consumer.RtpTraceInfo.Create(b, rtpPacket: WritePacket(b, trace), isRtx: trace.IsRtx),
        RtpTraceEventTypes.KeyFrame =>
            Wire.Consumer.KeyFrameTraceInfo.Create(b, rtpPacket: WritePacket(b, trace), isRtx: trace.IsRtx),
        RtpTraceEventTypes.Pli => Wire.Consumer.PliTraceInfo.Create(b, ssrc: trace.Ssrc),
        RtpTraceEventTypes.Fir => Wire.Consumer.FirTraceInfo.Create(b, ssrc: trace.Ssrc),
        _ => default,
    };

    private static Offset<Wire.Producer.SrTraceInfo> WriteSenderReport(WireBuilder b, RtpTrace trace)
    {
        SenderReportTrace report = trace.SenderReport
            ?? throw new InvalidOperationException("a trace of a sender report has none");
        return Wire.Producer.SrTraceInfo.Create(
            b,
            ssrc: trace.Ssrc,
            ntpSec: (uint)(report.Ntp >> 32),
            ntpFrac: (uint)report.Ntp,
            rtpTs: report.RtpTimestamp,
            packetCount: report.PacketCount,
            octetCount: report.OctetCount);
    }

    private static Offset<Wire.RtpPacket.Dump> WritePacket(WireBuilder b, RtpTrace trace)
    {
        RtpPacketDump packet = trace.Packet ?? throw new InvalidOperationException("a trace of a packet has none");
        return Wire.RtpPacket.Dump.Create(
            b,
            payloadType: packet.PayloadType,
            sequenceNumber: packet.SequenceNumber,
            timestamp: packet.Timestamp,
            marker: packet.Marker,
            ssrc: packet.Ssrc,
            isKeyFrame: packet.IsKeyFrame,
            size: (ulong)packet.Size,
            payloadSize: (ulong)packet.PayloadSize,
            spatialLayer: packet.SpatialLayer,
            temporalLayer: packet.TemporalLayer,
            mid: b.String(packet.Mid),
            rid: b.String(packet.Rid),
            rrid: b.String(packet.Rrid),
            wideSequenceNumber: packet.WideSequenceNumber);
    }

    private static Wire.Common.TraceDirection ToWire(TraceDirection direction) =>
        direction == TraceDirection.In
            ? Wire.Common.TraceDirection.DirectionIn
            : Wire.Common.TraceDirection.DirectionOut;
}
