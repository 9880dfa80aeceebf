using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>
/// One address at which a transport can be reached. Always of type host; over TCP always passive (RFC 6544).
/// </summary>
/// <param name="Foundation">"udpcandidate" or "tcpcandidate".</param>
/// <param name="Priority">See <see cref="ComputePriority"/>.</param>
/// <param name="Address">A numeric IP or a name.</param>
/// <param name="Protocol">What carries the datagrams.</param>
/// <param name="Port">In host byte order.</param>
public sealed record IceCandidate(
    string Foundation, uint Priority, string Address, TransportProtocol Protocol, ushort Port)
{
    private const uint TypePreference = 64;
    private const uint Component = 1;
    private const uint FirstLocalPreference = 10_000;
    private const uint LocalPreferenceStep = 100;
    private const uint PreferredProtocolBonus = 1_000;
    private const uint InternalAddressMalus = 1_000;

    /// <summary>
    /// The priority of a candidate (RFC 8445 section 5.1.2.1): 2^24 * 64 + 2^8 * local preference + 255, where the
    /// local preference starts at 10,000 and goes down by 100 an entry.
    /// </summary>
    /// <param name="listenIndex">Where the entry stands in the list of what is listened on, counting all entries.</param>
    /// <param name="isPreferredProtocol">Whether UDP or TCP was asked to be preferred and it is of that protocol.</param>
    public static uint ComputePriority(int listenIndex, bool isPreferredProtocol)
    {
        uint localPreference = FirstLocalPreference - ((uint)listenIndex * LocalPreferenceStep);
        if (isPreferredProtocol)
            localPreference += PreferredProtocolBonus;

        // More than a hundred entries wrap the 16 bits of the local preference, never the type's.
        return (TypePreference << 24) + ((localPreference & 0xFFFF) << 8) + (256 - Component);
    }

    /// <summary>
    /// Adds the candidates of one thing that is listened on: one with the announced address where there is one, and
    /// one with the local IP where there is none or it may be exposed.
    /// </summary>
    /// <param name="candidates">Where they are added.</param>
    /// <param name="protocol">What it listens for.</param>
    /// <param name="local">The address that it is bound to.</param>
    /// <param name="announcedAddress">A name or numeric IP to tell instead of the local IP; null for none.</param>
    /// <param name="exposeInternalIp">Whether the local IP is told beside the announced one, with less priority.</param>
    /// <param name="priority">Of the first of them; see <see cref="ComputePriority"/>.</param>
    public static void AddHostCandidates(
        List<IceCandidate> candidates, TransportProtocol protocol, in TransportAddress local,
        string? announcedAddress, bool exposeInternalIp, uint priority)
    {
        string foundation = protocol == TransportProtocol.Udp ? "udpcandidate" : "tcpcandidate";
        string internalIp = local.FormatAddress();
        if (string.IsNullOrEmpty(announcedAddress))
        {
            candidates.Add(new IceCandidate(foundation, priority, internalIp, protocol, local.Port));
            return;
        }

        candidates.Add(new IceCandidate(foundation, priority, announcedAddress, protocol, local.Port));
        if (exposeInternalIp)
        {
            uint lower = priority - InternalAddressMalus;
            candidates.Add(new IceCandidate(foundation, lower, internalIp, protocol, local.Port));
        }
    }
}
