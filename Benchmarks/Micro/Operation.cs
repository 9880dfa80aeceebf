namespace Benchmarks.Micro;

/// <summary>
/// One thing that is done for every packet or message. Makes all that it needs when it is made, so that running it
/// shows what the thing itself costs.
/// </summary>
public abstract class Operation : IDisposable
{
    /// <summary>Does it once.</summary>
    public abstract void Run();

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Stops a run whose result is wrong: what does nothing is quick and allocates nothing.</summary>
    protected static void Expect(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("the operation did not do what it measures");
    }
}
