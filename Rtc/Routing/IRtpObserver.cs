using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>
/// Somebody who watches producers without sending them on: the audio level and active speaker observers.
/// </summary>
public interface IRtpObserver
{
    /// <summary>Its id.</summary>
    string Id { get; }

    /// <summary>A packet of a producer that it was added to.</summary>
    void OnPacket(Producer producer, RtpPacket packet, long nowUs);

    /// <summary>A producer was paused.</summary>
    void OnProducerPaused(Producer producer, long nowUs);

    /// <summary>A producer goes on.</summary>
    void OnProducerResumed(Producer producer, long nowUs);

    /// <summary>A producer is closed.</summary>
    void OnProducerClosed(Producer producer, long nowUs);

    /// <summary>It was taken out of the router.</summary>
    void Close();
}
