using Rtc.Seams;

namespace Rtc.Sctp.Receive;

/// <summary>
/// When to acknowledge (RFC 9260 section 6.2): every second packet with data at once, a single one after a delay, and
/// at once where something is missing, came twice, or the sender asks for it (RFC 7053).
/// </summary>
internal sealed class SackScheduler(long delayUs)
{
    private int _packetsSinceSack;

    /// <summary>When a SACK is to be sent that waits for more to acknowledge.</summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>Whether a SACK goes out with the next packet.</summary>
    public bool IsDue { get; private set; }

    /// <summary>Whether something is unacknowledged, due or not: a packet that leaves anyway takes it along.</summary>
    public bool IsWanted => IsDue || DeadlineUs != Deadline.Never;

    /// <summary>A packet with data was read to its end.</summary>
    public void OnDataPacket(bool isUrgent, long nowUs)
    {
        _packetsSinceSack++;
        if (isUrgent || _packetsSinceSack >= 2)
        {
            IsDue = true;
            DeadlineUs = Deadline.Never;
        }
        else if (!IsDue && DeadlineUs == Deadline.Never)
        {
            DeadlineUs = nowUs + delayUs;
        }
    }

    /// <summary>The delay is over.</summary>
    public void HandleDeadline(long nowUs)
    {
        if (nowUs < DeadlineUs)
            return;

        IsDue = true;
        DeadlineUs = Deadline.Never;
    }

    /// <summary>A SACK was written.</summary>
    public void OnSent()
    {
        IsDue = false;
        DeadlineUs = Deadline.Never;
        _packetsSinceSack = 0;
    }
}
