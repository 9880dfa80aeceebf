using Rtc.Rtcp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>What a producer asks its endpoint for: packets that were lost, and key frames.</summary>
internal sealed class ProducerFeedback(IProducerTransport transport, ProducerTracer tracer)
{
    private const int MaxNackItems = 256;

    /// <summary>Asks for lost packets of a stream.</summary>
    public void RequestPackets(RtpReceiveStream receiver, ReadOnlySpan<ushort> sequenceNumbers, long nowUs)
    {
        Span<NackItem> items = stackalloc NackItem[MaxNackItems];
        Span<byte> rtcp = stackalloc byte[12 + (MaxNackItems * NackItem.Length)];
        while (!sequenceNumbers.IsEmpty)
        {
            ReadOnlySpan<ushort> batch = sequenceNumbers[..Math.Min(MaxNackItems, sequenceNumbers.Length)];
            int count = NackItem.Pack(batch, items);
            int length = RtcpWriter.WriteNack(rtcp, senderSsrc: 0, receiver.Ssrc, items[..count]);
            tracer.OnFeedback(RtpTraceEventTypes.Nack, ssrc: 0, nowUs);
            transport.SendRtcp(rtcp[..length], nowUs);
            receiver.CountNack(batch.Length);
            sequenceNumbers = sequenceNumbers[batch.Length..];
        }
    }

    /// <summary>Asks for a key frame now; without effect on audio.</summary>
    public void ForceKeyFrame(ProducerStream stream, long nowUs)
    {
        if (stream.KeyFrames is null)
            return;

        stream.KeyFrames.Force(nowUs);
        SendKeyFrameRequest(stream, nowUs);
    }

    /// <summary>Asks for a key frame, unless one was asked for a moment ago; without effect on audio.</summary>
    public void RequestKeyFrame(ProducerStream stream, long nowUs)
    {
        if (stream.KeyFrames?.Request(nowUs) == true)
            SendKeyFrameRequest(stream, nowUs);
    }

    /// <summary>Asks once more for what was asked for before, where that is due.</summary>
    public void HandleDeadline(ProducerStream stream, long nowUs)
    {
        if (stream.KeyFrames is { } keyFrames && keyFrames.DeadlineUs <= nowUs && keyFrames.HandleDeadline(nowUs))
            SendKeyFrameRequest(stream, nowUs);
    }

    // The sender SSRC ought to be 0, for no stream of ours is involved; some senders ignore that.
    private void SendKeyFrameRequest(ProducerStream stream, long nowUs)
    {
        Span<byte> rtcp = stackalloc byte[RtcpWriter.FirLength];
        uint ssrc = stream.Receiver.Ssrc;
        int length;
        if (stream.Receiver.Parameters.UsePli)
        {
            length = RtcpWriter.WritePli(rtcp, ssrc, ssrc);
            tracer.OnFeedback(RtpTraceEventTypes.Pli, ssrc, nowUs);
        }
        else if (stream.Receiver.Parameters.UseFir)
        {
            length = RtcpWriter.WriteFir(rtcp, ssrc, ssrc, new FirItem(ssrc, ++stream.FirSequenceNumber));
            tracer.OnFeedback(RtpTraceEventTypes.Fir, ssrc, nowUs);
        }
        else
        {
            return;
        }

        stream.Receiver.CountKeyFrameRequest(isFir: !stream.Receiver.Parameters.UsePli);
        transport.SendRtcp(rtcp[..length], nowUs);
    }
}
