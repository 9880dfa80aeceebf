using Channel.Wire;
using Rtc.Routing;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a consumer dumps and scores; reads and writes layers.</summary>
internal static class ConsumerWriter
{
    /// <summary>Writes the dump.</summary>
    public static Offset<Wire.Consumer.DumpResponse> WriteDump(WireBuilder b, ConsumerDump dump) =>
        Wire.Consumer.DumpResponse.Create(b, data: Wire.Consumer.ConsumerDump.Create(
            b,
            @base: WriteBase(b, dump),
            rtpStreams: RtpStreamWriter.WriteDumps(b, dump.RtpStreams),
            preferredSpatialLayer: dump.PreferredSpatialLayer,
            targetSpatialLayer: dump.TargetSpatialLayer,
            currentSpatialLayer: dump.CurrentSpatialLayer,
            preferredTemporalLayer: dump.PreferredTemporalLayer,
            targetTemporalLayer: dump.TargetTemporalLayer,
            currentTemporalLayer: dump.CurrentTemporalLayer));

    /// <summary>Writes a score.</summary>
    public static Offset<Wire.Consumer.ConsumerScore> WriteScore(WireBuilder b, ConsumerScore score)
    {
        Span<byte> scores = score.ProducerScores.Count <= 64
            ? stackalloc byte[score.ProducerScores.Count]
            : new byte[score.ProducerScores.Count];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = score.ProducerScores[i];

        return Wire.Consumer.ConsumerScore.Create(
            b, score: score.Score, producerScore: score.ProducerScore, producerScores: b.Vector(scores));
    }

    /// <summary>Writes layers; nothing where there are none.</summary>
    public static Offset<Wire.Consumer.ConsumerLayers> WriteLayers(WireBuilder b, ConsumerLayers? layers) =>
        layers is { } known
            ? Wire.Consumer.ConsumerLayers.Create(b, spatialLayer: known.Spatial, temporalLayer: known.Temporal)
            : default;

    /// <summary>Reads layers; null where there are none.</summary>
    public static ConsumerLayers? ReadLayers(Wire.Consumer.ConsumerLayers wire) =>
        wire.IsNull ? null : new ConsumerLayers(wire.SpatialLayer, wire.TemporalLayer);

    /// <summary>Reads which trace events are wanted; those that this release does not have are passed over.</summary>
    public static RtpTraceEventTypes ReadTraceEventTypes(EnumVector<Wire.Consumer.TraceEventType> wire)
    {
        var types = RtpTraceEventTypes.None;
        foreach (Wire.Consumer.TraceEventType type in wire)
        {
            types |= type switch
            {
                Wire.Consumer.TraceEventType.Rtp => RtpTraceEventTypes.Rtp,
                Wire.Consumer.TraceEventType.Keyframe => RtpTraceEventTypes.KeyFrame,
                Wire.Consumer.TraceEventType.Nack => RtpTraceEventTypes.Nack,
                Wire.Consumer.TraceEventType.Pli => RtpTraceEventTypes.Pli,
                Wire.Consumer.TraceEventType.Fir => RtpTraceEventTypes.Fir,
                _ => RtpTraceEventTypes.None,
            };
        }

        return types;
    }

    private static Offset<Wire.Consumer.BaseConsumerDump> WriteBase(WireBuilder b, ConsumerDump dump) =>
        Wire.Consumer.BaseConsumerDump.Create(
            b,
            id: b.String(dump.Id),
            type: RtpParametersWriter.ToWire(dump.Type),
            producerId: b.String(dump.ProducerId),
            kind: RtpParametersWriter.ToWire(dump.Kind),
            rtpParameters: RtpParametersWriter.Write(b, dump.RtpParameters),
            consumableRtpEncodings: RtpParametersWriter.WriteEncodings(b, dump.ConsumableRtpEncodings),
            supportedCodecPayloadTypes: b.Vector(dump.SupportedCodecPayloadTypes),
            traceEventTypes: WriteTraceEventTypes(b, dump.TraceEventTypes),
            paused: dump.Paused,
            producerPaused: dump.ProducerPaused,
            priority: dump.Priority);

    private static VectorOffset<Wire.Consumer.TraceEventType> WriteTraceEventTypes(
        WireBuilder b, RtpTraceEventTypes types)
    {
        Span<Wire.Consumer.TraceEventType> list = stackalloc Wire.Consumer.TraceEventType[5];
        int count = 0;
        if (types.HasFlag(RtpTraceEventTypes.Rtp))
            list[count++] = Wire.Consumer.TraceEventType.Rtp;
        if (types.HasFlag(RtpTraceEventTypes.KeyFrame))
            list[count++] = Wire.Consumer.TraceEventType.Keyframe;
        if (types.HasFlag(RtpTraceEventTypes.Nack))
            list[count++] = Wire.Consumer.TraceEventType.Nack;
        if (types.HasFlag(RtpTraceEventTypes.Pli))
            list[count++] = Wire.Consumer.TraceEventType.Pli;
        if (types.HasFlag(RtpTraceEventTypes.Fir))
            list[count++] = Wire.Consumer.TraceEventType.Fir;

        return b.Vector(list[..count]);
    }
}
