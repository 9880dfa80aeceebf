using Channel.Wire;
using Rtc.Routing;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a producer dumps and scores.</summary>
internal static class ProducerWriter
{
    /// <summary>Writes the dump.</summary>
    public static Offset<Wire.Producer.DumpResponse> WriteDump(WireBuilder b, ProducerDump dump) =>
        Wire.Producer.DumpResponse.Create(
            b,
            id: b.String(dump.Id),
            kind: RtpParametersWriter.ToWire(dump.Kind),
            type: RtpParametersWriter.ToWire(dump.Type),
            rtpParameters: RtpParametersWriter.Write(b, dump.RtpParameters),
            rtpMapping: RtpParametersWriter.WriteMapping(b, dump.RtpMapping),
            rtpStreams: RtpStreamWriter.WriteDumps(b, dump.RtpStreams),
            traceEventTypes: WriteTraceEventTypes(b, dump.TraceEventTypes),
            paused: dump.Paused);

    /// <summary>Writes scores.</summary>
    public static VectorOffset<Wire.Producer.Score> WriteScores(WireBuilder b, ReadOnlySpan<ProducerScore> scores)
    {
        ListBuilder<Wire.Producer.Score> list = b.StartList<Wire.Producer.Score>();
        foreach (ref readonly ProducerScore score in scores)
        {
            list.Add(Wire.Producer.Score.Create(
                b,
                encodingIdx: (uint)score.EncodingIndex,
                ssrc: score.Ssrc,
                rid: b.String(string.IsNullOrEmpty(score.Rid) ? null : score.Rid),
                score: score.Score));
        }

        return list.End();
    }

    /// <summary>Reads which trace events are wanted; those that this release does not have are passed over.</summary>
    public static RtpTraceEventTypes ReadTraceEventTypes(EnumVector<Wire.Producer.TraceEventType> wire)
    {
        var types = RtpTraceEventTypes.None;
        foreach (Wire.Producer.TraceEventType type in wire)
        {
            types |= type switch
            {
                Wire.Producer.TraceEventType.Rtp => RtpTraceEventTypes.Rtp,
                Wire.Producer.TraceEventType.Keyframe => RtpTraceEventTypes.KeyFrame,
                Wire.Producer.TraceEventType.Nack => RtpTraceEventTypes.Nack,
                Wire.Producer.TraceEventType.Pli => RtpTraceEventTypes.Pli,
                Wire.Producer.TraceEventType.Fir => RtpTraceEventTypes.Fir,
                Wire.Producer.TraceEventType.Sr => RtpTraceEventTypes.SenderReport,
                _ => RtpTraceEventTypes.None,
            };
        }

        return types;
    }

    // Sender reports are never dumped.
    private static VectorOffset<Wire.Producer.TraceEventType> WriteTraceEventTypes(
        WireBuilder b, RtpTraceEventTypes types)
    {
        Span<Wire.Producer.TraceEventType> list = stackalloc Wire.Producer.TraceEventType[5];
        int count = 0;
        if (types.HasFlag(RtpTraceEventTypes.Rtp))
            list[count++] = Wire.Producer.TraceEventType.Rtp;
        if (types.HasFlag(RtpTraceEventTypes.KeyFrame))
            list[count++] = Wire.Producer.TraceEventType.Keyframe;
        if (types.HasFlag(RtpTraceEventTypes.Nack))
            list[count++] = Wire.Producer.TraceEventType.Nack;
        if (types.HasFlag(RtpTraceEventTypes.Pli))
            list[count++] = Wire.Producer.TraceEventType.Pli;
        if (types.HasFlag(RtpTraceEventTypes.Fir))
            list[count++] = Wire.Producer.TraceEventType.Fir;

        return b.Vector(list[..count]);
    }
}
