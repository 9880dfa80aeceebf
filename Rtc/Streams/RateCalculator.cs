namespace Rtc.Streams;

/// <summary>
/// Bits per second over a sliding window. The window is cut into at most a hundred items of whole milliseconds; the
/// ring of items advances by whole items, so the window spans less than one item more than it is asked to. Part of what
/// it counts for: it is changed where it is, never copied.
/// </summary>
public struct RateCalculator
{
    private const int MaxItems = 100;

    private readonly int _itemMs;
    private readonly int _itemCount;
    private readonly double _bitsPerSecondPerByte;

    // What had been added before each item, its lower 32 bits: no window holds more. Made with the first bytes: of the
    // many kinds of traffic that a transport counts most never come.
    private uint[]? _items;

    private int _newest;
    private long _newestStartMs;
    private long _newestEndUs = long.MinValue;

    /// <summary>Makes one whose window is <paramref name="windowMs"/> milliseconds long, at least 1.</summary>
    public RateCalculator(int windowMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowMs, 1);
        _itemMs = (windowMs + MaxItems - 1) / MaxItems;
        _itemCount = (windowMs + _itemMs - 1) / _itemMs;
        _bitsPerSecondPerByte = 8000.0 / windowMs;
    }

    /// <summary>All bytes that were ever added.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Counts <paramref name="bytes"/> at <paramref name="nowUs"/>; time does not go back.</summary>
    public void Add(int bytes, long nowUs)
    {
        if (nowUs >= _newestEndUs)
            Slide(nowUs);

        TotalBytes += bytes;
    }

    /// <summary>The rate in bits per second of the window that ends at <paramref name="nowUs"/>, rounded.</summary>
    public long GetBitsPerSecond(long nowUs)
    {
        if (_items is null)
            return 0;

        if (nowUs >= _newestEndUs)
            Slide(nowUs);

        int oldest = _newest + 1 < _itemCount ? _newest + 1 : 0;
        return (long)((((uint)TotalBytes - _items[oldest]) * _bitsPerSecondPerByte) + 0.5);
    }

    private void Slide(long nowUs)
    {
        long nowMs = nowUs / 1000;
        uint[] items = _items ??= new uint[_itemCount];
        long steps = (nowMs - _newestStartMs) / _itemMs;
        if (steps >= _itemCount)
        {
            Array.Fill(items, (uint)TotalBytes);
            _newestStartMs = nowMs;
        }
        else
        {
            _newestStartMs += steps * _itemMs;
            _newest = Advance(items, _newest, (int)steps, (uint)TotalBytes);
        }

        _newestEndUs = (_newestStartMs + _itemMs) * 1000;
    }

    private static int Advance(uint[] items, int newest, int steps, uint totalBytes)
    {
        for (; steps > 0; steps--)
        {
            newest = newest + 1 < items.Length ? newest + 1 : 0;
            items[newest] = totalBytes;
        }

        return newest;
    }
}
