using System.Diagnostics;
using Benchmarks.Micro.Operations;
using Rtc.Rtp;

namespace Benchmarks.Micro;

/// <summary>
/// Whether a packet costs more for each consumer where there are many, and why: 500 consumers beside 10, packet by packet
/// and as the packets of a picture arrive, and 10 that the caches of the processor have forgotten before each packet.
/// The work is the same for all.
/// </summary>
internal static class Scale
{
    private const int Few = 10;
    private const int Many = 500;
    private const int Rounds = 15;
    private const int PacketsARound = 400;
    private const int Burst = 8;
    private const int ForgottenPackets = 300;
    private const int LargerThanCaches = 96 << 20;
    private const int CacheLine = 64;

    private static readonly byte[] _other = new byte[LargerThanCaches];

    /// <summary>Prints nanoseconds for each packet and consumer.</summary>
    public static void Measure(TextWriter output)
    {
        output.WriteLine($"{"ns",-16} {"to 10",8} {"to 500",8} {"8 to 10",8} {"8 to 500",8} {"to 10, caches cold",20}");
        foreach ((CodecKind codec, string mode) in new[]
        {
            (CodecKind.Vp8, "L1T3"), (CodecKind.Vp9, "L3T3"), (CodecKind.Av1, "L3T3"),
        })
        {
            using var few = new ForwardLayers(codec, mode, Few);
            using var many = new ForwardLayers(codec, mode, Many);
            using var burstToFew = new ForwardLayers(codec, mode, Few, Burst);
            using var burstToMany = new ForwardLayers(codec, mode, Many, Burst);
            double[] best = [double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue];
            for (int i = 0; i < Rounds; i++)
            {
                // In turns, and the best of all rounds, for others may be at work on the machine.
                best[0] = Math.Min(best[0], Time(few, PacketsARound) / Few);
                best[1] = Math.Min(best[1], Time(many, PacketsARound) / Many);
                best[2] = Math.Min(best[2], Time(burstToFew, PacketsARound / Burst) / Burst / Few);
                best[3] = Math.Min(best[3], Time(burstToMany, PacketsARound / Burst) / Burst / Many);
            }

            output.Write($"{codec,-8} {mode,-7} {best[0],8:F0} {best[1],8:F0} {best[2],8:F0} {best[3],8:F0} ");
            output.WriteLine($"{TimeForgotten(few) / Few,20:F0}");
        }
    }

    private static double Time(Operation operation, int runs)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            operation.Run();
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / runs;
    }

    private static double TimeForgotten(Operation operation)
    {
        double[] times = new double[ForgottenPackets];
        for (int i = 0; i < times.Length; i++)
        {
            for (int line = 0; line < _other.Length; line += CacheLine)
                _other[line]++;
            times[i] = Time(operation, runs: 1);
        }

        // Without the tenth that others on the machine disturbed.
        Array.Sort(times);
        return times.Take(times.Length * 9 / 10).Average();
    }
}
