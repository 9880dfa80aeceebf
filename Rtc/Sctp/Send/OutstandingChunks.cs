using Rtc.Rtp;

namespace Rtc.Sctp.Send;

/// <summary>Where a sent chunk is.</summary>
internal enum ChunkState : byte
{
    InFlight,

    /// <summary>Taken for lost; is to be sent again.</summary>
    Lost,

    /// <summary>A gap block acknowledged it.</summary>
    Acked,

    /// <summary>Given up: FORWARD TSN will skip it.</summary>
    Abandoned,
}

/// <summary>A chunk that was sent and that the cumulative TSN has not passed.</summary>
internal struct OutstandingChunk
{
    /// <summary>Whose bytes it carries; null once they are not needed any more.</summary>
    public OutgoingMessage? Message;
    public int Offset;
    public int Length;
    public byte Flags;
    public ushort StreamId;
    public bool IsUnordered;
    public uint MessageId;
    public uint Position;
    public uint PayloadProtocolId;
    public ChunkState State;
    public int Retransmits;

    /// <summary>How many SACKs missed it since it was sent last.</summary>
    public int Misses;
    public long SentUs;

    /// <summary>Counts transmissions, so that what was sent later is known for repeated chunks too.</summary>
    public long SentOrder;
}

/// <summary>All chunks between the peer's cumulative TSN and our next one, in a ring by TSN.</summary>
internal sealed class OutstandingChunks(uint initialTsn)
{
    /// <summary>The greatest number of chunks: gap blocks count in 16 bits.</summary>
    public const int MaxCount = 16_384;

    private OutstandingChunk[] _ring = new OutstandingChunk[64];

    /// <summary>The TSN of the first; what comes before it was acknowledged.</summary>
    public uint FirstTsn { get; private set; } = initialTsn;

    public int Count { get; private set; }

    /// <summary>The TSN that the next chunk gets.</summary>
    public uint NextTsn => FirstTsn + (uint)Count;

    public uint CumulativeTsn => FirstTsn - 1;

    public bool IsFull => Count >= MaxCount;

    public ref OutstandingChunk this[uint tsn] => ref _ring[(int)(tsn & (uint)(_ring.Length - 1))];

    /// <summary>Whether a TSN is one of those that are kept.</summary>
    public bool Contains(uint tsn) => tsn - FirstTsn < (uint)Count;

    /// <summary>How far a TSN is ahead of the peer's cumulative one.</summary>
    public int Ahead(uint tsn) => SequenceNumbers.Distance(CumulativeTsn, tsn);

    /// <summary>Makes room for the next TSN; its fields are all zero.</summary>
    public ref OutstandingChunk Add()
    {
        if (Count == _ring.Length)
            Grow();

        ref OutstandingChunk chunk = ref this[NextTsn];
        chunk = default;
        Count++;
        return ref chunk;
    }

    /// <summary>Forgets the first.</summary>
    public void RemoveFirst()
    {
        this[FirstTsn] = default;
        FirstTsn++;
        Count--;
    }

    /// <summary>Begins anew at a TSN.</summary>
    public void Reset(uint initialTsn)
    {
        Array.Clear(_ring);
        FirstTsn = initialTsn;
        Count = 0;
    }

    private void Grow()
    {
        var larger = new OutstandingChunk[_ring.Length * 2];
        for (uint tsn = FirstTsn; tsn != NextTsn; tsn++)
            larger[(int)(tsn & (uint)(larger.Length - 1))] = this[tsn];

        _ring = larger;
    }
}
