using System.Runtime.CompilerServices;

namespace Rtc.Streams;

/// <summary>
/// The score of a stream, 0 to 10: the average of the last 24 values, of which the oldest has weight 1 and every newer
/// one a weight of one more than the value before it; rounded, halves away from zero.
/// </summary>
public sealed class ScoreHistory
{
    /// <summary>The score of a stream of which nothing bad is known.</summary>
    public const byte Best = 10;

    private const int Length = 24;

    private Values _values;
    private int _oldest;
    private int _count;

    /// <summary>The score.</summary>
    public byte Score { get; private set; } = Best;

    /// <summary>Adds a value, 0 to 10, and tells whether the score changed.</summary>
    public bool Add(byte value)
    {
        if (_count == Length)
        {
            _values[_oldest] = value;
            _oldest = (_oldest + 1) % Length;
        }
        else
        {
            _values[(_oldest + _count++) % Length] = value;
        }

        int total = 0;
        for (int i = 0; i < _count; i++)
            total += (i + 1) * _values[(_oldest + i) % Length];

        int weights = _count * (_count + 1) / 2;
        return Replace((byte)(((2 * total) + weights) / (2 * weights)));
    }

    /// <summary>
    /// Forgets the history, starts from <paramref name="score"/> and tells whether the score changed.
    /// </summary>
    public bool Reset(byte score)
    {
        _count = 0;
        _oldest = 0;
        return Replace(score);
    }

    private bool Replace(byte score)
    {
        bool changed = Score != score;
        Score = score;
        return changed;
    }

    [InlineArray(Length)]
    private struct Values
    {
        private byte _first;
    }
}
