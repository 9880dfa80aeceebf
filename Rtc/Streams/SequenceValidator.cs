using System.Runtime.CompilerServices;

namespace Rtc.Streams;

/// <summary>What <see cref="SequenceValidator.Update"/> makes of a sequence number.</summary>
public enum SequenceVerdict : byte
{
    /// <summary>Newer than everything before it, by fewer than 3,000.</summary>
    InOrder,

    /// <summary>Not newer, but no more than 1,500 older than the newest.</summary>
    OutOfOrder,

    /// <summary>A jump that the packet before it announced: the sender restarted. Numbering begins here.</summary>
    Restart,

    /// <summary>A jump that nothing confirms yet. The packet must be dropped.</summary>
    Rejected,
}

/// <summary>
/// Extends 16-bit sequence numbers to 32 bits, holds off wild jumps and counts the packets that were to be expected
/// (RFC 3550 appendix A.1 and A.3, without its probation).
/// </summary>
public struct SequenceValidator
{
    /// <summary>What is older than the newest by that many, or by more, belongs to another numbering.</summary>
    internal const int MaxMisorder = 1500;

    private const int MaxDropout = 3000;
    private const int NoBadSequence = -1;

    private bool _started;
    private ushort _max;
    private uint _cycles;
    private uint _base;
    private uint _expectedBeforeBase;
    private int _badSequence;

    /// <summary>The highest sequence number so far with the count of cycles in its upper half.</summary>
    public readonly uint ExtendedMax => _cycles + _max;

    /// <summary>How many packets the sender has sent as far as their numbers tell.</summary>
    public readonly uint Expected => _started ? _expectedBeforeBase + (ExtendedMax - _base) + 1 : 0;

    /// <summary>Whether a first packet was accepted.</summary>
    public readonly bool HasStarted => _started;

    /// <summary>Takes the sequence number of a packet that arrived.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SequenceVerdict Update(ushort sequenceNumber)
    {
        int ahead = (ushort)(sequenceNumber - _max);
        if (!_started || ahead is 0 or >= MaxDropout)
            return UpdateOutOfOrder(sequenceNumber, ahead);

        if (sequenceNumber < _max)
            _cycles += 1 << 16;

        _max = sequenceNumber;
        return SequenceVerdict.InOrder;
    }

    private SequenceVerdict UpdateOutOfOrder(ushort sequenceNumber, int ahead)
    {
        if (!_started)
        {
            _started = true;
            _max = sequenceNumber;
            _base = sequenceNumber;
            _badSequence = NoBadSequence;
            return SequenceVerdict.InOrder;
        }

        if (ahead is 0 or > (1 << 16) - MaxMisorder)
            return SequenceVerdict.OutOfOrder;

        if (sequenceNumber != _badSequence)
        {
            _badSequence = (ushort)(sequenceNumber + 1);
            return SequenceVerdict.Rejected;
        }

        Restart(sequenceNumber);
        return SequenceVerdict.Restart;
    }

    private void Restart(ushort sequenceNumber)
    {
        _expectedBeforeBase = Expected;
        _max = sequenceNumber;
        _base = ExtendedMax;
        _badSequence = NoBadSequence;
    }
}
