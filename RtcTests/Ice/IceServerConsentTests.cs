using Rtc.Ice;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Ice;

/// <summary>Consent (RFC 7675) and restart.</summary>
public sealed class IceServerConsentTests
{
    private const long Second = IceServerHarness.Second;

    [Theory]
    [InlineData(1, 10)]
    [InlineData(10, 10)]
    [InlineData(30, 30)]
    [InlineData(60, 60)]
    [InlineData(255, 60)]
    public void TimeoutIsBroughtIntoItsBounds(int seconds, int expectedSeconds)
    {
        var harness = new IceServerHarness(seconds) { NowUs = 5 * Second };

        harness.Handle(harness.Request);

        Assert.Equal((5 + expectedSeconds) * Second, harness.Ice.DeadlineUs);
    }

    [Fact]
    public void TimeoutOfZeroIsForEver()
    {
        var harness = new IceServerHarness(0);

        harness.Handle(harness.Request);

        Assert.Equal(Deadline.Never, harness.Ice.DeadlineUs);
    }

    [Fact]
    public void NothingIsDueBeforeTheFirstRequest()
    {
        Assert.Equal(Deadline.Never, new IceServerHarness().Ice.DeadlineUs);
    }

    [Fact]
    public void EveryGoodRequestMovesTheDeadlineAndARefusedOneDoesNot()
    {
        var harness = new IceServerHarness();
        harness.Handle(harness.Request);
        harness.NowUs = 20 * Second;
        harness.Handle(harness.Request with { Password = "wrong" });
        Assert.Equal(30 * Second, harness.Ice.DeadlineUs);

        harness.Handle(harness.Request, peerPort: 5001);

        Assert.Equal(50 * Second, harness.Ice.DeadlineUs);
    }

    [Fact]
    public void ExpiryDropsAllTuplesAndDisconnects()
    {
        var harness = new IceServerHarness();
        harness.Handle(harness.Request with { Nomination = 4 }, 5000);
        harness.Handle(harness.Request, 5001);

        harness.Ice.HandleDeadline((30 * Second) - 1);
        Assert.Equal(IceState.Completed, harness.Ice.State);
        harness.Ice.HandleDeadline(30 * Second);

        Assert.Equal(IceState.Disconnected, harness.Ice.State);
        Assert.Equal("Disconnected", harness.Diary[^1]);
        Assert.Contains("-5000", harness.Diary);
        Assert.Contains("-5001", harness.Diary);
        Assert.All(harness.Socket.Opened, tuple => Assert.True(tuple.IsClosed));
        Assert.Null(harness.Ice.SelectedTuple);
        Assert.Empty(harness.TuplePorts());
        Assert.Equal(Deadline.Never, harness.Ice.DeadlineUs);
        Assert.Equal(1, harness.Ice.Counters.ConsentExpirations);
    }

    [Theory]
    [InlineData(false, IceState.Connected)]
    [InlineData(true, IceState.Completed)]
    public void DisconnectedRecovers(bool useCandidate, IceState expected)
    {
        var harness = new IceServerHarness();
        harness.Handle(harness.Request with { Nomination = 4 });
        harness.Ice.HandleDeadline(harness.Ice.DeadlineUs);
        harness.NowUs = 100 * Second;

        harness.Handle(harness.Request with { UseCandidate = useCandidate });

        Assert.Equal(expected, harness.Ice.State);
        Assert.Equal(["+5000", "selected 5000, 2 sent", expected.ToString()], harness.Diary[^3..]);
        Assert.Equal(130 * Second, harness.Ice.DeadlineUs);
    }

    [Fact]
    public void RestartKeepsTheOldCredentialsUntilTheNewOnesAreUsed()
    {
        var harness = new IceServerHarness();
        IceParameters old = harness.Ice.Parameters;
        harness.Handle(harness.Nominating);

        IceParameters current = harness.Ice.Restart(0);

        Assert.NotEqual(old, current);
        Assert.Same(current, harness.Ice.Parameters);
        Assert.Equal(IceState.Completed, harness.Ice.State);
        Assert.Equal($"+fragment {current.UsernameFragment}", harness.Diary[^1]);

        harness.Handle(new StunRequest(old));
        Assert.Equal(0, harness.LastAnswer());
        Assert.True(harness.IsLastAnswerSignedWith(old.Password));

        harness.Handle(new StunRequest(current));
        Assert.Equal(0, harness.LastAnswer());
        Assert.True(harness.IsLastAnswerSignedWith(current.Password));
        Assert.Equal($"-fragment {old.UsernameFragment}", harness.Diary[^1]);

        harness.Handle(new StunRequest(old));
        Assert.Equal(401, harness.LastAnswer());
    }

    [Fact]
    public void NewUsernameWithTheOldPasswordIsUnauthorized()
    {
        var harness = new IceServerHarness();
        IceParameters old = harness.Ice.Parameters;
        IceParameters current = harness.Ice.Restart(0);

        harness.Handle(new StunRequest(current.UsernameFragment, old.Password));

        Assert.Equal(401, harness.LastAnswer());
    }

    [Fact]
    public void SecondRestartDropsTheOldest()
    {
        var harness = new IceServerHarness();
        IceParameters first = harness.Ice.Parameters;
        IceParameters second = harness.Ice.Restart(0);
        IceParameters third = harness.Ice.Restart(0);

        Assert.Equal(
            [$"-fragment {first.UsernameFragment}", $"+fragment {third.UsernameFragment}"], harness.Diary[^2..]);
        harness.Handle(new StunRequest(first));
        Assert.Equal(401, harness.LastAnswer());
        harness.Handle(new StunRequest(second));
        Assert.Equal(0, harness.LastAnswer());
        harness.Handle(new StunRequest(third));
        Assert.Equal(0, harness.LastAnswer());
    }

    [Fact]
    public void RestartForgetsTheNominationAndGivesTimeToConsent()
    {
        var harness = new IceServerHarness();
        harness.Handle(harness.Request with { Nomination = 9 }, 5000);

        harness.Ice.Restart(20 * Second);
        harness.NowUs = 20 * Second;

        Assert.Equal(50 * Second, harness.Ice.DeadlineUs);
        harness.Handle(harness.Request with { Nomination = 1 }, 5001);
        Assert.Equal(5001, harness.Ice.SelectedTuple!.RemoteAddress.Port);
    }

    [Fact]
    public void RestartBeforeTheFirstRequestStartsNoConsent()
    {
        var harness = new IceServerHarness();

        harness.Ice.Restart(0);

        Assert.Equal(Deadline.Never, harness.Ice.DeadlineUs);
    }
}
