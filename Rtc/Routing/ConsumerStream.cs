using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>A stream that a consumer sends, with what the consumer keeps beside it.</summary>
internal sealed class ConsumerStream(IForwardingStrategy strategy, RtpSendStream sender, ushort firstSequenceNumber)
{
    /// <summary>What of the producer it forwards.</summary>
    public IForwardingStrategy Strategy { get; } = strategy;

    public RtpSendStream Sender { get; } = sender;

    public SequenceRewriter Rewriter { get; } = new(firstSequenceNumber);

    public HeldPackets Held { get; } = new();

    /// <summary>Nothing that was sent is sent again, nothing that waits is sent.</summary>
    public void Pause()
    {
        Sender.Pause();
        Held.Clear();
    }

    public void Close()
    {
        Sender.Close();
        Held.Clear();
    }
}
