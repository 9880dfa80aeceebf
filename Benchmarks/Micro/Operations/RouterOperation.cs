using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Benchmarks.Micro.Operations;

/// <summary>A router whose producers and consumers hang on a transport without a network.</summary>
internal abstract class RouterOperation : Operation, IProducerTransport, IConsumerTransport
{
    private readonly byte[] _room = new byte[2048];

    protected RouterOperation() => Router = new Router(
        "router",
        new RouterEnvironment(Deadlines, new FixedRandom(), new RtpPacketPool(new PacketPool()), new WallClock(0)));

    public RtpListener RtpListener { get; } = new();

    public CaptureClocks CaptureClocks { get; } = new();

    protected DeadlineQueue Deadlines { get; } = new();

    protected Router Router { get; }

    protected long NowUs { get; set; } = 1_000_000;

    /// <summary>Packets that left.</summary>
    protected long Sent { get; private set; }

    public ushort SendRtp(Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs)
    {
        Write(packet, _room, packet.WriteHeader(_room, absSendTime: 0, transportCc: 0));
        Sent++;
        return 0;
    }

    public void SendRtcp(ReadOnlySpan<byte> rtcp, long nowUs)
    {
    }

    public void OnBitrateNeedChanged(Consumer consumer, long nowUs)
    {
    }

    public void OnConsumerClosed(Consumer consumer, long nowUs)
    {
    }

    /// <summary>Writes what comes behind the header.</summary>
    protected virtual void Write(in OutgoingRtp packet, Span<byte> room, int headerLength) =>
        packet.WritePayload(room[headerLength..]);
}
