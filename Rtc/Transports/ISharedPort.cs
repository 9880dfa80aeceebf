using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// Where a port is shared by transports (a WebRtcServer), the one who finds the transport that a datagram is for: by
/// the tuple it came by, or, for the first STUN request, by the ICE user fragment in its USERNAME.
/// </summary>
public interface ISharedPort
{
    /// <summary>Requests to this user fragment are for <paramref name="transport"/>.</summary>
    void Add(string usernameFragment, WebRtcTransport transport);

    /// <summary>Requests to this user fragment are for nobody any more.</summary>
    void Remove(string usernameFragment);

    /// <summary>All that comes by <paramref name="tuple"/> is for <paramref name="transport"/>.</summary>
    void Add(TransportTuple tuple, WebRtcTransport transport);

    /// <summary>The tuple belongs to nobody any more.</summary>
    void Remove(TransportTuple tuple);
}
