using Rtc.Dtls;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Dtls;

public sealed class DtlsSimulationTests
{
    private const long SecondUs = 1_000_000;

    /// <summary>At 600 ms the first flight is repeated three times before an answer can come.</summary>
    [Theory]
    [InlineData(20, 0.0)]
    [InlineData(20, 0.2)]
    [InlineData(100, 0.05)]
    [InlineData(100, 0.2)]
    [InlineData(300, 0.1)]
    [InlineData(600, 0.0)]
    [InlineData(600, 0.2)]
    public void Connects_over_bad_paths_in_both_roles(int roundTripMs, double loss)
    {
        var options = new EmulatedLinkOptions
        {
            DelayUs = roundTripMs * 500L,
            JitterUs = roundTripMs * 100L,
            Loss = loss,
            Reorder = loss,
            ReorderDelayUs = roundTripMs * 300L,
            Duplicate = loss,
        };
        using var pair = new DtlsPair();
        for (int seed = 0; seed < 12; seed++)
        {
            string what = $"{roundTripMs} ms, {loss}, seed {seed}";
            using var run = new Fresh(pair);
            using var simulation = new DtlsSimulation(run.Pair, options, seed);
            DtlsRole role = seed % 2 == 0 ? DtlsRole.Client : DtlsRole.Server;
            simulation.Run(role, startOfBUs: seed * 40_000, limitUs: 120 * SecondUs);
            Assert.True(run.Pair.A.State == DtlsState.Connected, $"{what}: A {run.Pair.A.FailureReason}");
            Assert.True(run.Pair.B.State == DtlsState.Connected, $"{what}: B {run.Pair.B.FailureReason}");
            Assert.True(simulation.NowUs < 30 * SecondUs, $"{what}: took {simulation.NowUs} us");
            Assert.Equal(run.Pair.A.LocalSrtpKeys!.KeyAndSalt, run.Pair.B.RemoteSrtpKeys!.KeyAndSalt);
        }
    }

    [Fact]
    public void Without_loss_it_takes_two_round_trips_and_repeats_nothing()
    {
        using var pair = new DtlsPair();
        using var run = new Fresh(pair);
        using var simulation = new DtlsSimulation(run.Pair, new EmulatedLinkOptions { DelayUs = 20_000 }, seed: 1);
        simulation.Run(DtlsRole.Client, startOfBUs: 0, limitUs: 10 * SecondUs);
        Assert.Equal(80_000, simulation.NowUs);
        Assert.Equal(0, run.Pair.A.Counters.RepeatedFlights);
        Assert.Equal(0, run.Pair.B.Counters.RepeatedFlights);
        Assert.Equal(4, simulation.Datagrams);
    }

    [Fact]
    public void Against_silence_the_flight_is_repeated_at_doubling_times_and_then_it_fails()
    {
        using OpenSslClock clock = OpenSslClock.Enter();
        using var pair = new DtlsPair();
        pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateB), 0);
        pair.A.Start(DtlsRole.Client, 0);
        List<long> sentUs = [];
        long nowUs = 0;
        while (pair.A.State == DtlsState.Connecting && sentUs.Count < 100)
        {
            while (pair.TryTake(pair.A, out _))
            {
                sentUs.Add(nowUs);
            }

            Assert.InRange(pair.A.DeadlineUs, nowUs + 1, nowUs + 4_000_000);
            nowUs = pair.A.DeadlineUs;
            clock.NowUs = nowUs;
            pair.A.HandleDeadline(nowUs);
        }

        Assert.Equal(DtlsState.Failed, pair.A.State);
        Assert.Equal(long.MaxValue, pair.A.DeadlineUs);
        long[] waitsMs = [.. sentUs.Zip(sentUs.Skip(1), (first, second) => (second - first) / 1_000)];
        Assert.Equal([100, 200, 400, 800, 1_600, 3_200, 4_000, 4_000], waitsMs[..8]);
        Assert.All(waitsMs[8..], wait => Assert.Equal(4_000, wait));
        Assert.InRange(waitsMs.Length, 10, 14);
    }

    [Fact]
    public void Asking_early_does_nothing()
    {
        using OpenSslClock clock = OpenSslClock.Enter();
        using var pair = new DtlsPair();
        pair.A.Start(DtlsRole.Client, 0);
        Assert.True(pair.TryTake(pair.A, out _));
        long deadlineUs = pair.A.DeadlineUs;
        pair.A.HandleDeadline(deadlineUs - 1);
        Assert.False(pair.TryTake(pair.A, out _));
        clock.NowUs = 50_000;
        pair.A.HandleDeadline(deadlineUs);
        Assert.False(pair.TryTake(pair.A, out _));
        Assert.Equal(deadlineUs + 50_000, pair.A.DeadlineUs);
    }

    /// <summary>The server is done first; that its last flight is lost it learns from a repetition.</summary>
    [Fact]
    public void A_lost_last_flight_is_sent_again()
    {
        using OpenSslClock clock = OpenSslClock.Enter();
        using var pair = new DtlsPair();
        pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateB), 0);
        pair.B.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        pair.B.Start(DtlsRole.Server, 0);
        pair.A.Start(DtlsRole.Client, 0);
        while (pair.B.State == DtlsState.Connecting)
        {
            Assert.True(pair.TryTake(pair.A, out byte[] fromA));
            pair.B.HandleDatagram(fromA, 0);
            while (pair.B.State == DtlsState.Connecting && pair.TryTake(pair.B, out byte[] fromB))
            {
                pair.A.HandleDatagram(fromB, 0);
            }
        }

        while (pair.TryTake(pair.B, out _))
        {
            Assert.Equal(DtlsState.Connecting, pair.A.State);
        }

        for (int i = 0; i < 3; i++)
        {
            clock.NowUs = pair.A.DeadlineUs;
            pair.A.HandleDeadline(pair.A.DeadlineUs);
            Assert.True(pair.TryTake(pair.A, out byte[] repeated));
            pair.B.HandleDatagram(repeated, 0);
            Assert.True(pair.TryTake(pair.B, out byte[] answer));
            if (i == 2)
            {
                pair.A.HandleDatagram(answer, 0);
            }
        }

        Assert.Equal(DtlsState.Connected, pair.A.State);
        Assert.Equal(DtlsState.Connected, pair.B.State);
    }

    [Fact]
    public void Other_threads_keep_the_real_time()
    {
        using OpenSslClock clock = OpenSslClock.Enter();
        using var pair = new DtlsPair();
        pair.A.Start(DtlsRole.Client, 0);
        clock.NowUs = 3_600 * SecondUs;
        using var other = new DtlsPair();
        var thread = new Thread(() => other.A.Start(DtlsRole.Client, 0));
        thread.Start();
        thread.Join();
        pair.A.HandleDeadline(pair.A.DeadlineUs);
        Assert.Equal(1, pair.A.Counters.RepeatedFlights);
        Assert.InRange(other.A.DeadlineUs, 1, 100_000);
    }

    /// <summary>New transports under certificates that are made once.</summary>
    private sealed class Fresh : IDisposable
    {
        public Fresh(DtlsPair shared)
        {
            Pair = new DtlsPair(shared);
            Pair.A.SetRemoteFingerprint(DtlsPair.Sha256(shared.CertificateB), 0);
            Pair.B.SetRemoteFingerprint(DtlsPair.Sha256(shared.CertificateA), 0);
        }

        public DtlsPair Pair { get; }

        public void Dispose()
        {
            Pair.A.Dispose();
            Pair.B.Dispose();
        }
    }
}
