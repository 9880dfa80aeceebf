namespace RtcTests;

/// <summary>Counts what an operation allocates in steady state.</summary>
internal static class Allocation
{
    /// <summary>Bytes that 100 runs allocate on this thread after 100 that warm up.</summary>
    public static long Measure(Action operation)
    {
        for (int i = 0; i < 100; i++)
            operation();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            operation();

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
