namespace Rtc.Streams;

/// <summary>Counts RTP packets, their bytes and their bitrate.</summary>
/// <param name="countPaddingOnly">
/// Whether packets without payload add their bytes (they always add to <see cref="Packets"/>).
/// </param>
/// <param name="windowMs">The window of the bitrate in milliseconds.</param>
public sealed class RtpDataCounter(bool countPaddingOnly, int windowMs = RtpDataCounter.DefaultWindowMs)
{
    /// <summary>The window of an RTP stream without DTX, in milliseconds.</summary>
    public const int DefaultWindowMs = 2500;

    private RateCalculator _rate = new(windowMs);

    /// <summary>How many packets were counted.</summary>
    public long Packets { get; private set; }

    /// <summary>How many bytes of whole RTP packets were counted.</summary>
    public long Bytes => _rate.TotalBytes;

    /// <summary>Counts one packet.</summary>
    /// <param name="packetLength">Bytes of the whole RTP packet.</param>
    /// <param name="payloadLength">Bytes of its payload without padding.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void Add(int packetLength, int payloadLength, long nowUs)
    {
        Packets++;
        if (countPaddingOnly || payloadLength > 0)
            _rate.Add(packetLength, nowUs);
    }

    /// <summary>Bits per second at <paramref name="nowUs"/>.</summary>
    public long GetBitrate(long nowUs) => _rate.GetBitsPerSecond(nowUs);
}
