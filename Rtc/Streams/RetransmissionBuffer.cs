using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Streams;

/// <summary>What a sender remembers of a packet: the shared packet and what differed when it was sent.</summary>
internal struct SentRtp
{
    public RtpPacket? Packet;
    public uint Timestamp;
    public ushort SequenceNumber;
    public bool Marker;
    public byte Retransmissions;
    public ushort TransportCc;
    public PictureNumbers PictureNumbers;

    // The lower 32 bits: an hour is longer than anything is kept while the stream goes on.
    public uint RetransmittedAtUs;
}

/// <summary>
/// The packets that a sender can send again, by the sequence numbers that it gave them. Holds references to packets
/// that all consumers share. What is older than the age limit, by RTP timestamp, leaves when something newer comes;
/// numbers and timestamps both ascend.
/// </summary>
public sealed class RetransmissionBuffer
{
    private const int InitialCapacity = 64;

    private readonly int _maxPackets;
    private readonly uint _maxAgeTicks;

    // A ring indexed by sequence number; a power of two long. The numbers from _oldest on, _span of them, have a slot;
    // the first and the last of these slots are filled, those between may be empty.
    private SentRtp[] _ring = [];
    private ushort _oldest;
    private int _span;

    /// <param name="maxPackets">How many sequence numbers it spans at most, 1 to 32,768.</param>
    /// <param name="maxAgeMs">How far timestamps may lie behind the newest, in milliseconds.</param>
    /// <param name="clockRate">The RTP clock in Hz.</param>
    public RetransmissionBuffer(int maxPackets, int maxAgeMs, uint clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPackets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPackets, 32_768);
        _maxPackets = maxPackets;
        _maxAgeTicks = (uint)((ulong)maxAgeMs * clockRate / 1000);
    }

    /// <summary>How many sequence numbers it spans; some of them may be missing.</summary>
    public int Span => _span;

    private ushort Newest => (ushort)(_oldest + _span - 1);

    /// <summary>Whether a packet was sent by that number and is still here.</summary>
    public bool Contains(ushort sequenceNumber) => IndexOf(sequenceNumber) >= 0;

    /// <summary>
    /// Keeps a packet and takes a reference to it. False when it does not fit in: its number is taken, it is too old,
    /// or its timestamp contradicts those around it.
    /// </summary>
    public bool TryInsert(
        RtpPacket packet, ushort sequenceNumber, uint timestamp, bool marker, PictureNumbers pictureNumbers)
    {
        if (_span > 0 && SequenceNumbers.IsNewer(Newest, sequenceNumber)
            && SequenceNumbers.IsNewer(timestamp, At(Newest).Timestamp))
        {
            // A lower number with a later timestamp: the numbering started over.
            Clear();
        }

        if (_span > 0)
            RemoveOlderThan(Later(timestamp, At(Newest).Timestamp));

        bool hasRoom = _span == 0 ? TryStart(sequenceNumber)
            : SequenceNumbers.IsNewer(sequenceNumber, Newest) ? TryExtendForward(sequenceNumber, timestamp)
            : SequenceNumbers.IsNewer(_oldest, sequenceNumber) ? TryExtendBackward(sequenceNumber, timestamp)
            : FitsBetween(sequenceNumber, timestamp);
        if (!hasRoom)
            return false;

        packet.AddReference(BufferPurpose.Retransmission);
        At(sequenceNumber) = new SentRtp
        {
            Packet = packet,
            SequenceNumber = sequenceNumber,
            Timestamp = timestamp,
            Marker = marker,
            PictureNumbers = pictureNumbers,
        };
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

        int index = sequenceNumber & (_ring.Length - 1);
        return _ring[index].Packet is null ? -1 : index;
    }

    internal ref SentRtp this[int index] => ref _ring[index];

    private static uint Later(uint first, uint second) => SequenceNumbers.IsNewer(first, second) ? first : second;

    private ref SentRtp At(ushort sequenceNumber) => ref _ring[sequenceNumber & (_ring.Length - 1)];

    private bool TryStart(ushort sequenceNumber)
    {
        EnsureCapacity(1);
        _oldest = sequenceNumber;
        _span = 1;
        return true;
    }

    private bool TryExtendForward(ushort sequenceNumber, uint timestamp)
    {
        if (IsTooOld(timestamp, At(Newest).Timestamp))
        {
            // A higher number with a timestamp from long ago: the timeline started over.
            Clear();
            return TryStart(sequenceNumber);
        }

        if (SequenceNumbers.IsNewer(At(Newest).Timestamp, timestamp))
            return false;

        int needed = (ushort)(sequenceNumber - _oldest) + 1;
        if ((ushort)(sequenceNumber - Newest) >= _maxPackets)
        {
            Clear();
            return TryStart(sequenceNumber);
        }

        while (needed > _maxPackets)
        {
            RemoveOldest();
            needed = (ushort)(sequenceNumber - _oldest) + 1;
        }

        EnsureCapacity(needed);
        _span = needed;
        return true;
    }

    private bool TryExtendBackward(ushort sequenceNumber, uint timestamp)
    {
        int needed = (ushort)(Newest - sequenceNumber) + 1;
        if (needed > _maxPackets || SequenceNumbers.IsNewer(timestamp, At(_oldest).Timestamp)
            || IsTooOld(timestamp, At(Newest).Timestamp))
        {
            return false;
        }

        EnsureCapacity(needed);
        _oldest = sequenceNumber;
        _span = needed;
        return true;
    }

    private bool FitsBetween(ushort sequenceNumber, uint timestamp)
    {
        if (At(sequenceNumber).Packet is not null)
            return false;

        // The slots at both ends are filled, so both searches end.
        ushort before = (ushort)(sequenceNumber - 1);
        while (At(before).Packet is null)
            before--;

        ushort after = (ushort)(sequenceNumber + 1);
        while (At(after).Packet is null)
            after++;

        return !SequenceNumbers.IsNewer(At(before).Timestamp, timestamp)
            && !SequenceNumbers.IsNewer(timestamp, At(after).Timestamp);
    }

    private void RemoveOlderThan(uint newestTimestamp)
    {
        while (_span > 0 && IsTooOld(At(_oldest).Timestamp, newestTimestamp))
            RemoveOldest();
    }

    private void RemoveOldest()
    {
        do
        {
            ref SentRtp sent = ref At(_oldest++);
            _span--;
            sent.Packet?.Release(BufferPurpose.Retransmission);
            sent = default;
        }
        while (_span > 0 && At(_oldest).Packet is null);
    }

    private bool IsTooOld(uint timestamp, uint newestTimestamp) =>
        SequenceNumbers.IsNewer(newestTimestamp, timestamp) && newestTimestamp - timestamp > _maxAgeTicks;

    private void EnsureCapacity(int span)
    {
        if (span <= _ring.Length)
            return;

        int capacity = Math.Max(InitialCapacity, _ring.Length);
        while (capacity < span)
            capacity *= 2;

        SentRtp[] smaller = _ring;
        _ring = new SentRtp[capacity];
        for (int i = 0; i < _span; i++)
        {
            ushort sequenceNumber = (ushort)(_oldest + i);
            At(sequenceNumber) = smaller[sequenceNumber & (smaller.Length - 1)];
        }
    }
}
