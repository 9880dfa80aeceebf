using Rtc.Ice;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Ice;

public sealed class IceCandidateTests
{
    [Theory]
    [InlineData(0, false, 1_076_302_079u)]
    [InlineData(1, false, 1_076_276_479u)]
    [InlineData(0, true, 1_076_558_079u)]
    [InlineData(3, true, 1_076_481_279u)]
    public void PriorityFollowsTheFormula(int index, bool isPreferred, uint expected)
    {
        Assert.Equal(expected, IceCandidate.ComputePriority(index, isPreferred));
    }

    [Fact]
    public void WithoutAnnouncedAddressTheLocalIpIsTheCandidate()
    {
        List<IceCandidate> candidates = [];

        IceCandidate.AddHostCandidates(
            candidates, TransportProtocol.Udp, FakeSocket.Address("127.0.0.1", 4000), null, true, 1000);

        var expected = new IceCandidate("udpcandidate", 1000, "127.0.0.1", TransportProtocol.Udp, 4000);
        Assert.Equal([expected], candidates);
    }

    [Fact]
    public void AnnouncedAddressHidesTheLocalIpUnlessItMayBeExposed()
    {
        List<IceCandidate> hidden = [];
        List<IceCandidate> exposed = [];
        TransportAddress local = FakeSocket.Address("::1", 4001);

        IceCandidate.AddHostCandidates(hidden, TransportProtocol.Tcp, local, "media.example", false, 5000);
        IceCandidate.AddHostCandidates(exposed, TransportProtocol.Tcp, local, "media.example", true, 5000);

        var announced = new IceCandidate("tcpcandidate", 5000, "media.example", TransportProtocol.Tcp, 4001);
        var inner = new IceCandidate("tcpcandidate", 4000, "::1", TransportProtocol.Tcp, 4001);
        Assert.Equal([announced], hidden);
        Assert.Equal([announced, inner], exposed);
    }

    [Fact]
    public void CredentialsAre32CharactersAndThePasswordIsNotPrinted()
    {
        IceParameters parameters = IceParameters.Generate(new SeededRandom(1));

        Assert.Matches("^[0-9a-z]{32}$", parameters.UsernameFragment);
        Assert.Matches("^[0-9a-z]{32}$", parameters.Password);
        Assert.NotEqual(parameters.UsernameFragment, parameters.Password);
        Assert.DoesNotContain(parameters.Password, parameters.ToString());
    }
}
