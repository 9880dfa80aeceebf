using Rtc.Buffers;
using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>
/// The packets of one producer that arrived together and wait for each other, so that each consumer takes all of them
/// before the next one takes any: what belongs to it is fetched once, and what it sends is complete while others are
/// still at work. Nothing waits longer than the datagrams that were received with the same call, and every consumer
/// sees its packets in the order in which they came. Whoever hands in datagrams opens a batch for those of one call and
/// closes it behind them; outside a batch packets are forwarded at once. One for all routers of a loop.
/// </summary>
public sealed class ForwardingBatch
{
    /// <summary>The most packets that wait.</summary>
    public const int MaxPackets = 64;

    private readonly RtpPacket[] _packets = new RtpPacket[MaxPackets];
    private ProducerFanout? _fanout;
    private int _count;
    private long _nowUs;
    private bool _isOpen;
    private bool _isForwarding;

    /// <summary>Whether no packet waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Packets may wait from now on.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Forwards what waits, and nothing waits any more.</summary>
    public void Close()
    {
        _isOpen = false;
        Complete();
    }

    /// <summary>
    /// Forwards what waits. Must be called before anything else that has an effect on consumers.
    /// </summary>
    public void Complete()
    {
        // What forwarding sets off may come back here.
        if (_count == 0 || _isForwarding)
            return;

        _isForwarding = true;
        Span<RtpPacket> packets = _packets.AsSpan(0, _count);
        try
        {
            _fanout!.Forward(packets, _nowUs);
        }
        finally
        {
            // Also when a defect of ours comes to light: those that come after must not wait for ever.
            foreach (RtpPacket packet in packets)
                packet.Release(BufferPurpose.Forwarding);

            packets.Clear();
            _fanout = null;
            _count = 0;
            _isForwarding = false;
        }
    }

    /// <summary>
    /// Lets a packet wait, with a reference to it; false when it is to be forwarded at once. Packets of another
    /// producer or another moment that wait are forwarded before.
    /// </summary>
    internal bool TryAdd(ProducerFanout fanout, RtpPacket packet, long nowUs)
    {
        if (!_isOpen || _isForwarding)
            return false;

        if (_count == MaxPackets || _fanout != fanout || _nowUs != nowUs)
            Complete();

        packet.AddReference(BufferPurpose.Forwarding);
        _packets[_count++] = packet;
        _fanout = fanout;
        _nowUs = nowUs;
        return true;
    }
}
