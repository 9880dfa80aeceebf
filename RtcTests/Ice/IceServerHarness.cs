using Rtc.Ice;
using Rtc.Seams;

namespace RtcTests.Ice;

/// <summary>An agent, a socket and a diary of what the listener was told.</summary>
internal sealed class IceServerHarness : IIceListener
{
    public const long Second = 1_000_000;

    public IceServerHarness(int consentTimeoutSeconds = 30, int seed = 1)
    {
        Ice = new IceServer(this, new SeededRandom(seed), consentTimeoutSeconds);
        Peer = FakeSocket.Address("203.0.113.5", 5000);
    }

    public IceServer Ice { get; }

    public FakeSocket Socket { get; } = new();

    public TransportAddress Peer { get; }

    public List<string> Diary { get; } = [];

    public long NowUs { get; set; }

    /// <summary>A plain request with the current credentials.</summary>
    public StunRequest Request => new(Ice.Parameters);

    public StunRequest Nominating => Request with { UseCandidate = true };

    public static TransportAddress PeerAt(int port) => FakeSocket.Address("203.0.113.5", (ushort)port);

    public void Handle(StunRequest request, int peerPort = 5000, IDatagramSocket? socket = null)
    {
        byte[] bytes = request.Write();
        if (!StunMessageView.TryParse(bytes, out StunMessageView message))
            throw new InvalidOperationException("the test's own request is malformed");

        Ice.HandleMessage(message, socket ?? Socket, PeerAt(peerPort), NowUs);
    }

    /// <summary>The error code of the last answer; 0 for a success.</summary>
    public int LastAnswer()
    {
        (_, byte[] datagram) = Socket.Sent[^1];
        if (!StunMessageView.TryParse(datagram, out StunMessageView message))
            throw new InvalidOperationException("the agent's answer is malformed");

        return message.Class == StunClass.SuccessResponse ? 0 : message.ErrorCode;
    }

    public bool IsLastAnswerSignedWith(string password)
    {
        using var integrity = new StunIntegrity(password);
        return StunMessageView.TryParse(Socket.Sent[^1].Datagram, out StunMessageView message) &&
            message.HasValidIntegrity(integrity);
    }

    public int[] TuplePorts() => [.. Ice.Tuples.ToArray().Select(tuple => (int)tuple.RemoteAddress.Port)];

    public void OnUsernameFragmentAdded(string usernameFragment) => Diary.Add($"+fragment {usernameFragment}");

    public void OnUsernameFragmentRemoved(string usernameFragment) => Diary.Add($"-fragment {usernameFragment}");

    public void OnTupleAdded(TransportTuple tuple) => Diary.Add($"+{tuple.RemoteAddress.Port}");

    public void OnTupleRemoved(TransportTuple tuple) => Diary.Add($"-{tuple.RemoteAddress.Port}");

    public void OnSelectedTupleChanged(TransportTuple tuple) =>
        Diary.Add($"selected {tuple.RemoteAddress.Port}, {Socket.Sent.Count} sent");

    public void OnStateChanged(IceState state) => Diary.Add(state.ToString());
}
