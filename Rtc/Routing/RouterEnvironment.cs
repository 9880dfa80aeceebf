using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>What all routers of one loop share.</summary>
/// <param name="deadlines">Who is told when something is due.</param>
/// <param name="random">Random bytes.</param>
/// <param name="packets">Where the packets that consumers share come from.</param>
/// <param name="clock">The time of day for reports.</param>
public sealed class RouterEnvironment(
    DeadlineQueue deadlines, IRandomSource random, RtpPacketPool packets, WallClock clock)
{
    private uint _packetId;

    /// <summary>Who is told when something is due.</summary>
    public DeadlineQueue Deadlines { get; } = deadlines;

    /// <summary>Random bytes.</summary>
    public IRandomSource Random { get; } = random;

    /// <summary>Where the packets that consumers share come from.</summary>
    public RtpPacketPool Packets { get; } = packets;

    /// <summary>The time of day for reports.</summary>
    public WallClock Clock { get; } = clock;

    /// <summary>Packets that arrived together. Who hands in datagrams by batches sets the one that it opens.</summary>
    public ForwardingBatch Batch { get; init; } = new();

    /// <summary>Where reports are put together, by one transport after the other.</summary>
    internal CompoundRtcpWriter Compound { get; } = new();

    internal uint TakePacketId() => ++_packetId;
}
