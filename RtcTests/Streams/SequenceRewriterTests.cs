using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

/// <summary>
/// Vectors as text: "5" is an input that comes out as the number in the second list, "d5" a drop, "s5" a sync,
/// "x5" an input that must be refused.
/// </summary>
public class SequenceRewriterTests
{
    [Theory]
    [InlineData("in order", "0 1 2 3", "0 1 2 3")]
    [InlineData("drops close up", "0 d1 2 d3 4 5", "0 1 2 3")]
    [InlineData("a run of drops", "0 d1 d2 d3 4 5", "0 1 2")]
    [InlineData("reordered input keeps its place", "0 1 3 2 4", "0 1 3 2 4")]
    [InlineData("late input from before a drop", "0 1 d3 4 2 5", "0 1 3 2 4")]
    [InlineData("late input between drops", "0 d1 d3 4 2 5", "0 2 1 3")]
    [InlineData("a dropped number is refused", "0 d1 2 x1 3", "0 1 2")]
    [InlineData("a drop twice counts once", "0 d1 d1 2", "0 1")]
    [InlineData("drops out of order, nothing sent since", "0 d3 d2 d1 4", "0 1")]
    [InlineData("a drop that outputs have passed has no effect", "0 1 2 4 d3 5", "0 1 2 4 5")]
    [InlineData("a late drop before a late output has no effect", "10 d13 12 d11 14", "10 12 13")]
    [InlineData("sync continues after the last output", "10 11 12 s99 100 101", "10 11 12 13 14")]
    [InlineData("sync leaves a hole of one", "10 s98 100 101", "10 12 13")]
    [InlineData("sync forgets drops", "10 d11 d12 s99 100", "10 11")]
    [InlineData("what comes late from before a sync is refused", "10 11 s99 100 x99 x98 101", "10 11 12 13")]
    [InlineData("before the first sync nothing was sent", "s99 100 98 101", "1 65535 2")]
    [InlineData("late input after a sync keeps its place", "10 s99 101 103 102 100", "10 12 14 13 11")]
    [InlineData("a sender that numbers anew, back", "20000 20001 5000 5001 x4999 5003", "20000 20001 20002 20003 20005")]
    [InlineData("a sender that numbers anew, ahead", "0 1 40000 40001", "0 1 2 3")]
    [InlineData("a jump ahead soon after a sync", "10 s99 200 32900 32901", "10 111 32811 32812")]
    [InlineData("drops before the first output", "s99 d100 d101 102 x101 x100", "1")]
    [InlineData("as late as can be", "0 1600 101 102", "0 1600 101 102")]
    [InlineData("wrap of the input", "65534 65535 0 1", "65534 65535 0 1")]
    [InlineData("drop over the wrap", "65534 d65535 0 d1 2", "65534 65535 0")]
    [InlineData("a gap stays a gap", "0 5 6", "0 5 6")]
    public void Vectors(string name, string inputs, string outputs)
    {
        var rewriter = new SequenceRewriter();
        Assert.True(outputs.Split(' ').Select(ushort.Parse).SequenceEqual(Run(rewriter, inputs)), name);
    }

    [Theory]
    [InlineData("picture ids wrap at 15 bits", 15, "32766 32767 0 1", "32766 32767 0 1")]
    [InlineData("drops over that wrap", 15, "32766 d32767 0 1", "32766 32767 0")]
    [InlineData("TL0PICIDX wraps at 8 bits", 8, "254 255 0 d1 2", "254 255 0 1")]
    [InlineData("pictures from before a key frame are refused", 15, "7 s99 100 x99 101", "7 8 9")]
    [InlineData("short counters that jump are no restart", 8, "10 90 20", "10 90 20")]
    public void Narrow_vectors(string name, int bits, string inputs, string outputs)
    {
        var rewriter = new SequenceRewriter(bits: bits);
        Assert.True(outputs.Split(' ').Select(ushort.Parse).SequenceEqual(Run(rewriter, inputs)), name);
    }

    [Fact]
    public void The_first_output_is_moved_by_what_was_asked()
    {
        var rewriter = new SequenceRewriter(firstOutput: 32_000);
        rewriter.Sync(4999);
        Assert.True(rewriter.TryRewrite(5000, out ushort output));
        Assert.Equal(32_001, output);
        Assert.Equal(32_001, rewriter.MaxOutput);
        Assert.Equal(5000, rewriter.MaxInput);
    }

    [Fact]
    public void Output_is_contiguous_whatever_is_dropped_over_many_wraps()
    {
        var random = new Random(1);
        var rewriter = new SequenceRewriter();
        ushort input = 60_000;
        rewriter.Sync(input);
        int expected = -1;
        for (int i = 0; i < 400_000; i++)
        {
            input++;
            if (random.Next(3) == 0)
            {
                rewriter.Drop(input);
                continue;
            }

            Assert.True(rewriter.TryRewrite(input, out ushort output));
            if (expected >= 0)
                Assert.Equal((ushort)expected, output);

            expected = (ushort)(output + 1);
        }
    }

    [Fact]
    public void Reordered_input_gets_the_numbers_that_it_would_get_in_order()
    {
        var random = new Random(2);
        for (int round = 0; round < 200; round++)
        {
            ushort start = (ushort)random.Next(65_536);
            bool[] dropped = [.. Enumerable.Range(0, 400).Select(_ => random.Next(4) == 0)];
            dropped[0] = false;
            Dictionary<int, ushort> inOrder = [];
            var reference = new SequenceRewriter();
            for (int i = 0; i < dropped.Length; i++)
            {
                ushort input = (ushort)(start + i);
                if (dropped[i])
                    reference.Drop(input);
                else if (reference.TryRewrite(input, out ushort output))
                    inOrder[i] = output;
            }

            // The decision to drop is made when a packet comes, so only what is sent may come late here.
            var rewriter = new SequenceRewriter();
            List<int> late = [];
            for (int i = 0; i < dropped.Length; i++)
            {
                if (dropped[i])
                    rewriter.Drop((ushort)(start + i));
                else if (i > 0 && random.Next(5) == 0)
                    late.Add(i);
                else
                    AssertRewrites(rewriter, start + i, inOrder[i]);
            }

            foreach (int i in late)
                AssertRewrites(rewriter, start + i, inOrder[i]);
        }
    }

    [Fact]
    public void No_number_comes_out_twice_whatever_comes_late()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            var rewriter = new SequenceRewriter();
            HashSet<ushort> outputs = [];
            int start = random.Next(65_536);
            foreach (int i in Enumerable.Range(0, 400).OrderBy(i => i + (random.Next(6) == 0 ? random.Next(40) : 0)))
            {
                ushort input = (ushort)(start + i);
                if (i > 0 && random.Next(3) == 0)
                    rewriter.Drop(input);
                else if (rewriter.TryRewrite(input, out ushort output))
                    Assert.True(outputs.Add(output), $"{output} in round {round}");
            }
        }
    }

    [Fact]
    public void A_sync_is_forgotten_before_the_numbers_come_round()
    {
        var rewriter = new SequenceRewriter();
        rewriter.Sync(99);
        for (int input = 100; input < 300_000; input++)
        {
            Assert.True(rewriter.TryRewrite((ushort)input, out ushort output), $"{input}");
            Assert.Equal((ushort)(input - 99), output);
        }
    }

    [Fact]
    public void Memory_of_drops_is_bounded()
    {
        var rewriter = new SequenceRewriter();
        rewriter.Sync(0);
        rewriter.TryRewrite(1, out _);
        for (int i = 2; i < 100_000; i++)
            rewriter.Drop((ushort)i);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 100_000; i < 300_000; i++)
            rewriter.Drop((ushort)i);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(rewriter.TryRewrite(unchecked((ushort)300_000), out ushort output));
        Assert.Equal(2, output);
    }

    private static void AssertRewrites(SequenceRewriter rewriter, int input, ushort expected)
    {
        Assert.True(rewriter.TryRewrite((ushort)input, out ushort output));
        Assert.Equal(expected, output);
    }

    private static List<ushort> Run(SequenceRewriter rewriter, string inputs)
    {
        List<ushort> outputs = [];
        foreach (string step in inputs.Split(' '))
        {
            switch (step[0])
            {
                case 'd':
                    rewriter.Drop(ushort.Parse(step[1..]));
                    break;
                case 's':
                    rewriter.Sync(ushort.Parse(step[1..]));
                    break;
                case 'x':
                    Assert.False(rewriter.TryRewrite(ushort.Parse(step[1..]), out _));
                    break;
                default:
                    Assert.True(rewriter.TryRewrite(ushort.Parse(step), out ushort output));
                    outputs.Add(output);
                    break;
            }
        }

        return outputs;
    }
}
