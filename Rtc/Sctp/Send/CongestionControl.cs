using Rtc.Rtp;

namespace Rtc.Sctp.Send;

/// <summary>The congestion window (RFC 9260 section 7.2).</summary>
internal sealed class CongestionControl(SctpOptions options)
{
    private int _partialBytesAcked;
    private uint _recoveryExitTsn;

    /// <summary>How many bytes may be under way.</summary>
    public int Window { get; private set; } = options.InitialCwndPackets * options.Mtu;

    /// <summary>Below this the window grows with every acknowledgement, above it by a packet a round trip.</summary>
    public int SlowStartThreshold { get; private set; } = int.MaxValue;

    /// <summary>Whether a loss is being repaired, during which the window does not change.</summary>
    public bool IsInFastRecovery { get; private set; }

    /// <summary>Whether the window is so small that the peer should acknowledge at once.</summary>
    public bool WantsImmediateSack => Window < options.ImmediateSackBelowCwndPackets * options.Mtu;

    /// <summary>The cumulative TSN moved on.</summary>
    /// <param name="ackedBytes">What was newly acknowledged, in gaps too.</param>
    /// <param name="flightBytes">What was under way before.</param>
    /// <param name="cumulativeTsn">Where it stands now.</param>
    /// <param name="hasMore">Whether something is still under way.</param>
    public void OnAcknowledged(int ackedBytes, int flightBytes, uint cumulativeTsn, bool hasMore)
    {
        if (IsInFastRecovery)
        {
            if (!SequenceNumbers.IsNewer(_recoveryExitTsn, cumulativeTsn))
                IsInFastRecovery = false;

            return;
        }

        bool isUsed = flightBytes + options.Mtu >= Window;
        if (Window <= SlowStartThreshold)
        {
            if (isUsed)
                Grow(Math.Min(ackedBytes, options.Mtu));
        }
        else
        {
            _partialBytesAcked += ackedBytes;
            if (_partialBytesAcked >= Window && isUsed)
            {
                _partialBytesAcked -= Window;
                Grow(options.Mtu);
            }

            // What is acknowledged while the window is not used is no credit for later.
            _partialBytesAcked = Math.Min(_partialBytesAcked, Window);
        }

        if (!hasMore)
            _partialBytesAcked = 0;
    }

    /// <summary>A loss was seen by what came behind it; true when this begins a recovery.</summary>
    public bool TryEnterFastRecovery(uint highestTsn)
    {
        if (IsInFastRecovery)
            return false;

        Halve();
        Window = SlowStartThreshold;
        _recoveryExitTsn = highestTsn;
        IsInFastRecovery = true;
        return true;
    }

    /// <summary>
    /// What was repeated in this recovery is lost again: a second sign of congestion (RFC 5681 section 4.3).
    /// </summary>
    public void OnRepeatedLoss()
    {
        Halve();
        Window = SlowStartThreshold;
    }

    /// <summary>The retransmission timer expired.</summary>
    public void OnTimeout()
    {
        Halve();
        Window = options.Mtu;
        IsInFastRecovery = false;
    }

    private void Halve()
    {
        SlowStartThreshold = Math.Max(Window / 2, options.MinCwndPackets * options.Mtu);
        _partialBytesAcked = 0;
    }

    private void Grow(int bytes) => Window = (int)Math.Min((long)Window + bytes, int.MaxValue / 2);
}
