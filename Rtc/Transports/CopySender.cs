using Rtc.Congestion;
using Rtc.Routing;

namespace Rtc.Transports;

/// <summary>
/// Sends packets again before they are missed, by what <see cref="Redundancy"/> says of the link: keeps those that are
/// to be sent again, and sends them when there is room.
/// </summary>
/// <param name="counters">Where copies are counted that are not sent.</param>
internal sealed class CopySender(TransportCounters counters)
{
    // Copies leave when all before them would nearly have left a link that is a little slower than the estimate. Those of
    // what was asked for are few, and somebody waits for them. All in microseconds.
    private const int QueueForAskedUs = 60_000;
    private const int QueueForOthersUs = 8_000;
    private const long LeastWaitUs = 2_000;
    private const long WaitUntilFreeUs = 20_000;

    private readonly CopyQueue _copies = new(counters);
    private Redundancy _redundancy;
    private VirtualLink _link;

    /// <summary>Whether copies are of use; otherwise nothing has to be told but <see cref="Update"/>.</summary>
    public bool IsUseful => _redundancy.IsUseful;

    /// <summary>How many times as much as without copies could be sent.</summary>
    public double Factor => _redundancy.Factor;

    /// <summary>Takes what is known of the link.</summary>
    /// <param name="loss">What is lost at any rate, 0 to 1.</param>
    /// <param name="roundTripUs">Round trip to those who take retransmissions; 0 when it is not known.</param>
    public void Update(double loss, long roundTripUs) => _redundancy.Update(loss, roundTripUs);

    /// <summary>A packet of any kind left.</summary>
    /// <param name="size">Bytes of the datagram.</param>
    /// <param name="estimate">Bits a second that the link carries.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnPacketSent(int size, long estimate, long nowUs) =>
        _link.Add(size, (long)(estimate * Redundancy.Share), nowUs);

    /// <summary>A packet of video left that RTX can repeat, for the first time or because it was asked for.</summary>
    /// <param name="consumer">Who sent it.</param>
    /// <param name="ssrc">The SSRC that it left with, of media or of retransmissions.</param>
    /// <param name="sequenceNumber">The number of the media packet.</param>
    /// <param name="isAsked">Whether it was asked for: it is missed, whichever layer it is of.</param>
    /// <param name="isBase">Whether later pictures need it.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Add(Consumer consumer, uint ssrc, ushort sequenceNumber, bool isAsked, bool isBase, long nowUs)
    {
        int copies = isAsked ? 1 : _redundancy.CopiesOf(isBase);
        CopyUrgency urgency = isAsked ? CopyUrgency.Asked : isBase ? CopyUrgency.Base : CopyUrgency.Other;
        _copies.Add(consumer, ssrc, sequenceNumber, copies, urgency, nowUs);
    }

    /// <summary>Sends what is due and finds room.</summary>
    /// <param name="isFree">Whether nothing speaks against using all of the estimate.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Send(bool isFree, long nowUs)
    {
        Send(CopyUrgency.Asked, QueueForAskedUs, nowUs);
        if (isFree)
            Send(CopyUrgency.Other, QueueForOthersUs, nowUs);

        // What found no room must not wake the transport for as long as there is none.
        _copies.DropStale(nowUs);
    }

    /// <summary>When to call <see cref="Send(bool, long)"/>, in monotonic microseconds; long.MaxValue for never.</summary>
    /// <param name="isFree">Whether nothing speaks against using all of the estimate.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public long GetDueUs(bool isFree, long nowUs)
    {
        int queueUs = _link.GetQueueUs(nowUs);
        long askedUs = _copies.GetDueUs(CopyUrgency.Asked, CopyUrgency.Asked);
        if (askedUs != long.MaxValue)
            askedUs = Math.Max(askedUs, nowUs + LeastWaitUs + Math.Max(0, queueUs - QueueForAskedUs));

        long othersUs = _copies.GetDueUs(CopyUrgency.Base, CopyUrgency.Other);
        if (othersUs != long.MaxValue)
        {
            long waitUs = isFree ? LeastWaitUs + Math.Max(0, queueUs - QueueForOthersUs) : WaitUntilFreeUs;
            othersUs = Math.Max(othersUs, nowUs + waitUs);
        }

        return Math.Min(askedUs, othersUs);
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear() => _copies.Clear();

    private void Send(CopyUrgency least, int mostQueueUs, long nowUs)
    {
        while (_link.GetQueueUs(nowUs) <= mostQueueUs
            && _copies.TryTake(least, nowUs, out Consumer consumer, out uint ssrc, out ushort sequenceNumber))
        {
            consumer.SendCopy(ssrc, sequenceNumber, nowUs);
        }
    }
}
