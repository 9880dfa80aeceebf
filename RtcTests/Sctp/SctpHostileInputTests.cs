using Rtc.Sctp;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Sctp;

public sealed class SctpHostileInputTests
{
    [Fact]
    public void No_truncation_and_no_changed_byte_of_a_chunk_breaks_it() => Mutation.Sweep(SctpFuzz.Fuzz, Chunks());

    [Fact]
    public void No_mutation_breaks_it() => Mutation.Loop(SctpFuzz.Fuzz, seed: 1, rounds: 1_000, Chunks());

    /// <summary>The chunks of real packets, and of every type that a run does not show.</summary>
    private static byte[][] Chunks()
    {
        var seen = new Dictionary<byte, byte[]>();
        foreach (bool isInterleaved in new[] { false, true })
        {
            var options = new SctpOptions { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(optionsA: options, optionsB: options, seed: 9);
            int count = 0;
            pair.Filter = (_, datagram) =>
            {
                if (datagram.Length < 200)
                    seen.TryAdd(datagram[12], datagram[12..]);
                return ++count % 11 != 0;
            };
            pair.Connect();
            for (int i = 0; i < 30; i++)
            {
                var how = new SctpSendOptions(Ordered: true, MaxRetransmits: 0);
                pair.Send(pair.A, (ushort)(i % 3), new byte[1 + (i * 7)], how);
                pair.Run(pair.NowUs + 30_000);
            }

            pair.A.Association.ResetStreams([1, 2]);
            pair.Run(pair.NowUs + 120_000_000);
            pair.A.Association.Close(pair.NowUs);
            pair.Run(pair.NowUs + 60_000_000);
        }

        seen.TryAdd(6, Convert.FromHexString("06000008000D0004"));
        seen.TryAdd(9, Convert.FromHexString("0900000C00030008000003E8"));
        seen.TryAdd(130, Convert.FromHexString("82000018000D0014000000010000000100000001000100" + "02"));
        seen.TryAdd(194, Convert.FromHexString("C200001000000001000100000000" + "0001"));
        Assert.True(seen.Count >= 14, string.Join(',', seen.Keys));
        return [.. seen.Values];
    }
}
