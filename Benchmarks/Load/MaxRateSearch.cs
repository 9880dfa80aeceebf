namespace Benchmarks.Load;

/// <summary>Looks for the highest rate at which nothing is lost: doubles until something is, then halves the gap.</summary>
internal static class MaxRateSearch
{
    private const int Seconds = 3;
    private const int QuietAttempts = 2;
    private const int MostAttempts = 6;
    private const int Halvings = 5;

    /// <summary>The best run without loss; null when there was loss at the first rate already.</summary>
    public static RunResult? Find(LoadOptions options)
    {
        using var run = new ForwardingRun(options, new WorkerForwarder(options));
        RunResult? best = null;
        int low = 0;
        int high = 0;
        for (int rate = Math.Min(options.Rate, options.MaxRate); high == 0; rate = Math.Min(rate * 2, options.MaxRate))
        {
            RunResult? result = TryRate(run, rate);
            if (result is null)
            {
                high = rate;
            }
            else
            {
                (best, low) = (result, rate);
                if (rate == options.MaxRate)
                    return best;
            }
        }

        for (int i = 0; i < Halvings && best is not null; i++)
        {
            int rate = (low + high) / 2;
            RunResult? result = TryRate(run, rate);
            if (result is null)
                high = rate;
            else
                (best, low) = (result, rate);
        }

        return best;
    }

    // What is lost while the host has the CPUs says nothing of the worker.
    private static RunResult? TryRate(ForwardingRun run, int rate)
    {
        int quiet = 0;
        for (int attempt = 0; attempt < MostAttempts && quiet < QuietAttempts; attempt++)
        {
            RunResult result = run.Measure(rate, Seconds);
            if (result.Lost == 0)
                return result;

            quiet += result.StolenShare < StolenTime.ShareOfAQuietHost ? 1 : 0;
        }

        return null;
    }
}
