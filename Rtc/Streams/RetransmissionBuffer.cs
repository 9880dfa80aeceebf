using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Streams;

/// <summary>
/// The packets that a sender can send again, by the sequence numbers that it gave them. Holds references to packets
/// that all consumers share, and borrows the memory for its records from where those have theirs. What is older than
/// the age limit, by RTP timestamp, leaves when something newer comes; numbers and timestamps both ascend.
/// </summary>
public sealed class RetransmissionBuffer
{
    // A chunk of records is one slot of packet memory.
    private const int ChunkShift = 7;
    private const int ChunkLength = 1 << ChunkShift;
    private const int ChunkBytes = PacketPool.RecordsCapacity;

    private readonly int _maxPackets;
    private readonly uint _maxAgeTicks;

    // A ring of chunks indexed by the upper bits of sequence numbers; a power of two long. The numbers from _oldest on,
    // _span of them, have a record; the first and the last of these are filled, those between may be empty. There are
    // exactly the chunks that have one of these records.
    private PacketBuffer?[] _chunks = new PacketBuffer?[2];
    private RtpPacketPool? _packets;
    private ushort _oldest;
    private int _span;

    // Of the first and the last record.
    private uint _oldestTimestamp;
    private uint _newestTimestamp;

    /// <param name="maxPackets">How many sequence numbers it spans at most, 1 to 32,768.</param>
    /// <param name="maxAgeMs">How far timestamps may lie behind the newest, in milliseconds.</param>
    /// <param name="clockRate">The RTP clock in Hz.</param>
    public RetransmissionBuffer(int maxPackets, int maxAgeMs, uint clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPackets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPackets, 32_768);
        _maxPackets = maxPackets;
        _maxAgeTicks = (uint)Math.Min((ulong)maxAgeMs * clockRate / 1000, int.MaxValue);
    }

    /// <summary>How many sequence numbers it spans; some of them may be missing.</summary>
    public int Span => _span;

    private ushort Newest => (ushort)(_oldest + _span - 1);

    /// <summary>Whether a packet was sent by that number and is still here.</summary>
    public bool Contains(ushort sequenceNumber) => IndexOf(sequenceNumber) >= 0;

    /// <summary>
    /// Keeps a packet and takes a reference to it. False when it does not fit in: its number is taken, it is too old,
    /// its timestamp contradicts those around it, or there is no memory for it.
    /// </summary>
    public bool TryInsert(
        RtpPacket packet, ushort sequenceNumber, uint timestamp, bool marker, PictureNumbers pictureNumbers)
    {
        _packets ??= packet.Pool;
        int ahead = SequenceNumbers.Distance(Newest, sequenceNumber);
        int later = SequenceNumbers.Distance(_newestTimestamp, timestamp);
        bool isNext = _span > 0 && ahead > 0 && ahead < _maxPackets && (uint)later <= _maxAgeTicks;
        bool hasPlace = isNext
            ? TryExtendForward(sequenceNumber, ahead, timestamp)
            : TryFindPlace(sequenceNumber, timestamp, ahead, later);
        if (!hasPlace)
            return false;

        packet.AddReference(BufferPurpose.Retransmission);
        ref SentRtp sent = ref At(sequenceNumber);
        sent.PacketNumber = packet.Number;
        sent.Timestamp = timestamp;
        sent.SequenceNumber = sequenceNumber;
        sent.Marker = marker;
        sent.Retransmissions = 0;
        sent.TransportCc = 0;
        sent.PictureNumbers = pictureNumbers;
        return true;
    }

    /// <summary>Gives all references back.</summary>
    public void Clear()
    {
        while (_span > 0)
            RemoveOldest();
    }

    internal int IndexOf(ushort sequenceNumber)
    {
        if ((ushort)(sequenceNumber - _oldest) >= _span)
            return -1;

        return At(sequenceNumber).PacketNumber == 0 ? -1 : sequenceNumber;
    }

    internal ref SentRtp this[int index] => ref At((ushort)index);

    /// <summary>The packet of a record that is filled.</summary>
    internal RtpPacket PacketOf(in SentRtp sent) => _packets![sent.PacketNumber];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<SentRtp> Records(PacketBuffer chunk) =>
        MemoryMarshal.Cast<byte, SentRtp>(chunk.Span[..ChunkBytes]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref SentRtp At(ushort sequenceNumber) =>
        ref Records(ChunkAt(sequenceNumber)!)[sequenceNumber & (ChunkLength - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref PacketBuffer? ChunkAt(ushort sequenceNumber) =>
        ref _chunks[(sequenceNumber >> ChunkShift) & (_chunks.Length - 1)];

    /// <summary>A place for a packet that is not the next, or the first.</summary>
    private bool TryFindPlace(ushort sequenceNumber, uint timestamp, int ahead, int later)
    {
        if (_span == 0 || StartsOver(ahead, later))
        {
            Clear();
            return TryStart(sequenceNumber, timestamp);
        }

        if (ahead >= 0 || later > 0)
            return false;

        return SequenceNumbers.IsNewer(_oldest, sequenceNumber)
            ? TryExtendBackward(sequenceNumber, timestamp)
            : FitsBetween(sequenceNumber, timestamp);
    }

    /// <summary>
    /// Whether nothing that is here can stay beside a packet: it is too new, by number or timestamp, or it has a lower
    /// number with a later timestamp or a higher number with a timestamp from long ago.
    /// </summary>
    private bool StartsOver(int ahead, int later)
    {
        if (later > _maxAgeTicks)
            return true;

        return ahead < 0 ? later > 0
            : ahead > 0 && (later < -(long)_maxAgeTicks || (ahead >= _maxPackets && later >= 0));
    }

    private bool TryStart(ushort sequenceNumber, uint timestamp)
    {
        if (!TryCover(sequenceNumber, 1))
            return false;

        _oldest = sequenceNumber;
        _span = 1;
        _oldestTimestamp = timestamp;
        _newestTimestamp = timestamp;
        return true;
    }

    /// <summary>Makes a number the newest that is so far ahead; that and its timestamp are within the limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryExtendForward(ushort sequenceNumber, int ahead, uint timestamp)
    {
        // Neither takes the newest away, which is within the limits as well.
        while (timestamp - _oldestTimestamp > _maxAgeTicks)
            RemoveOldest();
        while (_span + ahead > _maxPackets)
            RemoveOldest();

        bool isInChunkOfNewest = (sequenceNumber & (ChunkLength - 1)) >= ahead;
        if (!isInChunkOfNewest && !TryCover(_oldest, _span + ahead))
            return false;

        _span += ahead;
        _newestTimestamp = timestamp;
        return true;
    }

    private bool TryExtendBackward(ushort sequenceNumber, uint timestamp)
    {
        int needed = (ushort)(Newest - sequenceNumber) + 1;
        if (needed > _maxPackets || SequenceNumbers.IsNewer(timestamp, _oldestTimestamp)
            || _newestTimestamp - timestamp > _maxAgeTicks)
        {
            return false;
        }

        if (!TryCover(sequenceNumber, needed))
            return false;

        _oldest = sequenceNumber;
        _span = needed;
        _oldestTimestamp = timestamp;
        return true;
    }

    private bool FitsBetween(ushort sequenceNumber, uint timestamp)
    {
        if (At(sequenceNumber).PacketNumber != 0)
            return false;

        // The slots at both ends are filled, so both searches end.
        ushort before = (ushort)(sequenceNumber - 1);
        while (At(before).PacketNumber == 0)
            before--;

        ushort after = (ushort)(sequenceNumber + 1);
        while (At(after).PacketNumber == 0)
            after++;

        return !SequenceNumbers.IsNewer(At(before).Timestamp, timestamp)
            && !SequenceNumbers.IsNewer(timestamp, At(after).Timestamp);
    }

    private void RemoveOldest()
    {
        ref SentRtp sent = ref At(_oldest);
        PacketOf(sent).Release(BufferPurpose.Retransmission);
        sent.PacketNumber = 0;
        do
        {
            _span--;
            bool isLastOfChunk = (_oldest & (ChunkLength - 1)) == ChunkLength - 1;
            if (isLastOfChunk || _span == 0)
                ReleaseChunk(_oldest);

            _oldest++;
            if (_span == 0)
                return;

            sent = ref At(_oldest);
        }
        while (sent.PacketNumber == 0);

        _oldestTimestamp = sent.Timestamp;
    }

    private void ReleaseChunk(ushort sequenceNumber)
    {
        ref PacketBuffer? chunk = ref ChunkAt(sequenceNumber);
        chunk!.Release(BufferPurpose.RetransmissionRecords);
        chunk = null;
    }

    /// <summary>Borrows the chunks that are missing for so many numbers; false when there is no memory.</summary>
    private bool TryCover(ushort first, int span)
    {
        int firstChunk = first >> ChunkShift;
        int count = ((first + span - 1) >> ChunkShift) - firstChunk + 1;
        if (count > _chunks.Length)
            Grow(count);

        for (int i = 0; i < count; i++)
        {
            ref PacketBuffer? chunk = ref _chunks[(firstChunk + i) & (_chunks.Length - 1)];
            if (chunk is not null)
                continue;

            if (!_packets!.Memory.TryRentRecords(BufferPurpose.RetransmissionRecords, out chunk))
            {
                ReleaseUncovered();
                return false;
            }

            Records(chunk).Clear();
        }

        return true;
    }

    /// <summary>Gives back what was borrowed beyond the numbers that have a record.</summary>
    private void ReleaseUncovered()
    {
        int firstChunk = _oldest >> ChunkShift;
        int count = _span == 0 ? 0 : ((_oldest + _span - 1) >> ChunkShift) - firstChunk + 1;
        for (int i = 0; i < _chunks.Length; i++)
        {
            if (((i - firstChunk) & (_chunks.Length - 1)) < count || _chunks[i] is not { } chunk)
                continue;

            chunk.Release(BufferPurpose.RetransmissionRecords);
            _chunks[i] = null;
        }
    }

    private void Grow(int count)
    {
        PacketBuffer?[] smaller = _chunks;
        int length = smaller.Length;
        while (length < count)
            length *= 2;

        _chunks = new PacketBuffer?[length];
        int firstChunk = _oldest >> ChunkShift;
        for (int i = 0; i < smaller.Length; i++)
            _chunks[(firstChunk + i) & (length - 1)] = smaller[(firstChunk + i) & (smaller.Length - 1)];
    }
}
