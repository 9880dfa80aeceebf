namespace Rtc.Streams;

/// <summary>
/// Bits per second over a sliding window. The window is cut into at most a hundred items of whole milliseconds; the
/// ring of items advances by whole items, so the window spans less than one item more than it is asked to.
/// </summary>
public sealed class RateCalculator
{
    private const int MaxItems = 100;

    private readonly int _itemMs;
    private readonly int _itemCount;
    private readonly double _bitsPerSecondPerByte;

    // Made with the first bytes: of the many kinds of traffic that a transport counts most never come.
    private long[]? _items;

    private int _newest;
    private long _newestStartMs;
    private long _windowBytes;

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
        long[] items = _items ??= new long[_itemCount];
        Slide(items, nowUs / 1000);
        items[_newest] += bytes;
        _windowBytes += bytes;
        TotalBytes += bytes;
    }

    /// <summary>The rate in bits per second of the window that ends at <paramref name="nowUs"/>, rounded.</summary>
    public long GetBitsPerSecond(long nowUs)
    {
        if (_items is null)
            return 0;

        Slide(_items, nowUs / 1000);
        return (long)((_windowBytes * _bitsPerSecondPerByte) + 0.5);
    }

    private void Slide(long[] items, long nowMs)
    {
        // Most packets fall into the newest item, and a division of 64 bits takes longer than the rest of a packet's
        // counting.
        long elapsedMs = nowMs - _newestStartMs;
        if (elapsedMs < _itemMs)
            return;

        long steps = elapsedMs / _itemMs;
        if (steps >= items.Length)
        {
            if (_windowBytes != 0)
                Array.Clear(items);

            _windowBytes = 0;
            _newestStartMs = nowMs;
            return;
        }

        _newestStartMs += steps * _itemMs;
        for (; steps > 0; steps--)
        {
            _newest = _newest + 1 == items.Length ? 0 : _newest + 1;
            _windowBytes -= items[_newest];
            items[_newest] = 0;
        }
    }
}
