namespace RtcTests;

/// <summary>Counts what an operation allocates in steady state.</summary>
internal static class Allocation
{
    /// <summary>How often the operation is run in all.</summary>
    public const int TotalRuns = (1 + Rounds) * Runs;

    private const int Runs = 100;
    private const int Rounds = 3;

    /// <summary>Bytes that 100 runs allocate on this thread after 100 that warm up.</summary>
    /// <remarks>
    /// The least of three rounds: now and then the runtime itself takes memory on whatever thread it happens to run, as
    /// when it compiles a method anew. What an operation allocates is in every round.
    /// </remarks>
    public static long Measure(Action operation)
    {
        for (int i = 0; i < Runs; i++)
            operation();

        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Runs; i++)
                operation();

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
