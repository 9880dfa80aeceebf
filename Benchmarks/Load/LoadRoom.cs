using Rtc.Dtls;
using Rtc.Seams;

namespace Benchmarks.Load;

/// <summary>
/// A room in a worker and everybody in it: who sends, who receives, over what. <see cref="Open"/> makes the one that
/// the options name.
/// </summary>
internal sealed class LoadRoom : IDisposable
{
    /// <summary>The SSRC of the one publisher of a broadcast.</summary>
    public const uint PublisherSsrc = 0x1234_5678;

    private const string Publisher = "publisher";

    // The port of discard: whatever leaves for a fleeting viewer is nobody's.
    private const ushort FleetingPort = 9;
    private const long KeepAliveNs = 2_500_000_000;

    private readonly RoomRequests _requests;
    private readonly LoadOptions _options;
    private readonly List<WebRtcPeer> _peers = [];
    private readonly DtlsCertificate _certificate;
    private readonly DtlsContext _context;
    private BurstSource? _source;
    private long _nextKeepAliveNs;
    private int _nextPeer;
    private int _connected;

    private LoadRoom(WorkerChannel channel, LoadOptions options)
    {
        _requests = new RoomRequests(channel);
        _options = options;
        Sink = new PacketSink(options.TakesRuns);
        _certificate = DtlsCertificate.Generate(new SystemRandom());
        _context = new DtlsContext(_certificate);
    }

    public PacketSink Sink { get; }

    public BurstSource Source => _source ?? throw new InvalidOperationException("the room has no publisher");

    /// <summary>The worker's port that publishers in the clear send to; 0 when there is none.</summary>
    public ushort WorkerPort { get; private set; }

    /// <summary>Time between two bursts at this rate of packets/s.</summary>
    public double IntervalNs(int rate) => _options.Shape == LoadShape.Conference
        ? 1e9 / (ConferencePerson.FramesPerSecond * _options.Consumers)
        : 1e9 * _options.Burst / rate;

    /// <summary>Makes a room with all connections open.</summary>
    public static LoadRoom Open(WorkerChannel channel, LoadOptions options)
    {
        var room = new LoadRoom(channel, options);
        try
        {
            if (options.Shape is LoadShape.WebRtc or LoadShape.Tcp or LoadShape.Conference)
                room._requests.OpenWebRtcServer(isTcp: options.Shape == LoadShape.Tcp);
            if (options.Shape == LoadShape.Conference)
                room.OpenConference();
            else
                room.OpenBroadcast();
        }
        catch
        {
            room.Dispose();
            throw;
        }

        return room;
    }

    /// <summary>Makes a room of WebRtcTransports of which nobody is connected.</summary>
    public static LoadRoom OpenUnconnected(WorkerChannel channel, LoadOptions options)
    {
        var room = new LoadRoom(channel, options);
        room._requests.OpenWebRtcServer(isTcp: false);
        for (int i = 0; i < options.Consumers; i++)
            room.PreparePeer($"viewer{i}");
        return room;
    }

    /// <summary>Connects peers until that many are.</summary>
    public void ConnectPeers(int count)
    {
        for (; _connected < count; _connected++)
            _peers[_connected].Connect();
    }

    /// <summary>When <see cref="KeepAlive"/> has something to do again.</summary>
    public long NextKeepAliveNs => _peers.Count == 0 ? long.MaxValue : _nextKeepAliveNs;

    /// <summary>Lets whoever is due check for consent and report; one peer at a time, so that none come together.</summary>
    public void KeepAlive(long nowNs)
    {
        if (nowNs < NextKeepAliveNs)
            return;

        int peer = _nextPeer++ % _peers.Count;
        _peers[peer].KeepAlive(RoomRequests.FirstConsumerSsrc + (uint)peer);
        long intervalNs = KeepAliveNs / _peers.Count;
        _nextKeepAliveNs = Math.Max(_nextKeepAliveNs + intervalNs, nowNs - KeepAliveNs);
    }

    /// <summary>Makes a viewer of the one producer, and closes it again.</summary>
    public void ComeAndGo(int number)
    {
        string id = $"viewer{number}";
        _requests.OpenPlainTransport(id, comedia: false, _options.Srtp);
        _requests.ConnectPlain(id, FleetingPort, _options.Srtp);
        _requests.Consume(id, number, new Track("producer", _options.IsVideo, PublisherSsrc));
        _requests.CloseTransport(id);
    }

    /// <summary>Closes the router and all that is in it.</summary>
    public void Close() => _requests.CloseRouter();

    public void Dispose()
    {
        _source?.Dispose();
        foreach (WebRtcPeer peer in _peers)
            peer.Dispose();
        Sink.Dispose();
        _context.Dispose();
        _certificate.Dispose();
    }

    private void OpenBroadcast()
    {
        var track = new Track("producer", _options.IsVideo, PublisherSsrc);
        WorkerPort = _requests.OpenPlainTransport(Publisher, comedia: true, SrtpChoice.None);
        _requests.Produce(Publisher, track);
        var source = new PacketSource(_options, track, WorkerPort);
        _source = source;
        if (_options.Shape == LoadShape.Direct)
            _requests.OpenDirectTransport("viewers");
        for (int i = 0; i < _options.Consumers; i++)
        {
            Sink.AddConsumer(source.Clock);
            _requests.Consume(OpenViewer(i), i, track);
        }
    }

    private string OpenViewer(int number)
    {
        string id = $"viewer{number}";
        switch (_options.Shape)
        {
            case LoadShape.Direct:
                return "viewers";
            case LoadShape.Plain:
                _requests.OpenPlainTransport(id, comedia: false, _options.Srtp);
                _requests.ConnectPlain(id, Sink.OpenSocket(), _options.Srtp);
                return id;
            default:
                Sink.Watch(OpenPeer(id));
                return id;
        }
    }

    private void OpenConference()
    {
        ConferencePerson[] people = new ConferencePerson[_options.Consumers];
        for (int i = 0; i < people.Length; i++)
        {
            people[i] = new ConferencePerson(i, OpenPeer($"sender{i}"));
            _requests.Produce($"sender{i}", people[i].Audio);
            _requests.Produce($"sender{i}", people[i].Video);
        }

        int number = 0;
        for (int i = 0; i < people.Length; i++)
        {
            Sink.Watch(OpenPeer($"receiver{i}"));
            foreach (ConferencePerson other in people.Where(person => person != people[i]))
            {
                Sink.AddConsumer(other.AudioClock);
                _requests.Consume($"receiver{i}", number++, other.Audio);
                Sink.AddConsumer(other.VideoClock);
                _requests.Consume($"receiver{i}", number++, other.Video);
            }
        }

        _source = new ConferenceSource(people);
    }

    private WebRtcPeer OpenPeer(string id)
    {
        WebRtcPeer peer = PreparePeer(id);
        ConnectPeers(_peers.Count);
        return peer;
    }

    private WebRtcPeer PreparePeer(string id)
    {
        bool isTcp = _options.Shape == LoadShape.Tcp;
        WebRtcEnd end = _requests.OpenWebRtcTransport(id, isOnServer: true, isTcp);
        _requests.ConnectWebRtc(
            id, _certificate.Fingerprints.First(one => one.Algorithm == DtlsFingerprintAlgorithm.Sha256));
        var peer = new WebRtcPeer(_context, end, isTcp);
        _peers.Add(peer);
        return peer;
    }

    private sealed class SystemRandom : IRandomSource
    {
        public void Fill(Span<byte> destination) => Random.Shared.NextBytes(destination);
    }

    /// <summary>All people of a conference; a burst is the next frame of the next one.</summary>
    private sealed class ConferenceSource(ConferencePerson[] people) : BurstSource
    {
        private int _next;

        public override int BurstsPerRound => people.Length;

        public override void SendBurst()
        {
            int audio = people[_next++ % people.Length].SendFrame(out int sent);
            Packets += sent;
            Expected += (long)(ConferencePerson.HighestPackets + audio) * (people.Length - 1);
        }

        public override void Dispose()
        {
        }
    }
}
