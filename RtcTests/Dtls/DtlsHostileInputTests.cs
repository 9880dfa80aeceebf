using Rtc.Dtls;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Dtls;

public sealed class DtlsHostileInputTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(60, false)]
    [InlineData(150, false)]
    [InlineData(60, true)]
    public void Takes_a_client_hello_in_two_datagrams(int cut, bool isReversed)
    {
        using var pair = new DtlsPair();
        pair.TamperAToB = new ClientHelloSplitter(cut, isReversed).Tamper;
        pair.Connect(DtlsRole.Client);
        Assert.Equal(DtlsState.Connected, pair.A.State);
        Assert.Equal(DtlsState.Connected, pair.B.State);
    }

    [Fact]
    public void Truncations_of_every_datagram_do_no_harm()
    {
        using var pair = new DtlsPair();
        pair.TamperAToB = datagram => Enumerable.Range(0, datagram.Length)
            .Where(length => length < 40 || length % 7 == 0)
            .Select(length => datagram[..length])
            .Append(datagram);
        pair.Connect();
        Assert.Equal(DtlsState.Connected, pair.A.State);
        Assert.Equal(DtlsState.Connected, pair.B.State);
        Assert.True(pair.B.Counters.MalformedDatagrams > 50);
        Assert.True(pair.A.TrySend("still here"u8, 0));
        Assert.True(pair.TryTake(pair.A, out byte[] message));
        for (int length = 0; length < message.Length; length++)
        {
            pair.B.HandleDatagram(message.AsSpan(0, length), 0);
            Assert.Empty(DtlsPair.MessagesOf(pair.B));
        }

        pair.B.HandleDatagram(message, 0);
        Assert.Single(DtlsPair.MessagesOf(pair.B));
    }

    [Fact]
    public void Flipped_bits_after_the_handshake_change_nothing()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        Assert.True(pair.A.TrySend("original"u8, 0));
        Assert.True(pair.TryTake(pair.A, out byte[] message));
        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            byte[] changed = [.. message];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            pair.B.HandleDatagram(changed, 0);
            Assert.Empty(DtlsPair.MessagesOf(pair.B));
            Assert.True(pair.B.State == DtlsState.Connected, $"bit {bit}: {pair.B.FailureReason}");
        }

        pair.B.HandleDatagram(message, 0);
        Assert.Equal(["original"u8.ToArray()], DtlsPair.MessagesOf(pair.B));
    }

    [Fact]
    public void Garbage_after_the_handshake_changes_nothing()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        var random = new Random(3);
        long answered = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] garbage = Garbage(random, i);
            pair.B.HandleDatagram(garbage, 0);
            Assert.Empty(DtlsPair.MessagesOf(pair.B));
            Assert.True(
                pair.B.State == DtlsState.Connected,
                $"{Convert.ToHexString(garbage)}: {pair.B.FailureReason}");
            while (pair.TryTake(pair.B, out byte[] answer))
            {
                answered += answer.Length;
            }
        }

        Assert.Equal(0, answered);
        Assert.Equal(DtlsState.Connected, pair.B.State);
        Assert.True(pair.A.TrySend("still here"u8, 0));
        pair.Carry();
        Assert.Single(DtlsPair.MessagesOf(pair.B));
    }

    /// <summary>OpenSSL 3.0 gives up at a protected record that is shorter than nonce and tag.</summary>
    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305")]
    [InlineData("ECDHE-ECDSA-AES256-SHA")]
    public void Forged_records_of_any_length_do_not_end_the_association(string cipher)
    {
        using var shared = new DtlsPair();
        using var context = new DtlsContext(shared.CertificateA, offerSrtp: true, cipher);
        var pair = new DtlsPair(shared, context);
        pair.Connect();
        for (int length = 1; length < 200; length++)
        {
            foreach (byte type in (byte[])[20, 21, 22, 23])
            {
                byte[] record = [type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 7, type, 0, (byte)length, .. new byte[length]];
                pair.B.HandleDatagram(record, 0);
                pair.A.HandleDatagram(record, 0);
                Assert.True(pair.B.State == DtlsState.Connected, $"{type}, {length}: {pair.B.FailureReason}");
                Assert.True(pair.A.State == DtlsState.Connected, $"{type}, {length}: {pair.A.FailureReason}");
            }
        }

        Assert.True(pair.A.TrySend("x"u8, 0));
        pair.Carry();
        Assert.Single(DtlsPair.MessagesOf(pair.B));
        pair.A.Close(0);
        pair.Carry();
        Assert.Equal(DtlsState.Closed, pair.B.State);
        pair.B.Dispose();
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Mutated_handshakes_end_in_a_state(DtlsRole roleOfA)
    {
        using var shared = new DtlsPair();
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var pair = new DtlsPair(shared) { TamperAToB = datagram => Mutations(random, datagram) };
            pair.Connect(roleOfA);
            Assert.True(Enum.IsDefined(pair.A.State));
            Assert.NotEqual(DtlsState.New, pair.B.State);
            Assert.True(pair.B.State != DtlsState.Connected || pair.B.RemoteCertificatePem == pair.CertificateA.Pem);
            pair.A.Dispose();
            pair.B.Dispose();
        }
    }

    /// <summary>A spoofed ClientHello is no lever: what comes back is bounded by what came.</summary>
    [Fact]
    public void Repeated_client_hellos_are_not_amplified()
    {
        using var pair = new DtlsPair();
        pair.A.Start(DtlsRole.Client, 0);
        pair.B.Start(DtlsRole.Server, 0);
        Assert.True(pair.TryTake(pair.A, out byte[] hello));
        long sent = 0;
        long answered = 0;
        for (int i = 0; i < 500; i++)
        {
            hello[9] = (byte)(i >> 8);
            hello[10] = (byte)i;
            pair.B.HandleDatagram(hello, 0);
            sent += hello.Length;
            while (pair.TryTake(pair.B, out byte[] answer))
            {
                answered += answer.Length;
            }
        }

        Assert.InRange(answered, 1, 2_000);
        Assert.True(answered < sent);
    }

    [Fact]
    public void What_nobody_sends_is_bounded()
    {
        using var pair = new DtlsPair();
        pair.Connect();
        int queued = 0;
        for (int i = 0; i < 1_000; i++)
        {
            queued += pair.A.TrySend(new byte[1_000], 0) ? 1 : 0;
        }

        Assert.InRange(queued, 50, 66);
        Assert.True(pair.A.Counters.DroppedOutgoingBytes > 900_000);
        Assert.Equal(queued, pair.Carry());
        Assert.True(pair.A.TrySend(new byte[1_000], 0));
    }

    [Fact]
    public void Fuzz_target_takes_mutated_datagrams_of_a_handshake()
    {
        using var pair = new DtlsPair();
        List<byte[]> seeds = [];
        pair.TamperAToB = datagram =>
        {
            seeds.Add([.. datagram]);
            return [datagram];
        };
        pair.Connect();
        var random = new Random(8);
        Exception? thrown = Record.Exception(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                foreach (byte[] input in Mutations(random, seeds[random.Next(seeds.Count)]))
                {
                    DtlsFuzz.Fuzz(input);
                }
            }
        });
        Assert.Null(thrown);
    }

    private static byte[] Garbage(Random random, int i)
    {
        byte[] datagram = new byte[random.Next(200)];
        random.NextBytes(datagram);
        if (datagram.Length > 13 && i % 2 == 0)
        {
            datagram[0] = (byte)random.Next(20, 24);
            datagram[1] = 0xfe;
            datagram[2] = 0xfd;
            datagram[3] = 0;
            datagram[4] = (byte)random.Next(3);
            datagram[11] = 0;
            datagram[12] = (byte)(datagram.Length - 13);
        }

        return datagram;
    }

    private static byte[][] Mutations(Random random, byte[] datagram)
    {
        byte[] changed = [.. datagram];
        for (int count = random.Next(3); count > 0; count--)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }

        return random.Next(3) switch
        {
            0 => [changed],
            1 => [changed, datagram],
            _ => [datagram, changed],
        };
    }
}
