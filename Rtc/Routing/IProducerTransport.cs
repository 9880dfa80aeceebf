namespace Rtc.Routing;

/// <summary>What a producer needs of the transport that its packets arrive on.</summary>
public interface IProducerTransport
{
    /// <summary>Where incoming packets are looked up. One a transport.</summary>
    RtpListener RtpListener { get; }

    /// <summary>The clocks of the senders behind the transport. One a transport.</summary>
    CaptureClocks CaptureClocks { get; }

    /// <summary>
    /// Sends a plain RTCP packet to the endpoint: a NACK, a picture loss indication or a full intra request. Dropped
    /// while the transport is not connected.
    /// </summary>
    void SendRtcp(ReadOnlySpan<byte> rtcp, long nowUs);
}
