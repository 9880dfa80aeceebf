using System.Globalization;
using System.Text.Json;

namespace Benchmarks.Micro;

/// <summary>
/// Holds every operation to the bytes that it may allocate, as budgets.json says. Exact, and quick enough for every
/// build: allocations are counted, not timed.
/// </summary>
internal static class Budget
{
    private const string FileName = "budgets.json";
    private const int WarmUpRuns = 3_000;

    // More than a cycle of RTP sequence numbers would be 65,536; this is enough for every buffer to have been reused.
    private const int Runs = 5_000;

    /// <summary>Checks all operations and says so; returns whether all kept to their budget.</summary>
    public static bool Check(TextWriter output)
    {
        string path = Path.Combine(AppContext.BaseDirectory, FileName);
        Dictionary<string, long> budgets = JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(path))
            ?? throw new InvalidOperationException($"{FileName} is empty");
        int over = 0;
        foreach (string name in Catalog.Names)
        {
            double bytes = Measure(name);
            bool isBudgeted = budgets.Remove(name, out long budget);
            bool isOver = !isBudgeted || bytes > budget;
            over += isOver ? 1 : 0;
            string verdict = !isBudgeted ? $"OVER: {FileName} does not have it" : isOver ? "OVER" : "ok";
            string figure = bytes.ToString("0.###", CultureInfo.InvariantCulture);
            output.WriteLine($"{name,-28} {figure,8} bytes an operation, budget {budget,4}  {verdict}");
        }

        foreach (string name in budgets.Keys)
        {
            output.WriteLine($"{name,-28} is in {FileName} and no operation");
            over++;
        }

        output.WriteLine($"{Catalog.Names.Count() + budgets.Count - over} within budget");
        output.WriteLine($"{over} over budget");
        return over == 0;
    }

    private static double Measure(string name)
    {
        using Operation operation = Catalog.Make(name);
        for (int i = 0; i < WarmUpRuns; i++)
            operation.Run();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
            operation.Run();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Runs;
    }
}
