namespace Rtc.Congestion;

/// <summary>
/// One probe: packets that leave at a rate above the estimate for a moment, and how fast they arrive. The slower of
/// both rates is what the link can carry at least; when they arrive clearly slower, it is what it carries at most
/// (packet trains; Dovrolis et al., 2001).
/// </summary>
internal sealed class ProbeCluster
{
    /// <summary>How many packets a probe has at least.</summary>
    public const int LeastPackets = 5;

    private const double LeastReceivedShare = 0.8;
    private const double NearlySaturatedShare = 0.95;
    private const double SaturatedRatio = 0.92;

    private const long LongestSpanUs = 1_000_000;

    private Ends _sent;
    private Ends _received;

    /// <summary>Which one it is, from 1; 0 before the first.</summary>
    public int Id { get; private set; }

    /// <summary>The rate to send at, in bits a second.</summary>
    public long Bitrate { get; private set; }

    /// <summary>Whether packets have yet to be sent.</summary>
    public bool IsSending { get; private set; }

    /// <summary>Whether its result has yet to come.</summary>
    public bool IsPending { get; private set; }

    /// <summary>When it began, in monotonic microseconds.</summary>
    public long StartedAtUs { get; private set; }

    /// <summary>Bytes it is to have.</summary>
    public int WantedBytes { get; private set; }

    /// <summary>Bytes that were sent.</summary>
    public int SentBytes => _sent.Bytes;

    /// <summary>Begins another probe.</summary>
    public void Start(long bitrate, int wantedBytes, long nowUs)
    {
        Id++;
        Bitrate = bitrate;
        WantedBytes = wantedBytes;
        StartedAtUs = nowUs;
        IsSending = true;
        IsPending = true;
        _sent = default;
        _received = default;
    }

    /// <summary>Gives up.</summary>
    public void Cancel()
    {
        IsSending = false;
        IsPending = false;
    }

    /// <summary>A packet of it was sent; returns the bytes that were sent before it.</summary>
    public int OnSent(int size, long nowUs)
    {
        int offset = _sent.Bytes;
        _sent.Add(size, offset, nowUs);
        if (_sent.Bytes >= WantedBytes && _sent.Packets >= LeastPackets)
            IsSending = false;

        return offset;
    }

    /// <summary>A packet of it arrived.</summary>
    public void OnReceived(in SentPacket packet, long arrivedAtUs) =>
        _received.Add(packet.Size, packet.ProbeOffset, arrivedAtUs);

    /// <summary>Whether it is known how it went.</summary>
    public bool TryGetResult(out ProbeResult result)
    {
        result = default;
        if (!IsPending || IsSending || _received.Packets < LeastPackets * LeastReceivedShare
            || _received.Bytes < _sent.Bytes * LeastReceivedShare)
        {
            return false;
        }

        long sendSpanUs = _sent.LastAtUs - _sent.FirstAtUs;
        long receiveSpanUs = _received.LastAtUs - _received.FirstAtUs;
        if (sendSpanUs is < 0 or > LongestSpanUs || receiveSpanUs is <= 0 or > LongestSpanUs)
            return false;

        // Media that leaves in between may make it faster than it was meant; the link is not believed to carry more
        // than was asked. What was lost on the way took its time on the link as well.
        long asked = Bitrate;
        if (sendSpanUs > 0)
            asked = Math.Min(asked, _sent.LastOffset * 8_000_000L / sendSpanUs);
        long carried = (_received.LastEnd - _received.FirstEnd) * 8_000_000L / receiveSpanUs;
        if (carried <= 0)
            return false;

        bool isSaturated = carried < asked * SaturatedRatio;
        long bitrate = carried < asked && !isSaturated ? (long)(carried * NearlySaturatedShare) : Math.Min(asked, carried);
        result = new ProbeResult(bitrate, isSaturated);
        return true;
    }

    /// <summary>The first and the last packet, and where in the probe they stand.</summary>
    private struct Ends
    {
        public int Packets;
        public int Bytes;
        public int FirstEnd;
        public int LastEnd;
        public int LastOffset;
        public long FirstAtUs;
        public long LastAtUs;

        public void Add(int size, int offset, long atUs)
        {
            if (Packets++ == 0 || atUs < FirstAtUs)
            {
                FirstAtUs = atUs;
                FirstEnd = offset + size;
            }

            if (Packets == 1 || atUs >= LastAtUs)
            {
                LastAtUs = atUs;
                LastOffset = offset;
                LastEnd = offset + size;
            }

            Bytes += size;
        }
    }
}

/// <summary>What a probe found.</summary>
/// <param name="Bitrate">Bits a second that the link carries.</param>
/// <param name="IsSaturated">Whether it carries no more than that.</param>
internal readonly record struct ProbeResult(long Bitrate, bool IsSaturated);
