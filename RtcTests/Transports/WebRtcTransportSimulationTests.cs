using Rtc.Dtls;
using Rtc.Ice;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Transports;

public sealed class WebRtcTransportSimulationTests
{
    private const long Second = 1_000_000;

    public static TheoryData<int, double, bool> Networks()
    {
        var networks = new TheoryData<int, double, bool>();
        foreach (int roundTripMs in new[] { 20, 100, 300, 600 })
        {
            foreach (double loss in new[] { 0, 0.05, 0.2 })
            {
                networks.Add(roundTripMs, loss, true);
                networks.Add(roundTripMs, loss, false);
            }
        }

        return networks;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Ice_and_dtls_complete_on_bad_networks(int roundTripMs, double loss, bool isPeerClient)
    {
        for (int seed = 1; seed <= 12; seed++)
        {
            using var call = new WebRtcCall(Network(roundTripMs, loss), seed * 100, Role(isPeerClient));
            call.Connect();

            bool isDone = call.RunUntil(
                () => call.Transport.IsConnected && call.Peer.DtlsState == DtlsState.Connected, 90 * Second);

            Assert.True(isDone, $"seed {seed}: peer {call.Peer.DtlsState}, we: {string.Join(", ", call.Diary)}");
            Assert.DoesNotContain("dtls Failed", call.Diary);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Events_come_in_order(bool isPeerClient)
    {
        using var call = new WebRtcCall(Network(40, 0), 1, Role(isPeerClient));
        call.Connect();

        Assert.True(call.RunUntil(() => call.Transport.IsConnected && call.Peer.Ice.IsNominated, 5 * Second));

        Assert.Equal(["tuple 40000", "ice Connected", "dtls Connecting"], call.Diary.Take(3));
        Assert.Equal(["dtls Connected", "ice Completed"], call.Diary.Skip(3).Order());
    }

    [Fact]
    public void A_peer_may_finish_before_connect_tells_its_fingerprint()
    {
        using var call = new WebRtcCall(Network(20, 0), 5, DtlsRole.Client);
        call.StartPeer();
        call.RunUntil(() => call.Peer.DtlsState == DtlsState.Connected, 5 * Second);

        Assert.Equal(DtlsState.Connected, call.Peer.DtlsState);
        Assert.False(call.Transport.IsConnected);
        Assert.Equal(DtlsRole.Server, call.Transport.Connect(DtlsRole.Client, [call.Peer.Fingerprint], call.NowUs));
        Assert.True(call.Transport.IsConnected);
        Assert.Equal("dtls Connected", call.Diary[^1]);
    }

    [Fact]
    public void A_wrong_fingerprint_ends_in_failed_and_no_media()
    {
        using var call = new WebRtcCall(Network(20, 0), 6, DtlsRole.Client);
        string right = call.Peer.Fingerprint.Value;
        DtlsFingerprint wrong = call.Peer.Fingerprint with { Value = (right[0] == 'A' ? 'B' : 'A') + right[1..] };
        call.Transport.Connect(DtlsRole.Client, [wrong], 0);
        call.StartPeer();

        call.RunUntil(() => call.Diary.Contains("dtls Failed"), 10 * Second);

        Assert.Contains("dtls Failed", call.Diary);
        Assert.False(call.Transport.IsConnected);
    }

    [Fact]
    public void A_silent_peer_loses_consent_and_may_come_back()
    {
        using var call = new WebRtcCall(Network(20, 0), 7, DtlsRole.Client, consentTimeoutSeconds: 10);
        call.Connect();
        Assert.True(call.RunUntil(() => call.Transport.IsConnected && call.Peer.Ice.IsNominated, 5 * Second));

        call.Peer.Ice.IsAlive = false;
        call.RunUntil(() => call.Diary.Contains("ice Disconnected"), call.NowUs + (20 * Second));
        Assert.Equal("ice Disconnected", call.Diary[^1]);
        Assert.False(call.Transport.IsConnected);

        call.Peer.Ice.IsAlive = true;
        call.Peer.Ice.HandleDeadline(call.NowUs);
        Assert.True(call.RunUntil(() => call.Transport.IsConnected, call.NowUs + (10 * Second)));
        Assert.Equal(IceState.Completed, call.Transport.Dump().IceState);
    }

    [Fact]
    public void Garbage_from_strangers_changes_nothing()
    {
        using var call = new WebRtcCall(Network(20, 0), 8, DtlsRole.Client);
        call.Connect();
        Assert.True(call.RunUntil(() => call.Transport.IsConnected && call.Peer.Ice.IsNominated, 5 * Second));
        int diary = call.Diary.Count;

        var random = new Random(9);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = new byte[random.Next(0, 200)];
            random.NextBytes(datagram);
            if (datagram.Length > 0)
                datagram[0] = (byte)random.Next(0, 192);
            call.Inject(datagram, Ice.IceServerHarness.PeerAt(random.Next(1, 60_000)));
        }

        Assert.Equal(diary, call.Diary.Count);
        Assert.True(call.Transport.IsConnected);
        Assert.Equal(0, call.Router.Environment.Packets.Memory.InUseBytes);
    }

    private static DtlsRole Role(bool isClient) => isClient ? DtlsRole.Client : DtlsRole.Server;

    private static EmulatedLinkOptions Network(int roundTripMs, double loss) => new()
    {
        DelayUs = roundTripMs * 500L,
        JitterUs = roundTripMs * 50L,
        Loss = loss,
        Reorder = loss > 0 ? 0.1 : 0,
        Duplicate = loss > 0 ? 0.05 : 0,
    };
}
