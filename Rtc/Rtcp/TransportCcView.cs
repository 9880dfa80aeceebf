using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>
/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1) in
/// somebody else's memory. Steps through the packets in the order of their numbers.
/// </summary>
public ref struct TransportCcView
{
    /// <summary>Microseconds of one unit of a receive delta.</summary>
    public const int DeltaUnitUs = 250;

    /// <summary>Microseconds of one unit of the reference time.</summary>
    public const int ReferenceTimeUnitUs = 64_000;

    internal const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> _packet;
    private ReadOnlySpan<byte> _chunks;
    private ReadOnlySpan<byte> _deltas;
    private int _left;
    private ushort _chunk;
    private int _chunkLeft;

    internal TransportCcView(ReadOnlySpan<byte> packet)
    {
        _packet = packet;
        ReadOnlySpan<byte> control = packet[RtcpPacketRules.FeedbackHeaderLength..];
        int chunkBytes = GetChunkBytes(control);
        _chunks = control.Slice(FixedLength, chunkBytes);
        _deltas = control[(FixedLength + chunkBytes)..];
        _left = StatusCount;
        SequenceNumber = (ushort)(BaseSequenceNumber - 1);
    }

    /// <summary>Who sent it.</summary>
    public readonly FeedbackHeader Header => FeedbackHeader.Read(_packet);

    /// <summary>The number of the first packet.</summary>
    public readonly ushort BaseSequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(Control);

    /// <summary>How many packets it tells about.</summary>
    public readonly int StatusCount => BinaryPrimitives.ReadUInt16BigEndian(Control[2..]);

    /// <summary>The receiver's time that deltas start from: 24 bits with sign, units of 64 ms.</summary>
    public readonly int ReferenceTime => BinaryPrimitives.ReadInt32BigEndian(Control[4..]) >> 8;

    /// <summary>Counts feedback packets, mod 256.</summary>
    public readonly byte FeedbackCount => Control[7];

    /// <summary>The transport-wide number of the packet that the last <see cref="MoveNext"/> went to.</summary>
    public ushort SequenceNumber { readonly get; private set; }

    /// <summary>Whether that packet arrived.</summary>
    public bool IsReceived { readonly get; private set; }

    /// <summary>
    /// Time between the arrival of the last packet that arrived (or the reference time) and of this one, in units of
    /// <see cref="DeltaUnitUs"/>.
    /// </summary>
    public short Delta { readonly get; private set; }

    private readonly ReadOnlySpan<byte> Control => _packet[RtcpPacketRules.FeedbackHeaderLength..];

    /// <summary>This object, for foreach.</summary>
    public readonly TransportCcView GetEnumerator() => this;

    /// <summary>This object again: the packet that the last <see cref="MoveNext"/> went to.</summary>
    public readonly TransportCcView Current => this;

    /// <summary>Goes to the next packet; false at the end.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
            return false;

        _left--;
        SequenceNumber++;
        int symbol = NextSymbol();
        IsReceived = symbol is 1 or 2;
        Delta = 0;
        if (symbol == 1)
        {
            Delta = _deltas[0];
            _deltas = _deltas[1..];
        }
        else if (symbol == 2)
        {
            Delta = BinaryPrimitives.ReadInt16BigEndian(_deltas);
            _deltas = _deltas[2..];
        }

        return true;
    }

    /// <summary>There are statuses for as many packets as announced, and a delta for each that arrived.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> control)
    {
        if (control.Length < FixedLength)
            return false;

        int chunkBytes = GetChunkBytes(control);
        if (chunkBytes < 0)
            return false;

        int left = BinaryPrimitives.ReadUInt16BigEndian(control[2..]);
        int deltaBytes = 0;
        for (int offset = FixedLength; offset < FixedLength + chunkBytes; offset += 2)
        {
            ushort chunk = BinaryPrimitives.ReadUInt16BigEndian(control[offset..]);
            int symbols = Math.Min(left, GetSymbolCount(chunk));
            deltaBytes += GetDeltaBytes(chunk, symbols);
            left -= symbols;
        }

        return FixedLength + chunkBytes + deltaBytes <= control.Length;
    }

    private static int GetSymbolCount(ushort chunk) =>
        (chunk & 0x8000) == 0 ? chunk & 0x1FFF : (chunk & 0x4000) == 0 ? 14 : 7;

    private static int GetSymbol(ushort chunk, int index) =>
        (chunk & 0x8000) == 0 ? (chunk >> 13) & 3
        : (chunk & 0x4000) == 0 ? (chunk >> (13 - index)) & 1
        : (chunk >> (12 - (index * 2))) & 3;

    /// <summary>Bytes of the chunks; -1 when there are too few, or one that says nothing.</summary>
    private static int GetChunkBytes(ReadOnlySpan<byte> control)
    {
        int left = BinaryPrimitives.ReadUInt16BigEndian(control[2..]);
        int offset = FixedLength;
        while (left > 0)
        {
            if (offset + 2 > control.Length)
                return -1;

            int symbols = GetSymbolCount(BinaryPrimitives.ReadUInt16BigEndian(control[offset..]));
            if (symbols == 0)
                return -1;

            left -= symbols;
            offset += 2;
        }

        return offset - FixedLength;
    }

    private static int GetDeltaBytes(ushort chunk, int symbols)
    {
        if ((chunk & 0x8000) == 0)
            return GetSymbol(chunk, 0) is 1 or 2 ? symbols * GetSymbol(chunk, 0) : 0;

        int bytes = 0;
        for (int i = 0; i < symbols; i++)
            bytes += GetSymbol(chunk, i) is 1 or 2 ? GetSymbol(chunk, i) : 0;

        return bytes;
    }

    private int NextSymbol()
    {
        if (_chunkLeft == 0)
        {
            _chunk = BinaryPrimitives.ReadUInt16BigEndian(_chunks);
            _chunks = _chunks[2..];
            _chunkLeft = GetSymbolCount(_chunk);
        }

        return GetSymbol(_chunk, GetSymbolCount(_chunk) - _chunkLeft--);
    }
}
