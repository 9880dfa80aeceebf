namespace RtcTests;

/// <summary>Counts what an operation allocates in steady state.</summary>
internal static class Allocation
{
    private const int Runs = 100;
    private const int MostCollections = 3;

    /// <summary>Bytes that 100 runs allocate on this thread after 100 that warm up.</summary>
    /// <remarks>
    /// A collection, which any test may cause, counts what was left of this thread's allocation context as allocated;
    /// so what counts are 100 runs without one.
    /// </remarks>
    public static long Measure(Action operation)
    {
        for (int i = 0; i < Runs; i++)
            operation();

        for (int collections = 0; ; collections++)
        {
            int collected = GC.CollectionCount(0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Runs; i++)
                operation();

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (GC.CollectionCount(0) == collected || collections == MostCollections)
                return allocated;
        }
    }
}
