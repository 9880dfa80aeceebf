using System.Text;
using Rtc.Ice;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Ice;

/// <summary>Which answer a request gets.</summary>
public sealed class IceServerRequestTests
{
    private readonly IceServerHarness _harness = new();

    [Fact]
    public void GoodRequestIsAnsweredWithTheMappedAddressSigned()
    {
        _harness.Handle(_harness.Request);

        (TransportAddress remote, byte[] datagram) = Assert.Single(_harness.Socket.Sent);
        Assert.Equal(_harness.Peer, remote);
        Assert.True(StunMessageView.TryParse(datagram, out StunMessageView answer));
        Assert.Equal(StunClass.SuccessResponse, answer.Class);
        Assert.Equal(StunMethod.Binding, answer.Method);
        Assert.Equal(_harness.Request.TransactionId, answer.TransactionId.ToArray());
        Assert.Equal(
            StunAttributes.XorMappedAddress | StunAttributes.MessageIntegrity | StunAttributes.Fingerprint,
            answer.Attributes);
        Assert.True(answer.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(_harness.Peer, mapped);
        Assert.True(_harness.IsLastAnswerSignedWith(_harness.Ice.Parameters.Password));
    }

    [Fact]
    public void AnswerLeavesBeforeTheTupleIsHandled()
    {
        _harness.Handle(_harness.Request);

        Assert.Equal("selected 5000, 1 sent", _harness.Diary[2]);
    }

    [Fact]
    public void LengthOfTheAnswerIsReturned()
    {
        byte[] bytes = _harness.Request.Write();
        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        int length = _harness.Ice.HandleMessage(message, _harness.Socket, _harness.Peer, 0);

        Assert.Equal(_harness.Socket.Sent[0].Datagram.Length, length);
    }

    [Fact]
    public void ErrorsAreFoundInTheirOrder()
    {
        StunRequest request = _harness.Request with
        {
            Method = 0x003,
            HasFingerprint = false,
            HasPriority = false,
            HasUsername = false,
            Password = "wrong",
            Controlled = 1,
        };

        AssertRefused(request, 400, "not a Binding request");
        request = request with { Method = StunMethod.Binding };
        AssertRefused(request, 400, "FINGERPRINT is missing");
        request = request with { HasFingerprint = true };
        AssertRefused(request, 400, "PRIORITY is missing");
        request = request with { HasPriority = true };
        AssertRefused(request, 400, "USERNAME or MESSAGE-INTEGRITY is missing");
        request = request with { HasUsername = true };
        AssertRefused(request, 401, "wrong credentials");
        request = request with { Password = _harness.Ice.Parameters.Password };
        AssertRefused(request, 487, "an ICE-lite agent is controlled");
        request = request with { Controlled = null };
        _harness.Handle(request);
        Assert.Equal(0, _harness.LastAnswer());
        Assert.Equal(4, _harness.Ice.Counters.BadRequests);
        Assert.Equal(1, _harness.Ice.Counters.Unauthorized);
        Assert.Equal(1, _harness.Ice.Counters.RoleConflicts);
        Assert.Equal(7, _harness.Ice.Counters.Requests);
    }

    [Fact]
    public void RequestWithoutMessageIntegrityIsBad()
    {
        AssertRefused(
            _harness.Request with { HasIntegrity = false }, 400, "USERNAME or MESSAGE-INTEGRITY is missing");
    }

    [Fact]
    public void AnotherUsernameFragmentIsUnauthorized()
    {
        AssertRefused(_harness.Request with { UsernameFragment = "someoneelse" }, 401, "wrong credentials");
    }

    [Fact]
    public void ControlledTieBreakerOfZeroIsNoConflict()
    {
        _harness.Handle(_harness.Request with { Controlled = 0 });

        Assert.Equal(0, _harness.LastAnswer());
    }

    [Fact]
    public void ErrorsCarryNoIntegrity()
    {
        _harness.Handle(_harness.Request with { Password = "wrong" });

        Assert.True(StunMessageView.TryParse(_harness.Socket.Sent[0].Datagram, out StunMessageView answer));
        Assert.Equal(StunAttributes.ErrorCode | StunAttributes.Fingerprint, answer.Attributes);
    }

    [Theory]
    [InlineData(StunClass.Indication)]
    [InlineData(StunClass.SuccessResponse)]
    [InlineData(StunClass.ErrorResponse)]
    public void OnlyRequestsAreAnswered(StunClass messageClass)
    {
        _harness.Handle(_harness.Request with { Class = messageClass });

        Assert.Empty(_harness.Socket.Sent);
        Assert.Empty(_harness.Socket.Opened);
        Assert.Equal(IceState.New, _harness.Ice.State);
        Assert.Equal(1, _harness.Ice.Counters.IgnoredMessages);
    }

    [Fact]
    public void RefusedRequestsOpenNothingAndAllocateNothing()
    {
        byte[] bytes = (_harness.Request with { Password = "wrong" }).Write();
        _harness.Socket.KeepsSent = false;

        Assert.Equal(0, AllocatedByHandling(bytes, rounds: 2_000));

        Assert.Empty(_harness.Socket.Opened);
        Assert.Equal(IceState.New, _harness.Ice.State);
    }

    [Fact]
    public void ConsentChecksAllocateNothing()
    {
        _harness.Handle(_harness.Nominating);
        byte[] bytes = _harness.Nominating.Write();
        _harness.Socket.KeepsSent = false;

        Assert.Equal(0, AllocatedByHandling(bytes, rounds: 2_000));

        Assert.Single(_harness.Socket.Opened);
    }

    private long AllocatedByHandling(byte[] bytes, int rounds)
    {
        const int WarmUpRounds = 100;
        long before = 0;
        for (int round = 0; round < WarmUpRounds + rounds; round++)
        {
            if (round == WarmUpRounds)
                before = GC.GetAllocatedBytesForCurrentThread();
            if (StunMessageView.TryParse(bytes, out StunMessageView message))
                _harness.Ice.HandleMessage(message, _harness.Socket, _harness.Peer, nowUs: round);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void AssertRefused(StunRequest request, int code, string reason)
    {
        _harness.Handle(request);

        Assert.True(StunMessageView.TryParse(_harness.Socket.Sent[^1].Datagram, out StunMessageView answer));
        Assert.Equal(StunClass.ErrorResponse, answer.Class);
        Assert.Equal((code, reason), (answer.ErrorCode, Encoding.UTF8.GetString(answer.ErrorReason)));
        Assert.Empty(_harness.Socket.Opened);
        Assert.Equal(IceState.New, _harness.Ice.State);
    }
}
