namespace RtcTests.Streams;

/// <summary>What a retransmission buffer keeps, told with a list: numbers and timestamps, ascending.</summary>
internal sealed class RetransmissionModel(int maxPackets, int maxAgeTicks)
{
    private readonly List<(ushort Number, uint Timestamp)> _kept = [];

    public int Count => _kept.Count;

    public int Span => _kept.Count == 0 ? 0 : (ushort)(_kept[^1].Number - _kept[0].Number) + 1;

    /// <summary>The timestamp of a packet that is kept, else null.</summary>
    public uint? TimestampOf(ushort number)
    {
        int index = _kept.FindIndex(kept => kept.Number == number);
        return index < 0 ? null : _kept[index].Timestamp;
    }

    public bool TryInsert(ushort number, uint timestamp)
    {
        if (_kept.Count > 0 && StartsOver(number, timestamp))
            _kept.Clear();

        int index = _kept.FindIndex(kept => Ahead(kept.Number, number) <= 0);
        if (index < 0)
            index = _kept.Count;

        if (!FitsAt(index, number, timestamp))
            return false;

        _kept.Insert(index, (number, timestamp));
        uint newest = _kept[^1].Timestamp;
        _kept.RemoveAll(kept => Later(kept.Timestamp, newest) > maxAgeTicks);
        while (Span > maxPackets)
            _kept.RemoveAt(0);

        return true;
    }

    private static int Ahead(ushort from, ushort to) => (short)(to - from);

    private static int Later(uint from, uint to) => (int)(to - from);

    private bool StartsOver(ushort number, uint timestamp)
    {
        int ahead = Ahead(_kept[^1].Number, number);
        int later = Later(_kept[^1].Timestamp, timestamp);
        return later > maxAgeTicks
            || (ahead < 0 && later > 0)
            || (ahead > 0 && later < -maxAgeTicks)
            || (ahead >= maxPackets && later >= 0);
    }

    private bool FitsAt(int index, ushort number, uint timestamp)
    {
        if (_kept.Count == 0)
            return true;

        if (index < _kept.Count && (_kept[index].Number == number || Later(_kept[index].Timestamp, timestamp) > 0))
            return false;

        if (index > 0)
            return Later(_kept[index - 1].Timestamp, timestamp) >= 0;

        return (ushort)(_kept[^1].Number - number) < maxPackets && Later(timestamp, _kept[^1].Timestamp) <= maxAgeTicks;
    }
}
