namespace Rtc.Congestion;

/// <summary>The mean of the last loss ratios, the newest weighing most: weights fall off linearly.</summary>
public sealed class LossAverage
{
    /// <summary>How many ratios count.</summary>
    public const int Length = 24;

    private readonly double[] _ratios = new double[Length];
    private int _count;

    /// <summary>The weighted mean, 0 to 1; 0 before the first ratio.</summary>
    public double Average { get; private set; }

    /// <summary>Adds a ratio, 0 to 1.</summary>
    public void Add(double ratio)
    {
        if (_count == Length)
            Array.Copy(_ratios, 1, _ratios, 0, --_count);

        _ratios[_count++] = ratio;
        double sum = 0;
        int weights = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += _ratios[i] * (i + 1);
            weights += i + 1;
        }

        Average = sum / weights;
    }
}
