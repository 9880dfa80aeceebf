namespace Benchmarks.Load;

/// <summary>Publishers, one burst after the other.</summary>
internal abstract class BurstSource : IDisposable
{
    /// <summary>How many packets were sent since the last <see cref="Reset"/>.</summary>
    public long Packets { get; protected set; }

    /// <summary>How many packets consumers should get of them.</summary>
    public long Expected { get; protected set; }

    /// <summary>After how many bursts every track has sent something.</summary>
    public virtual int BurstsPerRound => 1;

    public void Reset()
    {
        Packets = 0;
        Expected = 0;
    }

    /// <summary>Sends the next burst.</summary>
    public abstract void SendBurst();

    public abstract void Dispose();
}
