using System.Numerics;
using Rtc.Rtp;
using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Receive;

/// <summary>What a received TSN is.</summary>
internal enum TsnKind : byte
{
    New,
    Duplicate,
    TooFarAhead,
}

/// <summary>
/// Which TSNs were received: all up to a cumulative one, and a bitmap of those after it. Gives the blocks and
/// duplicates of a SACK.
/// </summary>
internal sealed class TsnTracker(uint cumulativeTsn)
{
    /// <summary>How many duplicates and how many gap blocks one SACK names at most.</summary>
    public const int MaxReported = 20;

    // Gap blocks count in 16 bits from the cumulative TSN.
    private const int MaxAhead = 32_768;
    private const int MinBits = 256;

    private readonly uint[] _duplicates = new uint[MaxReported];
    private int _duplicateCount;
    private ulong[] _bits = new ulong[MinBits / 64];

    /// <summary>All TSNs up to this one were received or are skipped.</summary>
    public uint CumulativeTsn { get; private set; } = cumulativeTsn;

    /// <summary>The greatest TSN that was received or skipped.</summary>
    public uint HighestTsn { get; private set; } = cumulativeTsn;

    /// <summary>Whether something is missing before the highest.</summary>
    public bool HasGaps => CumulativeTsn != HighestTsn;

    public ReadOnlySpan<uint> Duplicates => _duplicates.AsSpan(0, _duplicateCount);

    private int BitCount => _bits.Length * 64;

    /// <summary>What a TSN is; a duplicate is kept for the next SACK.</summary>
    public TsnKind Classify(uint tsn)
    {
        int ahead = SequenceNumbers.Distance(CumulativeTsn, tsn);
        if (ahead <= 0 || (ahead <= BitCount && IsSet(tsn)))
        {
            if (_duplicateCount < MaxReported)
                _duplicates[_duplicateCount++] = tsn;

            return TsnKind.Duplicate;
        }

        return ahead > MaxAhead ? TsnKind.TooFarAhead : TsnKind.New;
    }

    /// <summary>Marks a TSN that was classified as new.</summary>
    public void Add(uint tsn)
    {
        Grow((int)(tsn - CumulativeTsn));
        Set(tsn, true);
        if (SequenceNumbers.IsNewer(tsn, HighestTsn))
            HighestTsn = tsn;

        Advance();
    }

    /// <summary>Skips all TSNs up to one (FORWARD TSN); false when that is nothing new or too far.</summary>
    public bool TrySkipTo(uint tsn)
    {
        int ahead = SequenceNumbers.Distance(CumulativeTsn, tsn);
        if (ahead <= 0 || ahead > MaxAhead)
            return false;

        Grow(ahead);
        while (CumulativeTsn != tsn)
            Set(++CumulativeTsn, false);

        if (SequenceNumbers.IsNewer(tsn, HighestTsn))
            HighestTsn = tsn;

        Advance();
        return true;
    }

    /// <summary>Fills in the gap blocks and returns how many there are.</summary>
    public int GetGapBlocks(Span<GapBlock> blocks)
    {
        int count = 0;
        int last = (int)(HighestTsn - CumulativeTsn);
        int ahead = 1;
        while (ahead <= last && count < blocks.Length)
        {
            while (ahead <= last && !IsSet(CumulativeTsn + (uint)ahead))
                ahead += ClearRun(CumulativeTsn + (uint)ahead);

            if (ahead > last)
                break;

            int start = ahead;
            while (ahead <= last && IsSet(CumulativeTsn + (uint)ahead))
                ahead++;

            blocks[count++] = new GapBlock((ushort)start, (ushort)(ahead - 1));
        }

        return count;
    }

    /// <summary>Forgets the duplicates: a SACK has named them.</summary>
    public void ClearDuplicates() => _duplicateCount = 0;

    private void Advance()
    {
        while (CumulativeTsn != HighestTsn && IsSet(CumulativeTsn + 1))
            Set(++CumulativeTsn, false);
    }

    // How many TSNs from this one on are certainly not set: to the end of the word at most.
    private int ClearRun(uint tsn)
    {
        int bit = (int)(tsn & (uint)(BitCount - 1));
        ulong rest = _bits[bit >> 6] >> (bit & 63);
        return rest == 0 ? 64 - (bit & 63) : BitOperations.TrailingZeroCount(rest);
    }

    private bool IsSet(uint tsn)
    {
        int bit = (int)(tsn & (uint)(BitCount - 1));
        return (_bits[bit >> 6] & (1UL << (bit & 63))) != 0;
    }

    private void Set(uint tsn, bool value)
    {
        int bit = (int)(tsn & (uint)(BitCount - 1));
        if (value)
            _bits[bit >> 6] |= 1UL << (bit & 63);
        else
            _bits[bit >> 6] &= ~(1UL << (bit & 63));
    }

    private void Grow(int ahead)
    {
        if (ahead <= BitCount)
            return;

        ulong[] old = _bits;
        uint oldMask = (uint)(BitCount - 1);
        _bits = new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)ahead) / 64];
        for (uint tsn = CumulativeTsn + 1; tsn != HighestTsn + 1; tsn++)
        {
            int bit = (int)(tsn & oldMask);
            if ((old[bit >> 6] & (1UL << (bit & 63))) != 0)
                Set(tsn, true);
        }
    }
}
