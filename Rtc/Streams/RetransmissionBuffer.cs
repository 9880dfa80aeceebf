using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Streams;

/// <summary>
/// The packets that a sender can send again, by the sequence numbers that it gave them. Holds references to packets
/// that all consumers share, and borrows the memory for its records from where those have theirs. What is older than
/// the age limit, by RTP timestamp, cannot be sent again once something newer came; numbers and timestamps both ascend.
/// </summary>
/// <remarks>
/// Where a room has many consumers their records fit no cache: a record is cold again when its time is over. So packets
/// that follow each other are given back in batches, one walk for <see cref="BatchLength"/> records, and no packet that
/// comes looks at another record than its own. Up to <see cref="BatchLength"/> - 1 packets that cannot be sent again
/// any more are held for this, until the last of their batch is over or something comes out of order.
/// </remarks>
public sealed class RetransmissionBuffer
{
    /// <summary>How many sequence numbers are given up together.</summary>
    internal const int BatchLength = 16;

    // A chunk of records is one slot of packet memory, and consists of whole batches.
    private const int ChunkShift = 8;
    private const int ChunkLength = 1 << ChunkShift;
    private const int ChunkBytes = PacketPool.RecordsCapacity;

    private readonly int _maxPackets;
    private readonly int _maxSpan;
    private readonly uint _maxAgeTicks;

    // A ring of chunks indexed by the upper bits of sequence numbers; a power of two long. The numbers up to _newest,
    // _span of them, have a record; the first and the last of these are filled, those between may be empty. There are
    // exactly the chunks that have one of these records; what else is in them is garbage.
    private PacketBuffer?[] _chunks = new PacketBuffer?[2];
    private RtpPacketPool? _packets;
    private PacketBuffer? _newestChunk;
    private ushort _newest;
    private int _span;
    private uint _newestTimestamp;

    // Not later than the last timestamp in the batch of the oldest record: while this is young enough, all batches stay.
    private uint _batchTimestamp;
    private bool _isBatchTimestampExact;

    /// <param name="maxPackets">How many sequence numbers it spans at most, 1 to 32,768.</param>
    /// <param name="maxAgeMs">How far timestamps may lie behind the newest, in milliseconds.</param>
    /// <param name="clockRate">The RTP clock in Hz.</param>
    public RetransmissionBuffer(int maxPackets, int maxAgeMs, uint clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPackets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPackets, 32_768);
        _maxPackets = maxPackets;
        _maxSpan = maxPackets + BatchLength - 1;

        // The timestamps of a batch may lie so far apart each, and must not go round before it is given up.
        _maxAgeTicks = (uint)Math.Min((ulong)maxAgeMs * clockRate / 1000, int.MaxValue / BatchLength);
    }

    /// <summary>
    /// How many sequence numbers it has records of; some may be missing, and some of the oldest be over.
    /// </summary>
    public int Span => _span;

    private ushort Oldest => (ushort)(_newest - _span + 1);

    /// <summary>Whether a packet was sent by that number and can be sent again.</summary>
    public bool Contains(ushort sequenceNumber) => IndexOf(sequenceNumber) >= 0;

    /// <summary>
    /// Keeps a packet and takes a reference to it. False when it does not fit in: its number is taken, it is too old,
    /// its timestamp contradicts those around it, or there is no memory for it.
    /// </summary>
    public bool TryInsert(
        RtpPacket packet, ushort sequenceNumber, uint timestamp, bool marker, PictureNumbers pictureNumbers)
    {
        // Without a call, so that no register has to be saved.
        bool isNext = sequenceNumber == (ushort)(_newest + 1) && timestamp - _newestTimestamp <= _maxAgeTicks;
        if (!isNext
            || timestamp - _batchTimestamp > _maxAgeTicks
            || (uint)(_span - 1) >= (uint)(_maxSpan - 1)
            || (sequenceNumber & (ChunkLength - 1)) == 0)
        {
            return TryInsertElsewhere(packet, sequenceNumber, timestamp, marker, pictureNumbers);
        }

        SetNewest(sequenceNumber, ahead: 1, timestamp);
        packet.AddReference(BufferPurpose.Retransmission);
        RecordIn(_newestChunk!, sequenceNumber).Fill(packet, timestamp, marker, pictureNumbers);
        return true;
    }

    /// <summary>Gives all references back.</summary>
    public void Clear()
    {
        while (_span > 0)
            Drop(Math.Min(_span, ChunkLength - (Oldest & (ChunkLength - 1))));
    }

    internal int IndexOf(ushort sequenceNumber)
    {
        int behind = (ushort)(_newest - sequenceNumber);
        if (behind >= _span || behind >= _maxPackets)
            return -1;

        ref SentRtp sent = ref At(sequenceNumber);
        return sent.IsEmpty || _newestTimestamp - sent.Timestamp > _maxAgeTicks ? -1 : sequenceNumber;
    }

    internal ref SentRtp this[int index] => ref At((ushort)index);

    /// <summary>The packet of a record that is filled.</summary>
    internal RtpPacket PacketOf(in SentRtp sent) => _packets![sent.PacketNumber];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<SentRtp> Records(PacketBuffer chunk) =>
        MemoryMarshal.Cast<byte, SentRtp>(chunk.Span[..ChunkBytes])[..ChunkLength];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref SentRtp RecordIn(PacketBuffer chunk, ushort sequenceNumber) =>
        ref Records(chunk)[sequenceNumber & (ChunkLength - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref SentRtp At(ushort sequenceNumber) => ref RecordIn(ChunkAt(sequenceNumber)!, sequenceNumber);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref PacketBuffer? ChunkAt(ushort sequenceNumber) =>
        ref _chunks[(sequenceNumber >> ChunkShift) & (_chunks.Length - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetNewest(ushort sequenceNumber, int ahead, uint timestamp)
    {
        _newest = sequenceNumber;
        _newestTimestamp = timestamp;
        _span += ahead;
    }

    /// <summary>Keeps a packet that is not simply the next, in memory that there is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryInsertElsewhere(
        RtpPacket packet, ushort sequenceNumber, uint timestamp, bool marker, PictureNumbers pictureNumbers)
    {
        _packets ??= packet.Pool;
        if (!TryFindPlace(sequenceNumber, timestamp))
            return false;

        _newestChunk = ChunkAt(_newest);
        packet.AddReference(BufferPurpose.Retransmission);
        At(sequenceNumber).Fill(packet, timestamp, marker, pictureNumbers);
        return true;
    }

    private bool TryFindPlace(ushort sequenceNumber, uint timestamp)
    {
        int ahead = SequenceNumbers.Distance(_newest, sequenceNumber);
        int later = SequenceNumbers.Distance(_newestTimestamp, timestamp);
        if (_span == 0 || StartsOver(ahead, later))
        {
            Clear();
            return TryStart(sequenceNumber, timestamp);
        }

        if (ahead > 0 && later >= 0)
            return TryExtendForward(sequenceNumber, ahead, timestamp);
        if (ahead >= 0 || later > 0)
            return false;

        _isBatchTimestampExact = false;
        DropAllThatIsOver();
        return SequenceNumbers.IsNewer(Oldest, sequenceNumber)
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

        SetNewest(sequenceNumber, ahead: 1, timestamp);
        _batchTimestamp = timestamp;
        _isBatchTimestampExact = false;
        return true;
    }

    /// <summary>Makes a number the newest that is so far ahead; that and its timestamp are within the limits.</summary>
    private bool TryExtendForward(ushort sequenceNumber, int ahead, uint timestamp)
    {
        DropBatchesThatAreOver(ahead, timestamp);
        bool isInChunkOfNewest = (sequenceNumber & (ChunkLength - 1)) >= ahead;
        if (!isInChunkOfNewest && !TryCover(Oldest, _span + ahead))
            return false;

        MarkEmpty((ushort)(_newest + 1), ahead - 1);
        SetNewest(sequenceNumber, ahead, timestamp);
        return true;
    }

    private bool TryExtendBackward(ushort sequenceNumber, uint timestamp)
    {
        ushort oldest = Oldest;
        int needed = (ushort)(_newest - sequenceNumber) + 1;
        if (needed > _maxPackets || SequenceNumbers.IsNewer(timestamp, At(oldest).Timestamp)
            || _newestTimestamp - timestamp > _maxAgeTicks)
        {
            return false;
        }

        if (!TryCover(sequenceNumber, needed))
            return false;

        MarkEmpty((ushort)(sequenceNumber + 1), needed - _span - 1);
        _span = needed;
        _batchTimestamp = timestamp;
        return true;
    }

    private bool FitsBetween(ushort sequenceNumber, uint timestamp)
    {
        if (!At(sequenceNumber).IsEmpty)
            return false;

        // The slots at both ends are filled, so both searches end.
        ushort after = (ushort)(sequenceNumber + 1);
        while (At(after).IsEmpty)
            after++;

        return !SequenceNumbers.IsNewer(LastUpTo(sequenceNumber).Timestamp, timestamp)
            && !SequenceNumbers.IsNewer(timestamp, At(after).Timestamp);
    }

    /// <summary>The last record that is filled, up to a number.</summary>
    private ref SentRtp LastUpTo(ushort sequenceNumber)
    {
        while (At(sequenceNumber).IsEmpty)
            sequenceNumber--;

        return ref At(sequenceNumber);
    }

    private void MarkEmpty(ushort first, int count)
    {
        for (int i = 0; i < count; i++)
            At((ushort)(first + i)).PacketNumber = 0;
    }

    /// <summary>Makes room for a packet so far ahead, which is within the limits, as is the newest.</summary>
    private void DropBatchesThatAreOver(int ahead, uint timestamp)
    {
        if (!_isBatchTimestampExact)
            ReadBatchTimestamp();

        // The batch of the newest is within the limits, so it stays.
        while (timestamp - _batchTimestamp > _maxAgeTicks || _span + ahead > _maxSpan)
        {
            // What is read now is fetched all at once, and what is read last while the packets are given back.
            ushort oldest = Oldest;
            int count = LengthOfBatch(oldest);
            for (int i = 0; i < count; i += SentRtp.CountInCacheLine)
                Prefetch((ushort)(oldest + i));
            if (count + BatchLength < _span)
                Prefetch((ushort)(oldest + count + BatchLength - 1));

            Drop(count);
            ReadBatchTimestamp();
        }
    }

    private void ReadBatchTimestamp()
    {
        ushort oldest = Oldest;
        int count = LengthOfBatch(oldest);
        _isBatchTimestampExact = count < _span;
        _batchTimestamp = _isBatchTimestampExact
            ? LastUpTo((ushort)(oldest + count - 1)).Timestamp
            : _newestTimestamp;
    }

    private static int LengthOfBatch(ushort first) => BatchLength - (first & (BatchLength - 1));

    private void Prefetch(ushort sequenceNumber) =>
        ChunkAt(sequenceNumber)!.Prefetch((sequenceNumber & (ChunkLength - 1)) * Unsafe.SizeOf<SentRtp>());

    /// <summary>Leaves what can be sent again, and the newest is among it.</summary>
    private void DropAllThatIsOver()
    {
        while (_span > _maxPackets || _newestTimestamp - At(Oldest).Timestamp > _maxAgeTicks)
            Drop(1);
    }

    /// <summary>Gives up so many numbers, which are in one chunk, and the empty ones after them.</summary>
    private void Drop(int count)
    {
        ushort oldest = Oldest;
        foreach (ref readonly SentRtp sent in Records(ChunkAt(oldest)!).Slice(oldest & (ChunkLength - 1), count))
        {
            if (!sent.IsEmpty)
                PacketOf(sent).Release(BufferPurpose.Retransmission);
        }

        Shorten(count);
        while (_span > 0 && At(Oldest).IsEmpty)
            Shorten(1);
    }

    private void Shorten(int count)
    {
        ushort oldest = Oldest;
        bool endsChunk = (oldest & (ChunkLength - 1)) + count == ChunkLength;
        if (endsChunk || count == _span)
            ReleaseChunk(oldest);

        _span -= count;
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
        }

        return true;
    }

    /// <summary>Gives back what was borrowed beyond the numbers that have a record.</summary>
    private void ReleaseUncovered()
    {
        int firstChunk = Oldest >> ChunkShift;
        int count = _span == 0 ? 0 : ((Oldest + _span - 1) >> ChunkShift) - firstChunk + 1;
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
        int firstChunk = Oldest >> ChunkShift;
        for (int i = 0; i < smaller.Length; i++)
            _chunks[(firstChunk + i) & (length - 1)] = smaller[(firstChunk + i) & (smaller.Length - 1)];
    }
}
