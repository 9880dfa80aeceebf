using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>What a consumer needs of the transport that its packets leave by.</summary>
public interface IConsumerTransport
{
    /// <summary>
    /// Sends a packet: writes it where it leaves, sets abs-send-time and transport-cc number at the places that the
    /// packet tells, encrypts, queues. What cannot be sent is dropped and counted.
    /// </summary>
    /// <param name="consumer">Whose packet it is.</param>
    /// <param name="packet">A shared packet and what differs from it.</param>
    /// <param name="kind">Why it is sent.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <returns>
    /// The transport-wide number that was written where the packet has room for one; 0 where the transport does not
    /// count.
    /// </returns>
    ushort SendRtp(Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs);

    /// <summary>
    /// The producer of <paramref name="consumer"/> was closed: the transport forgets the consumer and releases the
    /// state of its SSRCs. The application has been told.
    /// </summary>
    void OnConsumerClosed(Consumer consumer, long nowUs);

    /// <summary>
    /// A video consumer wants more or less than when bitrate was last given out: its layers came or went, it was
    /// paused, resumed or asked for others. The transport gives out anew.
    /// </summary>
    void OnBitrateNeedChanged(Consumer consumer, long nowUs);
}
