namespace Rtc.Congestion;

/// <summary>
/// What the receiver got in the last half second, by its own clock (draft-ietf-rmcat-gcc-02 section 5.5, R_hat).
/// </summary>
internal sealed class AcknowledgedBitrate
{
    private const long SlotUs = 50_000;
    private const int Slots = 10;

    private readonly long[] _bytes = new long[Slots];
    private readonly long[] _slotOf = new long[Slots];
    private long _first = -1;
    private long _newest = -1;
    private long _newestUs;

    /// <summary>Counts a packet that arrived then.</summary>
    public void Add(int size, long arrivedAtUs)
    {
        long slot = arrivedAtUs / SlotUs;
        if (slot > _newest + Slots || slot < _newest - (100 * Slots))
            _first = slot;
        if (_first == slot || slot > _newest)
        {
            _newest = slot;
            _newestUs = arrivedAtUs;
        }

        _newestUs = Math.Max(_newestUs, arrivedAtUs);
        if (slot <= _newest - Slots || slot < 0)
            return;

        int index = (int)(slot % Slots);
        if (_slotOf[index] != slot)
        {
            _slotOf[index] = slot;
            _bytes[index] = 0;
        }

        _bytes[index] += size;
    }

    /// <summary>Bits a second; 0 while less than 150 ms were seen.</summary>
    public long Get()
    {
        long oldest = Math.Max(_first, _newest - Slots + 1);
        long spanUs = _newestUs - (oldest * SlotUs);
        if (_newest < 0 || spanUs < 3 * SlotUs)
            return 0;

        long bytes = 0;
        for (int i = 0; i < Slots; i++)
            bytes += _slotOf[i] >= oldest && _slotOf[i] <= _newest ? _bytes[i] : 0;

        return bytes * 8_000_000 / spanUs;
    }
}
