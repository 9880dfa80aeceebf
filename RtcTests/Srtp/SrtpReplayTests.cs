using Rtc.Crypto;
using Rtc.Srtp;
using Xunit;

namespace RtcTests.Srtp;

public sealed class SrtpReplayTests
{
    public static TheoryData<SrtpSuite> Suites => SrtpPair.Suites;

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_packet_is_taken_once(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        byte[][] packets = [.. Enumerable.Range(100, 50).Select(i => pair.ProtectRtp((ushort)i))];
        byte[][] compounds = [.. Enumerable.Range(0, 50).Select(_ => pair.ProtectRtcp(SrtpPair.Compound(32, 1)))];
        var random = new Random(4);
        random.Shuffle(packets);
        random.Shuffle(compounds);
        Assert.All(packets, packet => Assert.Equal(SrtpError.None, pair.Receive(packet)));
        Assert.All(packets, packet => Assert.Equal(SrtpError.Replayed, pair.Receive(packet)));
        Assert.All(compounds, packet => Assert.Equal(SrtpError.None, pair.ReceiveRtcp(packet)));
        Assert.All(compounds, packet => Assert.Equal(SrtpError.Replayed, pair.ReceiveRtcp(packet)));
        Assert.Equal(100, pair.Receiver.Counters.Replayed);
    }

    [Fact]
    public void The_window_reaches_back_1023_packets()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm);
        byte[] tooOld = pair.ProtectRtp(1000);
        byte[] justInside = pair.ProtectRtp(1001);
        Assert.Equal(SrtpError.None, pair.Receive(pair.ProtectRtp(2024)));
        Assert.Equal(SrtpError.TooOld, pair.Receive(tooOld));
        Assert.Equal(SrtpError.None, pair.Receive(justInside));
        Assert.Equal(SrtpError.Replayed, pair.Receive(justInside));
        Assert.Equal(1, pair.Receiver.Counters.TooOld);
    }

    [Fact]
    public void Window_agrees_with_a_plain_set_over_a_random_walk()
    {
        var random = new Random(11);
        var window = new ReplayWindow();
        var taken = new HashSet<ulong>();
        ulong highest = 0;
        for (int i = 0; i < 200_000; i++)
        {
            int jump = random.Next(1000) == 0 ? random.Next(3000) : random.Next(8);
            ulong index = (ulong)Math.Max(0, (long)highest + jump - random.Next(random.Next(100) == 0 ? 2000 : 20));
            SrtpError expected = taken.Count == 0 || index > highest ? SrtpError.None
                : highest - index >= ReplayWindow.Length ? SrtpError.TooOld
                : taken.Contains(index) ? SrtpError.Replayed : SrtpError.None;
            Assert.Equal(expected, window.Check(index));
            if (expected == SrtpError.None)
            {
                window.Accept(index);
                taken.Add(index);
                highest = Math.Max(highest, index);
            }
        }

        Assert.Equal(highest, window.Highest);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Rolls_over_and_takes_late_packets_of_before_the_rollover(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        List<byte[]> packets = [];
        for (int i = 65_000; i < 65_536 + 500; i++)
        {
            packets.Add(pair.ProtectRtp((ushort)i));
        }

        for (int i = 0; i + 1 < packets.Count; i += 2)
        {
            Assert.Equal(SrtpError.None, pair.Receive(packets[i + 1]));
            Assert.Equal(SrtpError.None, pair.Receive(packets[i]));
        }

        Assert.Equal(packets.Count, pair.Receiver.Counters.RtpPackets);
        Assert.Equal(SrtpError.TooOld, pair.Receive(packets[0]));
    }

    [Fact]
    public void Keeps_up_over_many_rollovers_with_gaps()
    {
        using var pair = new SrtpPair(SrtpSuite.AesCm128HmacSha1Tag32);
        int step = 30_011;
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(SrtpError.None, pair.Receive(pair.ProtectRtp((ushort)(i * step))));
        }

        Assert.Equal(60, pair.Receiver.Counters.RtpPackets);
    }

    [Theory]
    [InlineData(0ul, 0, 0L)]
    [InlineData(0ul, 32_768, 32_768L)]
    [InlineData(0ul, 32_769, -1L)]
    [InlineData(65_535ul, 0, 65_536L)]
    [InlineData(65_536ul, 65_535, 65_535L)]
    [InlineData(65_536ul + 32_768, 0, 65_536L)]
    [InlineData(65_536ul + 32_769, 0, 131_072L)]
    [InlineData((1ul << 48) - 1, 0, -1L)]
    [InlineData((1ul << 48) - 1, 65_534, (1L << 48) - 2)]
    public void Index_is_the_nearest_to_the_highest(ulong highest, int sequenceNumber, long expected)
    {
        bool isThere = SrtpPacketIndex.TryEstimate(highest, (ushort)sequenceNumber, out ulong index);
        Assert.Equal(expected >= 0, isThere);
        if (isThere)
        {
            Assert.Equal((ulong)expected, index);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void The_same_sequence_number_is_sent_again_as_the_same_packet(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        byte[] first = pair.ProtectRtp(65_535);
        byte[] next = pair.ProtectRtp(0);
        Assert.Equal(first, Again(65_535));
        Assert.Equal(next, Again(0));
        Assert.Equal(SrtpError.None, pair.Receive(first));
        Assert.Equal(SrtpError.None, pair.Receive(next));

        byte[] Again(ushort sequenceNumber)
        {
            ReadOnlySpan<byte> payload = "payload of a test"u8;
            byte[] room = [.. SrtpPair.Header(sequenceNumber, 1), .. new byte[payload.Length + SrtpSender.MaxRtpOverhead]];
            Assert.True(pair.Sender.TryProtectRtp(room, 12, payload, out int length, isRepeated: true));
            return room[..length];
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void No_two_packets_are_protected_under_one_index(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        ushort[] sequenceNumbers = [65_530, 65_535, 1, 0, 65_534, 1_000];
        foreach (ushort sequenceNumber in sequenceNumbers)
            pair.ProtectRtp(sequenceNumber);

        foreach (ushort sequenceNumber in sequenceNumbers)
            AssertRefused(sequenceNumber);
        Assert.Equal(6, pair.Sender.Counters.Replayed);

        // Nobody knows any more whether that was sent.
        pair.ProtectRtp(999);
        pair.ProtectRtp(2_100);
        AssertRefused(998);
        Assert.Equal(1, pair.Sender.Counters.TooOld);

        void AssertRefused(ushort sequenceNumber)
        {
            byte[] room = [.. SrtpPair.Header(sequenceNumber, 1), .. new byte[100]];
            Assert.False(pair.Sender.TryProtectRtp(room, 12, "another"u8, out int length));
            Assert.Equal(0, length);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_stream_has_its_own_rollover_and_window(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        for (uint ssrc = 1; ssrc <= 10; ssrc++)
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(SrtpError.None, pair.Receive(pair.ProtectRtp((ushort)(65_530 + (i * ssrc)), ssrc)));
            }
        }

        Assert.Equal(10, pair.Receiver.StreamCount);
        Assert.Equal(10, pair.Sender.StreamCount);
    }

    [Fact]
    public void A_removed_stream_begins_anew()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes256Gcm);
        byte[] packet = pair.ProtectRtp(10);
        Assert.Equal(SrtpError.None, pair.Receive(packet));
        pair.Receiver.RemoveStream(1);
        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(SrtpError.None, pair.Receive(packet));
        pair.Sender.RemoveStream(1);
        Assert.Equal(0, pair.Sender.StreamCount);
    }

    [Fact]
    public void An_rtcp_index_is_never_used_twice()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm);
        HashSet<string> words = [];
        for (int i = 0; i < 100; i++)
        {
            uint ssrc = (uint)(i % 3);
            words.Add(Convert.ToHexString(pair.ProtectRtcp(SrtpPair.Compound(16, ssrc))[^4..]));
            pair.Sender.RemoveStream(ssrc);
        }

        Assert.Equal(100, words.Count);
    }

    [Fact]
    public void Streams_are_bounded()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm, maxStreams: 8);
        using var open = new SrtpPair(SrtpSuite.AeadAes128Gcm, maxStreams: 1000);
        for (uint ssrc = 0; ssrc < 100; ssrc++)
        {
            SrtpError expected = ssrc < 8 ? SrtpError.None : SrtpError.TooManyStreams;
            Assert.Equal(expected, pair.Receive(open.ProtectRtp(1, ssrc)));
            Assert.Equal(expected, pair.ReceiveRtcp(open.ProtectRtcp(SrtpPair.Compound(16, ssrc))));
            byte[] room = [.. SrtpPair.Header(1, ssrc), .. new byte[40]];
            Assert.Equal(ssrc < 8, pair.Sender.TryProtectRtp(room, 12, "x"u8, out _));
        }

        Assert.Equal(8, pair.Receiver.StreamCount);
        Assert.Equal(8, pair.Sender.StreamCount);
        Assert.Equal(184, pair.Receiver.Counters.TooManyStreams);
        Assert.Equal(92, pair.Sender.Counters.TooManyStreams);
    }
}
