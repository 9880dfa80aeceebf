using Rtc.Crypto;
using Rtc.Dtls;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Dtls;

public sealed class DtlsTransportTests
{
    private static readonly DtlsState[] ToConnected = [DtlsState.Connecting, DtlsState.Connected];
    private static readonly DtlsState[] ToFailed = [DtlsState.Connecting, DtlsState.Failed];

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Connects_in_both_roles_with_keys_that_mirror(DtlsRole role)
    {
        using var pair = new DtlsPair();
        Assert.Equal(DtlsState.New, pair.A.State);
        pair.Connect(role);
        Assert.Equal(ToConnected, DtlsPair.StatesOf(pair.A));
        Assert.Equal(ToConnected, DtlsPair.StatesOf(pair.B));
        Assert.Equal(role, pair.A.Role);
        Assert.Equal(SrtpSuite.AeadAes256Gcm, pair.A.LocalSrtpKeys!.Suite);
        Assert.Equal(pair.A.LocalSrtpKeys.KeyAndSalt, pair.B.RemoteSrtpKeys!.KeyAndSalt);
        Assert.Equal(pair.A.RemoteSrtpKeys!.KeyAndSalt, pair.B.LocalSrtpKeys!.KeyAndSalt);
        Assert.False(pair.A.LocalSrtpKeys.KeyAndSalt.SequenceEqual(pair.A.RemoteSrtpKeys.KeyAndSalt));
        Assert.Equal(pair.CertificateB.Pem, pair.A.RemoteCertificatePem);
        Assert.Equal(pair.CertificateA.Pem, pair.B.RemoteCertificatePem);
        Assert.Equal(Deadline.Never, pair.A.DeadlineUs);
        Assert.Equal(Deadline.Never, pair.B.DeadlineUs);
    }

    [Fact]
    public void A_datagram_of_the_handshake_never_exceeds_the_mtu()
    {
        using var pair = new DtlsPair();
        List<int> lengths = [];
        pair.TamperAToB = datagram =>
        {
            lengths.Add(datagram.Length);
            return [datagram];
        };
        pair.Connect(DtlsRole.Server);
        Assert.Equal(DtlsState.Connected, pair.B.State);
        Assert.NotEmpty(lengths);
        Assert.All(lengths, length => Assert.InRange(length, 1, DtlsTransport.Mtu));
    }

    [Fact]
    public void Application_data_goes_both_ways()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        byte[] longest = new byte[DtlsTransport.MaxApplicationDataLength];
        new Random(1).NextBytes(longest);
        Assert.True(pair.A.TrySend("one"u8, 0));
        Assert.Equal(1, pair.Carry());
        Assert.Equal(["one"u8.ToArray()], DtlsPair.MessagesOf(pair.B));
        Assert.True(pair.B.TrySend(longest, 0));
        Assert.Equal(1, pair.Carry());
        Assert.Equal([longest], DtlsPair.MessagesOf(pair.A));
        Assert.False(pair.A.TrySend(new byte[longest.Length + 1], 0));
        Assert.False(pair.A.TrySend([], 0));
    }

    [Fact]
    public void Records_of_one_datagram_are_read_in_order_and_messages_sent_in_one_each()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        Assert.True(pair.A.TrySend("one"u8, 0));
        Assert.True(pair.A.TrySend("two"u8, 0));
        Assert.True(pair.TryTake(pair.A, out byte[] first));
        Assert.True(pair.TryTake(pair.A, out byte[] second));
        Assert.False(pair.TryTake(pair.A, out _));
        pair.B.HandleDatagram([.. first, .. second], 0);
        Assert.Equal(["one"u8.ToArray(), "two"u8.ToArray()], DtlsPair.MessagesOf(pair.B));
        pair.B.HandleDatagram(first, 0);
        Assert.Empty(DtlsPair.MessagesOf(pair.B));
    }

    [Fact]
    public void Unread_application_data_is_dropped_and_counted()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        Assert.True(pair.A.TrySend("one"u8, 0));
        pair.Carry();
        Assert.True(pair.A.TrySend("two"u8, 0));
        pair.Carry();
        Assert.Equal(["two"u8.ToArray()], DtlsPair.MessagesOf(pair.B));
        Assert.Equal(1, pair.B.Counters.DroppedApplicationRecords);
    }

    [Theory]
    [InlineData(DtlsFingerprintAlgorithm.Sha1)]
    [InlineData(DtlsFingerprintAlgorithm.Sha224)]
    [InlineData(DtlsFingerprintAlgorithm.Sha256)]
    [InlineData(DtlsFingerprintAlgorithm.Sha384)]
    [InlineData(DtlsFingerprintAlgorithm.Sha512)]
    public void The_fingerprint_may_come_after_the_handshake(DtlsFingerprintAlgorithm algorithm)
    {
        using var pair = new DtlsPair();
        pair.B.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        pair.Start();
        Assert.Equal(DtlsState.Connecting, pair.A.State);
        Assert.Equal(DtlsState.Connected, pair.B.State);
        Assert.Null(pair.A.LocalSrtpKeys);
        Assert.True(pair.B.TrySend("too early"u8, 0));
        pair.Carry();
        Assert.Empty(DtlsPair.MessagesOf(pair.A));
        Assert.Equal(1, pair.A.Counters.DroppedApplicationRecords);
        Assert.False(pair.A.TrySend("too early"u8, 0));

        pair.A.SetRemoteFingerprint(pair.CertificateB.Fingerprints[(int)algorithm], 0);
        Assert.Equal(ToConnected, DtlsPair.StatesOf(pair.A));
        Assert.Equal(pair.A.LocalSrtpKeys!.KeyAndSalt, pair.B.RemoteSrtpKeys!.KeyAndSalt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_fingerprint_fails(bool isLate)
    {
        using var pair = new DtlsPair();
        pair.B.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        if (!isLate)
        {
            pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        }

        pair.Start();
        pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        pair.Carry();
        Assert.Equal(ToFailed, DtlsPair.StatesOf(pair.A));
        Assert.Contains("fingerprint", pair.A.FailureReason);
        Assert.Null(pair.A.LocalSrtpKeys);
        Assert.Equal(DtlsState.Closed, pair.B.State);
    }

    [Fact]
    public void Fingerprints_are_compared_as_they_are()
    {
        using var pair = new DtlsPair();
        DtlsFingerprint right = DtlsPair.Sha256(pair.CertificateB);
        pair.A.SetRemoteFingerprint(right with { Value = right.Value.ToLowerInvariant() }, 0);
        pair.Start();
        Assert.Equal(DtlsState.Failed, pair.A.State);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_peer_without_use_srtp_fails(DtlsRole role)
    {
        using var pair = new DtlsPair(offerSrtp: false);
        pair.Connect(role);
        Assert.Equal(ToFailed, DtlsPair.StatesOf(pair.A));
        Assert.Contains("use_srtp", pair.A.FailureReason);
    }

    [Fact]
    public void Close_says_close_notify()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        pair.A.Close(0);
        Assert.Equal(DtlsState.Closed, pair.A.State);
        Assert.Null(pair.A.LocalSrtpKeys);
        Assert.Null(pair.A.RemoteCertificatePem);
        Assert.True(pair.Carry() > 0);
        Assert.Equal(DtlsState.Closed, pair.B.State);
        Assert.False(pair.B.TrySend("late"u8, 0));
        pair.A.Close(0);
        Assert.Equal([.. ToConnected, DtlsState.Closed], DtlsPair.StatesOf(pair.A));
    }

    [Fact]
    public void Changing_the_role_runs_anew()
    {
        using var pair = new DtlsPair();
        pair.Connect(DtlsRole.Server);
        Assert.Equal(DtlsState.Connected, pair.A.State);
        pair.A.Start(DtlsRole.Server, 0);
        Assert.Equal(ToConnected, DtlsPair.StatesOf(pair.A));

        pair.A.Start(DtlsRole.Client, 0);
        Assert.Equal([DtlsState.Connecting], DtlsPair.StatesOf(pair.A));
        Assert.True(pair.TryTake(pair.A, out byte[] goodbye));
        Assert.True(pair.TryTake(pair.A, out byte[] hello));
        pair.B.HandleDatagram(goodbye, 0);
        Assert.Equal(DtlsState.Closed, pair.B.State);
        pair.B.Start(DtlsRole.Server, 0);
        pair.B.HandleDatagram(hello, 0);
        pair.Carry();
        Assert.Equal(DtlsState.Connected, pair.A.State);
        Assert.Equal(DtlsRole.Client, pair.A.Role);
        Assert.Equal(pair.A.LocalSrtpKeys!.KeyAndSalt, pair.B.RemoteSrtpKeys!.KeyAndSalt);
    }

    [Fact]
    public void A_role_may_change_before_anything_came()
    {
        using var pair = new DtlsPair();
        pair.A.Start(DtlsRole.Server, 0);
        pair.Connect(DtlsRole.Client);
        Assert.Equal([DtlsState.Connecting, .. ToConnected], DtlsPair.StatesOf(pair.A));
    }

    [Fact]
    public void After_failure_it_can_be_started_again()
    {
        using var pair = new DtlsPair();
        pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        pair.Start();
        Assert.Equal(DtlsState.Failed, pair.A.State);
        pair.A.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateB), 0);
        Assert.Equal(DtlsState.Failed, pair.A.State);
        pair.B.Close(0);
        pair.B.SetRemoteFingerprint(DtlsPair.Sha256(pair.CertificateA), 0);
        pair.Start();
        Assert.Equal(DtlsState.Connected, pair.A.State);
        Assert.Equal(string.Empty, pair.A.FailureReason);
    }

    [Fact]
    public void Ignores_datagrams_while_nothing_runs()
    {
        using var pair = new DtlsPair();
        pair.A.Start(DtlsRole.Client, 0);
        Assert.True(pair.TryTake(pair.A, out byte[] hello));
        pair.B.HandleDatagram(hello, 0);
        Assert.Equal(DtlsState.New, pair.B.State);
        Assert.Equal(1, pair.B.Counters.IgnoredDatagrams);
        Assert.False(pair.TryTake(pair.B, out _));
        Assert.Throws<InvalidOperationException>(() => pair.B.Start(DtlsRole.Auto, 0));
    }

    [Fact]
    public void Application_data_allocates_nothing_in_steady_state()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        byte[] message = new byte[1_000];
        byte[] room = new byte[DtlsTransport.Mtu];
        Exchange(pair, message, room, 50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int received = Exchange(pair, message, room, 200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200, received);
    }

    private static int Exchange(DtlsPair pair, byte[] message, byte[] room, int count)
    {
        int received = 0;
        for (int i = 0; i < count; i++)
        {
            pair.A.TrySend(message, 0);
            while (pair.A.TryGetOutgoing(room, out int length))
            {
                pair.B.HandleDatagram(room.AsSpan(0, length), 0);
                while (pair.B.TryReadApplicationData(out _))
                {
                    received++;
                }
            }
        }

        return received;
    }
}
