using System.Runtime.CompilerServices;
using Rtc.Routing.Forwarding;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// A stream that a consumer sends: has its strategy decide about the producer's packets, renumbers those that are sent,
/// and keeps those that wait.
/// </summary>
internal sealed class ConsumerStream(
    Consumer consumer,
    IForwardingStrategy strategy,
    RtpSendStream sender,
    RtpMid mid,
    ushort firstSequenceNumber)
{
    private readonly SequenceRewriter _rewriter = new(firstSequenceNumber);
    private readonly HeldPackets _held = new();
    private byte[]? _descriptor;
    private bool _hasSent;
    private bool _isFrameComplete;

    /// <summary>What of the producer it forwards.</summary>
    public IForwardingStrategy Strategy { get; } = strategy;

    public RtpSendStream Sender { get; } = sender;

    /// <summary>Takes a packet of the producer.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="isSupported">Whether the receiver knows its payload type.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Process(RtpPacket packet, bool isSupported, long nowUs)
    {
        if (!isSupported)
        {
            if (Strategy.IsCurrent(packet))
                _rewriter.Drop(packet.SequenceNumber);

            return;
        }

        var sent = new SentPosition(_hasSent, Sender.MaxTimestamp, _isFrameComplete);
        ForwardingDecision decision = Strategy.Decide(packet, sent, nowUs);
        if (decision.Action == ForwardingAction.Forward)
            Forward(packet, decision, nowUs);
        else if (decision.Action == ForwardingAction.Drop)
            _rewriter.Drop(packet.SequenceNumber);
        else if (decision.Action == ForwardingAction.Hold)
            _held.Add(packet);
    }

    /// <summary>Nothing that was sent is sent again, nothing that waits is sent.</summary>
    public void Pause()
    {
        Sender.Pause();
        _held.Clear();
    }

    /// <summary>Nothing that waits is sent.</summary>
    public void ReleaseHeld() => _held.Clear();

    public void Close()
    {
        Sender.Close();
        _held.Clear();
    }

    private void Forward(RtpPacket packet, in ForwardingDecision decision, long nowUs)
    {
        if (decision.IsSync)
            _rewriter.Sync(decision.SyncSequenceNumber);

        if (decision.SwitchesStream)
            Sender.ResetScoreSilently(ScoreHistory.Best);

        if (decision.ChangesLayers || decision.SwitchesStream)
            consumer.TellLayers(isOtherStream: decision.SwitchesStream);

        bool isSent = TrySend(packet, decision, nowUs);
        if (decision.ReleasesHeld)
            SendHeld(packet, isSent, nowUs);
    }

    private bool TrySend(RtpPacket packet, in ForwardingDecision decision, long nowUs)
    {
        PictureNumbers numbers = decision.PictureNumbers;
        uint timestamp = packet.Timestamp - decision.TimestampOffset;
        if (!_rewriter.TryRewrite(packet.SequenceNumber, out ushort sequenceNumber)
            || !Sender.TryAdd(packet, sequenceNumber, timestamp, decision.Marker, numbers, nowUs))
        {
            return false;
        }

        _hasSent = true;
        if (sequenceNumber == _rewriter.MaxOutput)
            _isFrameComplete = decision.Marker;

        ushort transportCc = consumer.Send(
            new OutgoingRtp(packet)
            {
                Ssrc = Sender.Ssrc,
                SequenceNumber = sequenceNumber,
                Timestamp = timestamp,
                Marker = decision.Marker,
                Mid = mid,
                PayloadPrefix = numbers.IsRewritten ? WriteDescriptor(packet, numbers) : default,
                PrefixReplaces = numbers.Replaces(packet),
            },
            nowUs);
        if (transportCc != 0)
            Sender.RememberTransportCc(sequenceNumber, transportCc);

        return true;
    }

    // Not where most packets pass: what it needs on the stack would be cleared for all of them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> WriteDescriptor(RtpPacket packet, PictureNumbers numbers)
    {
        byte[] descriptor = _descriptor ??= new byte[Vp8.MaxDescriptorLength];
        return descriptor.AsSpan(0, numbers.Write(packet, descriptor));
    }

    // What arrived before the first packet of the key frame and belongs behind it.
    private void SendHeld(RtpPacket keyFrame, bool isSent, long nowUs)
    {
        for (int i = 0; isSent && i < _held.Count; i++)
        {
            RtpPacket held = _held[i];
            if (held.Ssrc == keyFrame.Ssrc && SequenceNumbers.IsNewer(held.SequenceNumber, keyFrame.SequenceNumber))
                Process(held, isSupported: true, nowUs);
        }

        _held.Clear();
    }
}
