using System.Runtime.CompilerServices;

namespace Rtc.Streams;

/// <summary>
/// Rewrites sequence numbers so that what is dropped on purpose leaves no hole and a change of source leaves no jump:
/// RTP sequence numbers, and the shorter counters of codec descriptors.
/// </summary>
/// <remarks>
/// A number that comes late is counted against the numbers dropped before it, not against those dropped after, so
/// reordering around a dropped packet comes out right. What was dropped more than <see cref="History"/> behind the
/// newest number, or the history that was asked for, is no longer known one by one; nothing that old passes <see cref="SequenceValidator"/>.
/// No number comes out for two inputs: what comes late from before a <see cref="Sync"/> is refused, for its number was
/// somebody else's, unless it is the first.
/// </remarks>
public sealed class SequenceRewriter
{
    /// <summary>How far back dropped numbers are remembered.</summary>
    public const int History = 4096;

    private const int InitialCapacity = 16;

    private readonly int _shift;
    private readonly ushort _mask;
    private readonly ushort _firstOutput;
    private readonly int _history;

    // A ring of the dropped inputs, ascending. Its length is a power of two.
    private ushort[] _dropped = [];
    private int _droppedStart;
    private int _droppedCount;

    private bool _started;
    private ushort _offset;
    private ushort _maxInput;
    private ushort _maxOutput;
    private ushort _maxDropped;
    private ushort _maxForwarded;

    // Up to here nothing passes; forgotten when nothing so old can come.
    private bool _hasFloor;
    private ushort _floor;

    /// <summary>Makes one whose outputs begin after <paramref name="firstOutput"/>.</summary>
    /// <param name="firstOutput">Added to every output.</param>
    /// <param name="bits">Width of the numbers, 8 to 16 bits.</param>
    /// <param name="history">How far back dropped numbers are remembered, at most.</param>
    public SequenceRewriter(ushort firstOutput = 0, int bits = 16, int history = History)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 16);
        _shift = 16 - bits;
        _mask = (ushort)(0xffff >> _shift);
        _firstOutput = firstOutput;

        // In a narrow space a quarter of the circle is as far as "before" can be trusted.
        _history = Math.Min(history, (_mask + 1) / 4);
    }

    /// <summary>The highest input so far.</summary>
    public ushort MaxInput => _maxInput;

    /// <summary>The highest output so far.</summary>
    public ushort MaxOutput => (ushort)((_maxOutput + _firstOutput) & _mask);

    /// <summary>Makes the input that follows <paramref name="input"/> continue after the highest output.</summary>
    public void Sync(ushort input)
    {
        _offset = (ushort)(_maxOutput - input);
        _maxInput = input;
        _maxForwarded = input;
        _droppedCount = 0;
        _floor = input;
        _hasFloor = _started;
    }

    /// <summary>
    /// Takes <paramref name="input"/> out of the numbering: the inputs after it move down by one. Without effect on a
    /// number that outputs have already passed.
    /// </summary>
    public void Drop(ushort input)
    {
        bool isNewest = IsAfter(input, _maxInput);
        bool nothingForwardedSince = _maxInput == _maxDropped && IsAfter(input, _maxForwarded);
        if (!isNewest && !nothingForwardedSince)
            return;

        int index = CountDroppedBefore(input);
        if (index < _droppedCount && At(index) == input)
            return;

        Insert(index, input);
        if (isNewest)
        {
            _maxInput = input;
            _maxDropped = input;
        }

        Forget();
    }

    /// <summary>
    /// Rewrites <paramref name="input"/>. False for a number that was dropped or lies before the last
    /// <see cref="Sync"/>: it has no place in the output. What cannot be late, as <see cref="SequenceValidator"/> sees
    /// it, belongs to a sender that numbers anew: its output goes on after the highest.
    /// </summary>
    public bool TryRewrite(ushort input, out ushort output)
    {
        int before;
        if (IsAfter(input, _maxInput))
        {
            before = GoTo(input);
        }
        else if (!TryGoBackTo(input, out before))
        {
            output = 0;
            return false;
        }

        ushort relative = (ushort)((input + _offset - before) & _mask);
        if (IsAfter(relative, _maxOutput))
            _maxOutput = relative;

        output = (ushort)((relative + _firstOutput) & _mask);
        return true;
    }

    /// <summary>The input is newer than all others; how many dropped numbers count against it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int GoTo(ushort input)
    {
        _started = true;
        _maxInput = input;
        _maxForwarded = input;
        if (_hasFloor || _droppedCount > 0)
            Forget();

        return _droppedCount;
    }

    /// <summary>
    /// The input is not newer than all others: false when it has no place, otherwise how many dropped numbers count
    /// against it.
    /// </summary>
    private bool TryGoBackTo(ushort input, out int before)
    {
        before = 0;
        if (!_started)
        {
            _started = true;
            _maxInput = input;
            Forget();
        }
        else if (IsNumberedAnew(input))
        {
            Sync((ushort)(input - 1));
            before = GoTo(input);
            return true;
        }
        else if (_hasFloor && !IsAfter(input, _floor))
        {
            return false;
        }

        before = CountDroppedBefore(input);
        if (before < _droppedCount && At(before) == input)
            return false;

        if (IsAfter(input, _maxForwarded) || input == _maxInput)
            _maxForwarded = input;

        return true;
    }

    // Receivers behind SRTP take a packet far behind the newest for a replay, so a restart must not reach them.
    private bool IsNumberedAnew(ushort input) =>
        _shift == 0 && (ushort)(_maxInput - input) >= SequenceValidator.MaxMisorder;

    private bool IsAfter(ushort left, ushort right) => (short)((left - right) << _shift) > 0;

    private ushort At(int index) => _dropped[(_droppedStart + index) & (_dropped.Length - 1)];

    private int CountDroppedBefore(ushort input)
    {
        if (_droppedCount == 0 || IsAfter(input, At(_droppedCount - 1)))
            return _droppedCount;

        int low = 0;
        int high = _droppedCount;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (IsAfter(input, At(middle)))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Insert(int index, ushort input)
    {
        if (_droppedCount == _dropped.Length)
            Grow();

        int mask = _dropped.Length - 1;
        for (int i = _droppedCount; i > index; i--)
            _dropped[(_droppedStart + i) & mask] = _dropped[(_droppedStart + i - 1) & mask];

        _dropped[(_droppedStart + index) & mask] = input;
        _droppedCount++;
    }

    private void Grow()
    {
        var larger = new ushort[Math.Max(InitialCapacity, _dropped.Length * 2)];
        for (int i = 0; i < _droppedCount; i++)
            larger[i] = At(i);

        _dropped = larger;
        _droppedStart = 0;
    }

    // What lies behind the history moves into the offset.
    private void Forget()
    {
        while (_droppedCount > 0 && ((_maxInput - At(0)) & _mask) > _history)
        {
            _droppedStart = (_droppedStart + 1) & (_dropped.Length - 1);
            _droppedCount--;
            _offset--;
        }

        _hasFloor &= ((_maxInput - _floor) & _mask) <= _history;
    }
}
