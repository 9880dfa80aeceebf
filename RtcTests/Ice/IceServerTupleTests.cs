using Rtc.Ice;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Ice;

/// <summary>Tuples, nomination and the states that follow from them.</summary>
public sealed class IceServerTupleTests
{
    private readonly IceServerHarness _harness = new();

    private IceServer Ice => _harness.Ice;

    [Fact]
    public void PlainRequestConnects()
    {
        _harness.Handle(_harness.Request);

        Assert.Equal(["+5000", "selected 5000, 1 sent", "Connected"], _harness.Diary[1..]);
        Assert.Equal(IceState.Connected, Ice.State);
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void UseCandidateCompletesAtOnce()
    {
        _harness.Handle(_harness.Nominating);

        Assert.Equal(["+5000", "selected 5000, 1 sent", "Completed"], _harness.Diary[1..]);
    }

    [Fact]
    public void NominationAloneCompletes()
    {
        _harness.Handle(_harness.Request with { Nomination = 1 });

        Assert.Equal(IceState.Completed, Ice.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NominationOfZeroNeverCounts(bool useCandidate)
    {
        _harness.Handle(_harness.Request with { Nomination = 0, UseCandidate = useCandidate });

        Assert.Equal(IceState.New, Ice.State);
        Assert.Null(Ice.SelectedTuple);
        Assert.Equal([5000], _harness.TuplePorts());
        Assert.Equal(Deadline.Never, Ice.DeadlineUs);
    }

    [Fact]
    public void ConnectedCompletesByAnotherTuple()
    {
        _harness.Handle(_harness.Request, 5000);
        _harness.Handle(_harness.Nominating, 5001);

        Assert.Equal(["+5001", "selected 5001, 2 sent", "Completed"], _harness.Diary[4..]);
        Assert.Equal([5001, 5000], _harness.TuplePorts());
    }

    [Fact]
    public void ConnectedOnlyAddsAPlainTuple()
    {
        _harness.Handle(_harness.Request, 5000);
        _harness.Handle(_harness.Request, 5001);

        Assert.Equal(IceState.Connected, Ice.State);
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);
        Assert.Equal([5001, 5000], _harness.TuplePorts());
    }

    [Fact]
    public void StaleNominationLeavesConnectedAsItIs()
    {
        _harness.Handle(_harness.Request, 5000);
        _harness.Handle(_harness.Request with { Nomination = 0 }, 5001);

        Assert.Equal(IceState.Connected, Ice.State);
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void CompletedFollowsUseCandidateWithoutAnotherStateChange()
    {
        _harness.Handle(_harness.Nominating, 5000);
        _harness.Handle(_harness.Nominating, 5001);

        Assert.Equal(["+5001", "selected 5001, 2 sent"], _harness.Diary[4..]);
    }

    [Fact]
    public void CompletedFollowsOnlyANewerNomination()
    {
        _harness.Handle(_harness.Request with { Nomination = 5 }, 5000);
        _harness.Handle(_harness.Request with { Nomination = 5 }, 5001);
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);

        _harness.Handle(_harness.Request with { NominationOld = 6 }, 5001);
        Assert.Equal(5001, Ice.SelectedTuple!.RemoteAddress.Port);

        _harness.Handle(_harness.Request with { Nomination = 5 }, 5000);
        Assert.Equal(5001, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void UseCandidateBesideAStaleNominationSelectsOnceCompleted()
    {
        _harness.Handle(_harness.Request with { Nomination = 5 }, 5000);
        _harness.Handle(_harness.Request with { Nomination = 3, UseCandidate = true }, 5001);

        Assert.Equal(5001, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void KnownTupleIsNotAddedTwice()
    {
        _harness.Handle(_harness.Request);
        _harness.Handle(_harness.Request);

        Assert.Single(_harness.Socket.Opened);
        Assert.Equal([5000], _harness.TuplePorts());
    }

    [Fact]
    public void SamePeerByAnotherSocketIsAnotherTuple()
    {
        var other = new FakeSocket(TransportProtocol.Tcp);
        _harness.Handle(_harness.Request);
        _harness.Handle(_harness.Request, socket: other);

        Assert.Equal(2, Ice.Tuples.Length);
        Assert.Same(other, Ice.FindTuple(other, _harness.Peer)!.Socket);
        Assert.Same(_harness.Socket, Ice.FindTuple(_harness.Socket, _harness.Peer)!.Socket);
        Assert.Null(Ice.FindTuple(other, IceServerHarness.PeerAt(1)));
    }

    [Fact]
    public void NinthTupleEvictsTheOldestThatIsNotSelected()
    {
        for (int port = 5000; port < 5008; port++)
            _harness.Handle(_harness.Request, port);
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);

        _harness.Handle(_harness.Request, 5008);

        Assert.Equal([5008, 5007, 5006, 5005, 5004, 5003, 5002, 5000], _harness.TuplePorts());
        Assert.True(_harness.Socket.Opened[1].IsClosed);
        Assert.False(_harness.Socket.Opened[0].IsClosed);
        Assert.Equal(1, Ice.Counters.EvictedTuples);
        Assert.Contains("-5001", _harness.Diary);
    }

    [Fact]
    public void NinthTupleEvictsTheOldestWhenAnotherIsSelected()
    {
        for (int port = 5000; port < 5008; port++)
            _harness.Handle(port == 5007 ? _harness.Nominating : _harness.Request, port);

        _harness.Handle(_harness.Nominating, 5008);

        Assert.Equal([5008, 5007, 5006, 5005, 5004, 5003, 5002, 5001], _harness.TuplePorts());
        Assert.Equal(5008, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void FloodOfAuthenticatedTuplesNeverKeepsMoreThanEight()
    {
        for (int port = 1; port <= 1_000; port++)
        {
            _harness.Handle(_harness.Nominating, port);
            Assert.InRange(Ice.Tuples.Length, 1, IceServer.MaxTuples);
        }

        Assert.Equal(1_000 - IceServer.MaxTuples, _harness.Socket.Opened.Count(tuple => tuple.IsClosed));
    }

    [Fact]
    public void MediaFromAKnownTupleForcesItsSelection()
    {
        _harness.Handle(_harness.Nominating, 5000);
        _harness.Handle(_harness.Request, 5001);

        Ice.ForceSelectedTuple(Ice.FindTuple(_harness.Socket, IceServerHarness.PeerAt(5001))!);

        Assert.Equal("selected 5001, 2 sent", _harness.Diary[^1]);
        Assert.Equal(IceState.Completed, Ice.State);
    }

    [Fact]
    public void ForcingNeedsAnEstablishedStateAndATupleOfOurs()
    {
        _harness.Handle(_harness.Request with { Nomination = 0 });
        Ice.ForceSelectedTuple(Ice.Tuples[0]);
        Assert.Null(Ice.SelectedTuple);

        _harness.Handle(_harness.Request);
        Ice.ForceSelectedTuple(new FakeTuple(_harness.Socket, IceServerHarness.PeerAt(9)));
        Assert.Equal(5000, Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void LossOfTheSelectedConnectionSelectsTheNewestThatRemains()
    {
        var tcp = new FakeSocket(TransportProtocol.Tcp);
        _harness.Handle(_harness.Request, 5001);
        _harness.Handle(_harness.Request, 5002);
        _harness.Handle(_harness.Nominating, 5000, tcp);
        _harness.NowUs = 7 * IceServerHarness.Second;

        Ice.OnSocketClosed(tcp, _harness.NowUs);

        Assert.Equal(["-5000", "selected 5002, 2 sent"], _harness.Diary[^2..]);
        Assert.Equal(IceState.Completed, Ice.State);
        Assert.Equal(37 * IceServerHarness.Second, Ice.DeadlineUs);
        Assert.True(tcp.Opened[0].IsClosed);
    }

    [Fact]
    public void LossOfTheLastConnectionDisconnects()
    {
        var tcp = new FakeSocket(TransportProtocol.Tcp);
        _harness.Handle(_harness.Request with { Nomination = 9 }, 5000, tcp);

        Ice.OnSocketClosed(tcp, 0);

        Assert.Equal(["-5000", "Disconnected"], _harness.Diary[^2..]);
        Assert.Null(Ice.SelectedTuple);
        Assert.Equal(Deadline.Never, Ice.DeadlineUs);

        _harness.Handle(_harness.Request with { Nomination = 1 }, 5001);
        Assert.Equal(IceState.Completed, Ice.State);
    }

    [Fact]
    public void LossOfAnotherConnectionChangesNothingElse()
    {
        var tcp = new FakeSocket(TransportProtocol.Tcp);
        _harness.Handle(_harness.Nominating, 5000);
        _harness.Handle(_harness.Request, 5001, tcp);
        long deadlineUs = Ice.DeadlineUs;

        Ice.OnSocketClosed(tcp, IceServerHarness.Second);
        Ice.OnSocketClosed(new FakeSocket(), IceServerHarness.Second);

        Assert.Equal("-5001", _harness.Diary[^1]);
        Assert.Equal([5000], _harness.TuplePorts());
        Assert.Equal(deadlineUs, Ice.DeadlineUs);
    }

    [Fact]
    public void ConnectionThatCallsBackWhenItIsClosedIsCountedOnce()
    {
        var tcp = new FakeSocket(TransportProtocol.Tcp);
        _harness.Handle(_harness.Nominating, 5000, tcp);
        _harness.Handle(_harness.Request, 5001, tcp);
        foreach (FakeTuple tuple in tcp.Opened)
            tuple.Closing = () => Ice.OnSocketClosed(tcp, 0);

        Ice.OnSocketClosed(tcp, 0);

        Assert.Equal(1, _harness.Diary.Count(line => line == "-5000"));
        Assert.Equal(1, _harness.Diary.Count(line => line == "-5001"));
        Assert.Equal(1, _harness.Diary.Count(line => line == "Disconnected"));
    }

    [Fact]
    public void ClosingTellsOfEveryFragmentAndTupleAndThenIsDeaf()
    {
        _harness.Handle(_harness.Nominating);
        IceParameters old = Ice.Parameters;
        IceParameters current = Ice.Restart(0);

        Ice.Close();
        Ice.Close();
        _harness.Handle(new StunRequest(current));

        Assert.Equal(
            [$"-fragment {current.UsernameFragment}", $"-fragment {old.UsernameFragment}", "-5000"],
            _harness.Diary[^3..]);
        Assert.True(_harness.Socket.Opened[0].IsClosed);
        Assert.Single(_harness.Socket.Sent);
        Assert.Equal(Deadline.Never, Ice.DeadlineUs);
    }
}
