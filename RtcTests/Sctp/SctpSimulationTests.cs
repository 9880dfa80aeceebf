using System.Buffers.Binary;
using Rtc.Sctp;
using RtcTests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace RtcTests.Sctp;

/// <summary>Two associations over links that delay, lose, repeat and reorder, in virtual time.</summary>
public sealed class SctpSimulationTests(ITestOutputHelper output)
{
    private const long SecondUs = 1_000_000;

    /// <summary>Whether an end gives up on a path that loses a third is not what is tested.</summary>
    private static readonly SctpOptions Patient = new() { MaxRetransmissions = 50, MaxInitRetransmissions = 50 };

    public static TheoryData<int, int, bool> Networks()
    {
        var networks = new TheoryData<int, int, bool>();
        foreach (int roundTripMs in new[] { 20, 100, 600 })
        {
            foreach (int lossPercent in new[] { 0, 3, 10, 30 })
            {
                networks.Add(roundTripMs, lossPercent, false);
                networks.Add(roundTripMs, lossPercent, true);
            }
        }

        return networks;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_reliable_message_arrives_once_and_in_order(int roundTripMs, int lossPercent, bool isInterleaved)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            SctpOptions options = Patient with { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(Bad(roundTripMs, lossPercent), seed, options, options);
            var random = new Random(seed);
            pair.Connect();
            var expected = new Dictionary<(bool FromA, ushort Stream), List<byte[]>>();
            for (int i = 0; i < 120; i++)
            {
                bool fromA = random.Next(3) > 0;
                ushort stream = (ushort)random.Next(6);
                byte[] message = Message(random, i);
                Assert.Equal(SctpSendResult.Ok, pair.Send(fromA ? pair.A : pair.B, stream, message));
                if (!expected.TryGetValue((fromA, stream), out List<byte[]>? list))
                    expected[(fromA, stream)] = list = [];
                list.Add(message);
                pair.Run(pair.NowUs + random.Next(20_000));
            }

            pair.Run(pair.NowUs + (900 * SecondUs), () => pair.A.Messages.Count + pair.B.Messages.Count >= 120);
            pair.Run(pair.NowUs + (2_000 * SecondUs));
            Assert.True(
                pair.A.Association.State == SctpState.Connected && pair.B.Association.State == SctpState.Connected,
                $"seed {seed}: {pair.A.Association.EndReason}, {pair.B.Association.EndReason}");
            foreach (((bool fromA, ushort stream), List<byte[]> messages) in expected)
            {
                byte[][] got = [.. (fromA ? pair.B : pair.A).Messages
                    .Where(message => message.StreamId == stream).Select(message => message.Payload)];
                Assert.Equal(messages.Count, got.Length);
                Assert.All(got.Zip(messages), both => Assert.Equal(both.Second, both.First));
            }

            AssertQuiet(pair);
        }
    }

    [Theory]
    [InlineData(20, 10, true)]
    [InlineData(20, 10, false)]
    [InlineData(100, 30, true)]
    [InlineData(100, 30, false)]
    [InlineData(600, 10, true)]
    public void Abandoned_messages_hold_up_nothing_and_none_comes_twice(
        int roundTripMs, int lossPercent, bool isInterleaved)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            SctpOptions options = Patient with { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(Bad(roundTripMs, lossPercent), seed, options, options);
            var random = new Random(seed);
            pair.Connect();
            for (int i = 0; i < 200; i++)
            {
                SctpSendOptions how = (i % 4) switch
                {
                    0 => new SctpSendOptions(Ordered: true),
                    1 => new SctpSendOptions(Ordered: true, MaxRetransmits: 0),
                    2 => new SctpSendOptions(Ordered: false, MaxRetransmits: 1),
                    _ => new SctpSendOptions(Ordered: true, LifetimeMs: 100),
                };
                Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, (ushort)(i % 4), Message(random, i), how));
                pair.Run(pair.NowUs + random.Next(20_000));
            }

            pair.Run(pair.NowUs + (1_500 * SecondUs));
            Assert.Equal(50, pair.B.Messages.Count(message => message.StreamId == 0));
            for (ushort stream = 0; stream < 4; stream++)
            {
                int[] numbers = [.. pair.B.Messages.Where(message => message.StreamId == stream)
                    .Select(message => BinaryPrimitives.ReadInt32BigEndian(message.Payload))];
                Assert.Equal(numbers.Distinct(), numbers);
                if (stream != 2)
                    Assert.Equal(numbers.Order(), numbers);
            }

            Assert.InRange(pair.B.Messages.Count, 60, 200);
            Assert.True(pair.A.Association.Counters.AbandonedMessages > 0, "nothing was abandoned");
            AssertQuiet(pair);
        }
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(100, 10)]
    [InlineData(600, 30)]
    public void Both_ends_may_begin_at_any_time(int roundTripMs, int lossPercent)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var pair = new SctpPair(Bad(roundTripMs, lossPercent), seed, Patient, Patient);
            pair.A.Association.Connect(0);
            pair.Run(seed * roundTripMs * 100L);
            pair.B.Association.Connect(pair.NowUs);
            Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 1, [1]));
            Assert.Equal(SctpSendResult.Ok, pair.Send(pair.B, 2, [2]));
            pair.Run(pair.NowUs + (600 * SecondUs));
            Assert.Equal(SctpState.Connected, pair.A.Association.State);
            Assert.Equal(SctpState.Connected, pair.B.Association.State);
            Assert.Equal([1], Assert.Single(pair.B.Messages).Payload);
            Assert.Equal([2], Assert.Single(pair.A.Messages).Payload);
            Assert.Equal(0, pair.A.Association.Counters.Restarts + pair.B.Association.Counters.Restarts);
            foreach (SctpEnd end in new[] { pair.A, pair.B })
            {
                Assert.Equal("Connected", end.Diary.First(line => line is not ("Connecting" or "Capabilities")));
                Assert.True(end.Diary.IndexOf("Capabilities") < end.Diary.IndexOf("Connected"));
            }

            AssertQuiet(pair);
        }
    }

    [Fact]
    public void Silence_ends_an_association_in_the_end()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.Filter = (_, _) => false;
        pair.Send(pair.A, 1, [1, 2, 3]);
        pair.Run(3_600 * SecondUs);
        Assert.Equal(SctpState.Closed, pair.A.Association.State);
        Assert.Equal(SctpState.Closed, pair.B.Association.State);
        Assert.Equal(long.MaxValue, pair.A.Association.DeadlineUs);
        Assert.Equal(0, pair.A.Association.Buffers.InUseBytes);
        Assert.InRange(pair.Wakeups, 10, 80);
    }

    [Fact]
    public void An_idle_association_asks_every_half_minute_and_lives()
    {
        var pair = new SctpPair();
        pair.Connect();
        long sent = pair.A.Association.Counters.PacketsSent;
        pair.Run(600 * SecondUs);
        Assert.Equal(SctpState.Connected, pair.A.Association.State);
        Assert.InRange(pair.A.Association.Counters.PacketsSent - sent, 15, 45);
        Assert.Equal(20_000, pair.A.Association.SmoothedRttUs);
    }

    [Theory]
    [InlineData(50, 0.001)]
    [InlineData(50, 0.0)]
    [InlineData(20, 0.01)]
    public void Long_messages_get_through_at_a_rate_that_is_printed(int roundTripMs, double loss)
    {
        var link = new EmulatedLinkOptions
        {
            DelayUs = roundTripMs * 500L,
            Loss = loss,
            BitsPerSecond = 1_000_000_000,
            QueueBytes = 8 * 1024 * 1024,
        };
        var pair = new SctpPair(link, seed: 7);
        pair.Connect();
        byte[] message = new byte[256 * 1024];
        new Random(7).NextBytes(message);
        const int Count = 80;
        int sent = 0;
        pair.A.Association.SetBufferedAmountLowThreshold(0, 1_000_000);
        void Fill()
        {
            while (sent < Count && pair.A.Association.TrySend(
                0, 53, message, SctpSendOptions.Reliable, pair.NowUs) == SctpSendResult.Ok)
            {
                sent++;
            }
        }

        pair.A.OnLow = _ => Fill();
        long startUs = pair.NowUs;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        pair.Run(pair.NowUs + (300 * SecondUs), () => pair.B.Messages.Count == Count);
        Assert.Equal(Count, pair.B.Messages.Count);
        Assert.All(pair.B.Messages, got => Assert.True(got.Payload.AsSpan().SequenceEqual(message)));
        double seconds = (pair.NowUs - startUs) / 1e6;
        output.WriteLine(
            $"{roundTripMs} ms, loss {loss}: {Count * (long)message.Length * 8 / seconds / 1e6:F1} Mbit/s, " +
            $"cwnd {pair.A.Association.CongestionWindowBytes}, {pair.A.Association.Counters}, " +
            $"{pair.A.Association.Buffers.AllocatedCount + pair.B.Association.Buffers.AllocatedCount} buffers, " +
            $"{(GC.GetAllocatedBytesForCurrentThread() - allocated) / Count} bytes a message with the network");
        pair.Run(pair.NowUs + (2 * SecondUs));
        AssertQuiet(pair);
    }

    private static void AssertQuiet(SctpPair pair)
    {
        foreach (SctpEnd end in new[] { pair.A, pair.B })
        {
            Assert.Equal(SctpState.Connected, end.Association.State);
            Assert.Equal(0, end.Association.BufferedAmount);
            Assert.Equal(0, end.Association.FlightBytes);
            Assert.Equal(0, end.Association.Buffers.InUseBytes);
        }

        // A second of silence asks for next to nothing.
        long wakeups = pair.Wakeups;
        pair.Run(pair.NowUs + (10 * SecondUs));
        Assert.InRange(pair.Wakeups - wakeups, 0, 10);
    }

    private static EmulatedLinkOptions Bad(int roundTripMs, int lossPercent) => new()
    {
        DelayUs = roundTripMs * 500L,
        JitterUs = roundTripMs * 100L,
        Loss = lossPercent / 100.0,
        BurstStart = lossPercent / 1_000.0,
        BurstEnd = 0.3,
        Reorder = lossPercent / 200.0,
        ReorderDelayUs = roundTripMs * 300L,
        Duplicate = lossPercent / 200.0,
    };

    private static byte[] Message(Random random, int number)
    {
        byte[] message = new byte[random.Next(10) == 0 ? random.Next(4, 30_000) : random.Next(4, 1_500)];
        random.NextBytes(message);
        BinaryPrimitives.WriteInt32BigEndian(message, number);
        return message;
    }
}
