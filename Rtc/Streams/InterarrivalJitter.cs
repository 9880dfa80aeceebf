namespace Rtc.Streams;

/// <summary>The interarrival jitter of RFC 3550 section 6.4.1 and appendix A.8.</summary>
internal struct InterarrivalJitter
{
    private bool _started;
    private uint _transit;

    /// <summary>In ticks of the RTP clock.</summary>
    public double Ticks { readonly get; private set; }

    public void Update(uint rtpTimestamp, uint clockRate, long receivedAtUs)
    {
        // Seconds and the rest are converted apart: a product with the whole time would overflow.
        long arrival = (receivedAtUs / 1_000_000 * clockRate) + (receivedAtUs % 1_000_000 * clockRate / 1_000_000);
        uint transit = (uint)arrival - rtpTimestamp;
        if (_started)
            Ticks += (Math.Abs((double)(int)(transit - _transit)) - Ticks) / 16;

        _started = true;
        _transit = transit;
    }
}
