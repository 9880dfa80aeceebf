using Channel.Wire;
using Rtc.Congestion;
using Rtc.Rtp;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what every kind of transport dumps and counts.</summary>
internal static class TransportWriter
{
    /// <summary>Writes what every transport dumps.</summary>
    public static Offset<Wire.Transport.Dump> WriteDump(WireBuilder b, TransportDump dump) =>
        Wire.Transport.Dump.Create(
            b,
            id: b.String(dump.Id),
            direct: dump.Direct,
            producerIds: b.Vector(dump.ProducerIds),
            consumerIds: b.Vector(dump.ConsumerIds),
            mapSsrcConsumerId: MapWriter.Write(b, dump.SsrcConsumerIds),
            mapRtxSsrcConsumerId: MapWriter.Write(b, dump.RtxSsrcConsumerIds),
            dataProducerIds: b.Vector(dump.DataProducerIds),
            dataConsumerIds: b.Vector(dump.DataConsumerIds),
            recvRtpHeaderExtensions: WriteExtensions(b, dump.HeaderExtensionIds),
            rtpListener: Wire.Transport.RtpListener.Create(
                b,
                ssrcTable: MapWriter.Write(b, dump.SsrcTable),
                midTable: MapWriter.Write(b, dump.MidTable),
                ridTable: MapWriter.Write(b, dump.RidTable)),
            maxMessageSize: EarlierReleases.MaxMessageSize(dump),
            maxSendMessageSize: dump.MaxSendMessageSize,
            maxReceiveMessageSize: dump.MaxReceiveMessageSize,
            sctpParameters: SctpWriter.WriteParameters(b, dump),
            sctpState: SctpWriter.ToDump(dump.Sctp?.State),
            sctpNegotiatedCapabilities: SctpWriter.WriteCapabilities(b, dump.Sctp),
            sctpListener: SctpWriter.WriteListener(b, dump.Sctp),
            traceEventTypes: WriteTraceEventTypes(b, dump.TraceEventTypes));

    /// <summary>Writes what every transport counts.</summary>
    public static Offset<Wire.Transport.Stats> WriteStats(WireBuilder b, TransportStats stats) =>
        Wire.Transport.Stats.Create(
            b,
            transportId: b.String(stats.TransportId),
            timestamp: stats.TimestampMs,
            sctpState: SctpWriter.ToDump(stats.SctpState),
            bytesReceived: stats.Received.Bytes,
            recvBitrate: stats.Received.Bitrate,
            bytesSent: stats.Sent.Bytes,
            sendBitrate: stats.Sent.Bitrate,
            rtpBytesReceived: stats.RtpReceived.Bytes,
            rtpRecvBitrate: stats.RtpReceived.Bitrate,
            rtpBytesSent: stats.RtpSent.Bytes,
            rtpSendBitrate: stats.RtpSent.Bitrate,
            rtxBytesReceived: stats.RtxReceived.Bytes,
            rtxRecvBitrate: stats.RtxReceived.Bitrate,
            rtxBytesSent: stats.RtxSent.Bytes,
            rtxSendBitrate: stats.RtxSent.Bitrate,
            probationBytesSent: stats.ProbationSent.Bytes,
            probationSendBitrate: stats.ProbationSent.Bitrate,
            availableOutgoingBitrate: stats.AvailableOutgoingBitrate,
            availableIncomingBitrate: stats.AvailableIncomingBitrate,
            maxIncomingBitrate: stats.MaxIncomingBitrate,
            maxOutgoingBitrate: stats.MaxOutgoingBitrate,
            minOutgoingBitrate: stats.MinOutgoingBitrate,
            rtpPacketLossReceived: stats.RtpPacketLossReceived,
            rtpPacketLossSent: stats.RtpPacketLossSent);

    /// <summary>Writes a trace event without details.</summary>
    public static Offset<Wire.Transport.TraceNotification> WriteTrace(
        WireBuilder b, TransportTraceEventTypes type, long timestampMs) =>
        Wire.Transport.TraceNotification.Create(
            b,
            type: type == TransportTraceEventTypes.Probation
                ? Wire.Transport.TraceEventType.Probation
                : Wire.Transport.TraceEventType.Bwe,
            timestamp: (ulong)timestampMs,
            direction: Wire.Common.TraceDirection.DirectionOut);

    /// <summary>Writes a trace event of the estimate towards the peer.</summary>
    public static Offset<Wire.Transport.TraceNotification> WriteTrace(
        WireBuilder b, in BweTrace bitrates, long timestampMs) =>
        Wire.Transport.TraceNotification.Create(
            b,
            type: Wire.Transport.TraceEventType.Bwe,
            timestamp: (ulong)timestampMs,
            direction: Wire.Common.TraceDirection.DirectionOut,
            info: Wire.Transport.BweTraceInfo.Create(
                b,
                bweType: bitrates.Type == BweType.TransportCc
                    ? Wire.Transport.BweType.TransportCc
                    : Wire.Transport.BweType.Remb,
                desiredBitrate: (ulong)bitrates.DesiredBitrate,
                effectiveDesiredBitrate: (ulong)bitrates.EffectiveDesiredBitrate,
                minBitrate: (ulong)bitrates.MinBitrate,
                maxBitrate: (ulong)bitrates.MaxBitrate,
                startBitrate: (ulong)bitrates.StartBitrate,
                maxPaddingBitrate: (ulong)bitrates.MaxPaddingBitrate,
                availableBitrate: (ulong)bitrates.AvailableBitrate));

    /// <summary>Reads which trace events are wanted; those that this release does not have are passed over.</summary>
    public static TransportTraceEventTypes ReadTraceEventTypes(EnumVector<Wire.Transport.TraceEventType> wire)
    {
        var types = TransportTraceEventTypes.None;
        foreach (Wire.Transport.TraceEventType type in wire)
        {
            types |= type switch
            {
                Wire.Transport.TraceEventType.Probation => TransportTraceEventTypes.Probation,
                Wire.Transport.TraceEventType.Bwe => TransportTraceEventTypes.Bwe,
                _ => TransportTraceEventTypes.None,
            };
        }

        return types;
    }

    private static Offset<Wire.Transport.RecvRtpHeaderExtensions> WriteExtensions(
        WireBuilder b, in RtpHeaderExtensionIds ids) =>
        Wire.Transport.RecvRtpHeaderExtensions.Create(
            b,
            mid: NullIfZero(ids.Mid),
            rid: NullIfZero(ids.Rid),
            rrid: NullIfZero(ids.RepairedRid),
            absSendTime: NullIfZero(ids.AbsSendTime),
            transportWideCc01: NullIfZero(ids.TransportCc));

    private static byte? NullIfZero(byte id) => id == 0 ? null : id;

    private static VectorOffset<Wire.Transport.TraceEventType> WriteTraceEventTypes(
        WireBuilder b, TransportTraceEventTypes types)
    {
        Span<Wire.Transport.TraceEventType> list = stackalloc Wire.Transport.TraceEventType[2];
        int count = 0;
        if (types.HasFlag(TransportTraceEventTypes.Probation))
            list[count++] = Wire.Transport.TraceEventType.Probation;
        if (types.HasFlag(TransportTraceEventTypes.Bwe))
            list[count++] = Wire.Transport.TraceEventType.Bwe;

        return b.Vector(list[..count]);
    }
}
