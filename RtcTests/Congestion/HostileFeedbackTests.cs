using Rtc.Rtcp;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Congestion;

public sealed class HostileFeedbackTests
{
    private static readonly byte[][] Seeds = [Feedback(1, 40, 1_000), Feedback(60, 20, 64_000), Feedback(1, 3, 0)];

    [Fact]
    public void Every_truncation_and_every_byte_flipped() => Mutation.Sweep(BandwidthFuzz.Fuzz, Seeds);

    [Fact]
    public void Any_mutation() => Mutation.Loop(BandwidthFuzz.Fuzz, seed: 11, rounds: 3_000, Seeds);

    private static byte[] Feedback(ushort first, int count, int gapUs)
    {
        var writer = new TransportCcWriter();
        writer.Start(first);
        for (int i = 0; i < count; i++)
        {
            if (i % 5 != 3)
                writer.TryAdd((ushort)(first + i), 5_000_000 + (i * gapUs));
        }

        byte[] bytes = new byte[TransportCcWriter.MaxLength];
        return bytes[..writer.Write(bytes, 1, 2, 3)];
    }
}
