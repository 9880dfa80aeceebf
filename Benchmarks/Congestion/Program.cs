using Benchmarks.Congestion;
using RtcTests.Congestion.Simulation;
using RtcTests.Simulation;

// Draws what docs/congestion.md shows: dotnet run --project Benchmarks/Congestion -- docs/congestion
string folder = args.Length > 0 ? args[0] : ".";
Directory.CreateDirectory(folder);
const double Seconds = 80;

Draw("steady", "1 Mbit/s, 40 ms round trip", Link(1_000, 40, 0), _ => { });
Draw("lossy", "2 Mbit/s, 100 ms round trip, 5 % random loss", Link(2_000, 100, 0.05), _ => { });
Draw("narrow", "300 kbit/s, 300 ms round trip, 2 % random loss", Link(300, 300, 0.02), _ => { });
Draw("drop", "5 Mbit/s, 60 ms round trip, 1.25 Mbit/s between 30 and 50 s", Link(5_000, 60, 0), run =>
{
    run.SetCapacityAt(30, 1_250_000);
    run.SetCapacityAt(50, 5_000_000);
});
Draw("competing", "3 Mbit/s, 60 ms round trip, a flow of 1.2 Mbit/s between 30 and 60 s", Link(3_000, 60, 0), run =>
{
    run.CompeteAt(30, 1_200_000);
    run.CompeteAt(60, 0);
});

void Draw(string name, string title, EmulatedLinkOptions link, Action<BandwidthRun> plan)
{
    var run = new BandwidthRun(link, seed: 1);
    for (int i = 0; i < 4; i++)
        run.Sources.Add(new LayeredSource(LayeredSource.Simulcast, 10 + i));
    plan(run);
    run.Run(Seconds);
    string path = Path.Combine(folder, name + ".svg");
    File.WriteAllText(path, Curves.Draw(title, run.Samples, LayeredSource.Simulcast.Length));
    List<BandwidthSample> settled = [.. run.Samples.Where(one => one.AtUs > 10_000_000)];
    Console.WriteLine(
        $"{path}: estimate {settled.Average(one => 100.0 * one.Estimate / one.Capacity):F0} % of capacity, "
        + $"media {settled.Average(one => 100.0 * one.Sent / one.Capacity):F0} %, "
        + $"queue {settled.Average(one => one.QueueUs / 1000.0):F0} ms on average, "
        + $"{run.Samples.Max(one => one.QueueUs) / 1000} ms at most");
}

static EmulatedLinkOptions Link(int kbps, int roundTripMs, double loss) => new()
{
    BitsPerSecond = kbps * 1000L,
    DelayUs = roundTripMs * 500,
    JitterUs = 1_000,
    Loss = loss,
    QueueBytes = kbps * 1000 / 8 * 2,
};
