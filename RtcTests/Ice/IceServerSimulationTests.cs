using Rtc.Ice;
using Xunit;

namespace RtcTests.Ice;

/// <summary>An agent and a browser over links that delay, lose, repeat and reorder, in virtual time.</summary>
public sealed class IceServerSimulationTests
{
    private const long Second = IceServerHarness.Second;

    public static TheoryData<int, int, int> Links()
    {
        var links = new TheoryData<int, int, int>();
        foreach (int roundTripMs in new[] { 20, 100, 300, 600 })
        {
            foreach (int lossPercent in new[] { 0, 5, 20 })
            {
                for (int seed = 1; seed <= 5; seed++)
                    links.Add(roundTripMs, lossPercent, seed);
            }
        }

        return links;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void CompletesAndKeepsConsent(int roundTripMs, int lossPercent, int seed)
    {
        var network = new Network(roundTripMs, lossPercent, seed);

        network.RunUntil(60 * Second);
        Assert.True(network.Peer.IsNominated);
        Assert.Equal(IceState.Completed, network.Harness.Ice.State);

        network.RunUntil(300 * Second);
        Assert.Equal(IceState.Completed, network.Harness.Ice.State);
        Assert.Equal(0, network.Harness.Ice.Counters.ConsentExpirations);
        Assert.InRange(network.Peer.ConsentsGiven, 20, 80);
        Assert.Equal(1, network.Harness.Diary.Count(line => line == "Completed"));
        Assert.Single(network.Harness.Socket.Opened);
    }

    [Theory]
    [InlineData(20, 0, 1)]
    [InlineData(600, 20, 2)]
    public void SilenceDisconnectsAfterTheTimeoutAndTheReturnCompletesAgain(int roundTripMs, int lossPercent, int seed)
    {
        var network = new Network(roundTripMs, lossPercent, seed);
        network.RunUntil(60 * Second);
        network.Peer.IsAlive = false;

        network.RunUntil(95 * Second);
        Assert.Equal(IceState.Disconnected, network.Harness.Ice.State);

        network.Revive();
        network.RunUntil(155 * Second);
        Assert.Equal(IceState.Completed, network.Harness.Ice.State);
    }

    [Theory]
    [InlineData(20, 0, 3)]
    [InlineData(300, 20, 4)]
    [InlineData(600, 20, 5)]
    public void RestartMovesToTheNewCredentials(int roundTripMs, int lossPercent, int seed)
    {
        var network = new Network(roundTripMs, lossPercent, seed);
        network.RunUntil(60 * Second);
        IceParameters old = network.Harness.Ice.Parameters;
        IceParameters current = network.Harness.Ice.Restart(network.NowUs);
        network.RunUntil(70 * Second);
        network.Peer.RemoteParameters = current;

        network.RunUntil(130 * Second);

        Assert.Contains($"-fragment {old.UsernameFragment}", network.Harness.Diary);
        Assert.Equal(IceState.Completed, network.Harness.Ice.State);
        Assert.Equal(0, network.Harness.Ice.Counters.ConsentExpirations);
    }

    /// <summary>Both sides and what is under way between them; always takes the earliest event.</summary>
    private sealed class Network
    {
        private readonly PriorityQueue<(bool ToAgent, byte[] Datagram), (long AtUs, long Order)> _underWay = new();
        private readonly Random _random;
        private readonly long _oneWayUs;
        private readonly int _lossPercent;
        private long _order;
        private int _answersSeen;

        public Network(int roundTripMs, int lossPercent, int seed)
        {
            _random = new Random(seed);
            _oneWayUs = roundTripMs * 500L;
            _lossPercent = lossPercent;
            Harness = new IceServerHarness(seed: seed);
            Peer = new ControllingPeer(_random, datagram => Send(toAgent: true, datagram))
            {
                RemoteParameters = Harness.Ice.Parameters,
            };
        }

        public IceServerHarness Harness { get; }

        public ControllingPeer Peer { get; private set; }

        public long NowUs => Harness.NowUs;

        public void Revive()
        {
            Peer = new ControllingPeer(_random, datagram => Send(toAgent: true, datagram))
            {
                RemoteParameters = Harness.Ice.Parameters,
            };
        }

        public void RunUntil(long endUs)
        {
            while (true)
            {
                long arrivalUs = _underWay.TryPeek(out _, out (long AtUs, long Order) next) ? next.AtUs : long.MaxValue;
                long nextUs = Math.Min(arrivalUs, Math.Min(Peer.DeadlineUs, Harness.Ice.DeadlineUs));
                if (nextUs > endUs)
                    break;

                Harness.NowUs = Math.Max(NowUs, nextUs);
                if (arrivalUs == nextUs)
                    Deliver();
                else if (Peer.DeadlineUs == nextUs)
                    Peer.HandleDeadline(NowUs);
                else
                    Harness.Ice.HandleDeadline(NowUs);
            }

            Harness.NowUs = endUs;
        }

        private void Deliver()
        {
            (bool toAgent, byte[] datagram) = _underWay.Dequeue();
            if (!toAgent)
            {
                Peer.HandleDatagram(datagram, NowUs);
                return;
            }

            if (StunMessageView.TryParse(datagram, out StunMessageView message))
                Harness.Ice.HandleMessage(message, Harness.Socket, Harness.Peer, NowUs);
            for (; _answersSeen < Harness.Socket.Sent.Count; _answersSeen++)
                Send(toAgent: false, Harness.Socket.Sent[_answersSeen].Datagram);
        }

        private void Send(bool toAgent, byte[] datagram)
        {
            const int DuplicationPercent = 5;
            int copies = _random.Next(100) < DuplicationPercent ? 2 : 1;
            for (int copy = 0; copy < copies; copy++)
            {
                if (_random.Next(100) < _lossPercent)
                    continue;

                // Jitter of half the delay is what reorders.
                long atUs = NowUs + _oneWayUs + _random.NextInt64((_oneWayUs / 2) + 1);
                _underWay.Enqueue((toAgent, datagram), (atUs, _order++));
            }
        }
    }
}
