using System.Text;
using Rtc.Ice;
using Rtc.Seams;
using Rtc.Transports;

namespace Worker.Net;

/// <summary>
/// Finds out which of the transports that share sockets a datagram is for: the one that knows the tuple, else, for a
/// STUN message, the one whose ICE user fragment it names. What is for nobody is dropped and counted: to answer would
/// tell a stranger something.
/// </summary>
public sealed class SharedPort : IDatagramReceiver, ISharedPort
{
    // Ours have 32 characters.
    private const int MaxFragmentLength = 64;

    private readonly Dictionary<string, WebRtcTransport> _byFragment = new(StringComparer.Ordinal);
    private readonly Dictionary<Way, WebRtcTransport> _byWay = [];
    private readonly Dictionary<IDatagramSocket, WebRtcTransport> _byConnection = [];

    /// <summary>Datagrams that were for no transport.</summary>
    public long UnknownDatagrams { get; private set; }

    /// <summary>ICE user fragments, with the transport of each.</summary>
    public IReadOnlyDictionary<string, WebRtcTransport> UsernameFragments => _byFragment;

    /// <summary>How many tuples are known.</summary>
    public int TupleCount => _byWay.Count;

    /// <summary>The transports of the known tuples, each with a number for the tuple.</summary>
    public IEnumerable<(int Number, WebRtcTransport Transport)> Tuples
    {
        get
        {
            foreach ((Way way, WebRtcTransport transport) in _byWay)
                yield return (way.GetHashCode(), transport);
        }
    }

    /// <inheritdoc/>
    public void Add(string usernameFragment, WebRtcTransport transport) => _byFragment[usernameFragment] = transport;

    /// <inheritdoc/>
    public void Remove(string usernameFragment) => _byFragment.Remove(usernameFragment);

    /// <inheritdoc/>
    public void Add(TransportTuple tuple, WebRtcTransport transport)
    {
        _byWay[new Way(tuple.Socket, tuple.RemoteAddress)] = transport;
        if (tuple.Protocol == TransportProtocol.Tcp)
            _byConnection[tuple.Socket] = transport;
    }

    /// <inheritdoc/>
    public void Remove(TransportTuple tuple)
    {
        _byWay.Remove(new Way(tuple.Socket, tuple.RemoteAddress));
        _byConnection.Remove(tuple.Socket);
    }

    /// <inheritdoc/>
    public void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs)
    {
        if (_byWay.TryGetValue(new Way(socket, remote), out WebRtcTransport? transport)
            || TryFindByFragment(datagram, out transport))
        {
            transport!.OnDatagram(socket, remote, datagram, nowUs);
            return;
        }

        UnknownDatagrams++;
    }

    /// <inheritdoc/>
    public void OnSocketClosed(IDatagramSocket socket, long nowUs)
    {
        if (_byConnection.TryGetValue(socket, out WebRtcTransport? transport))
            transport.OnSocketClosed(socket, nowUs);
    }

    private bool TryFindByFragment(ReadOnlySpan<byte> datagram, out WebRtcTransport? transport)
    {
        transport = null;
        if (!StunMessageView.IsStun(datagram) || !StunMessageView.TryParse(datagram, out StunMessageView message))
            return false;

        ReadOnlySpan<byte> fragment = message.ReceiverUsernameFragment;
        if (fragment.IsEmpty || fragment.Length > MaxFragmentLength)
            return false;

        Span<char> text = stackalloc char[MaxFragmentLength];
        int length = Encoding.Latin1.GetChars(fragment, text);
        return _byFragment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out transport);
    }

    private readonly record struct Way(IDatagramSocket Socket, TransportAddress Remote);
}
