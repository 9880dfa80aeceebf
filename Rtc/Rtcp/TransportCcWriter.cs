using System.Buffers.Binary;
using Rtc.Rtp;

namespace Rtc.Rtcp;

/// <summary>
/// Collects arrivals and writes them as transport-wide congestion control feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1). Made once and reused; adding allocates nothing.
/// </summary>
public sealed class TransportCcWriter
{
    /// <summary>Bytes that a feedback packet may have.</summary>
    public const int MaxLength = CompoundRtcpWriter.MaxLength;

    private const int HeadLength = RtcpPacketRules.FeedbackHeaderLength + TransportCcView.FixedLength;
    private const int MaxStatuses = 0x8000;
    private const int MaxRun = 0x1FFF;
    private const int OneBitSymbols = 14;
    private const int TwoBitSymbols = 7;
    private const int PaddingRoom = 3;
    private const int TicksPerReference = TransportCcView.ReferenceTimeUnitUs / TransportCcView.DeltaUnitUs;
    private const byte NotReceived = 0;
    private const byte SmallDelta = 1;
    private const byte LargeDelta = 2;

    private readonly byte[] _symbols = new byte[MaxStatuses];
    private readonly byte[] _deltas = new byte[MaxLength];
    private ushort _base;
    private long _reference;
    private long _lastTicks;
    private int _count;
    private int _deltaBytes;

    /// <summary>Whether nothing was added since the last <see cref="Start"/>.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The number that comes after the last that was added: where the next feedback starts.</summary>
    public ushort NextSequenceNumber => (ushort)(_base + _count);

    /// <summary>Starts anew.</summary>
    /// <param name="baseSequenceNumber">The first number to tell about, whether it arrived or not.</param>
    public void Start(ushort baseSequenceNumber)
    {
        _base = baseSequenceNumber;
        _count = 0;
        _deltaBytes = 0;
    }

    /// <summary>
    /// Adds a packet that arrived; numbers between the last one and this did not. Numbers ascend, times need not.
    /// False when the packet does not fit any more, in bytes or in time: write, start at
    /// <see cref="NextSequenceNumber"/>, add again. False for an empty feedback as well when the number is behind.
    /// </summary>
    /// <param name="sequenceNumber">The transport-wide number.</param>
    /// <param name="arrivedAtUs">When it arrived, in monotonic microseconds.</param>
    public bool TryAdd(ushort sequenceNumber, long arrivedAtUs)
    {
        int missing = SequenceNumbers.Distance(NextSequenceNumber, sequenceNumber);
        if (missing < 0 || _count + missing + 1 > MaxStatuses)
            return false;

        long ticks = FloorDivide(arrivedAtUs, TransportCcView.DeltaUnitUs);
        long reference = _deltaBytes == 0 ? FloorDivide(ticks, TicksPerReference) : _reference;
        long delta = ticks - (_deltaBytes == 0 ? reference * TicksPerReference : _lastTicks);
        if (delta is < short.MinValue or > short.MaxValue)
            return false;

        int deltaLength = delta is >= 0 and <= byte.MaxValue ? 1 : 2;
        _symbols.AsSpan(_count, missing).Clear();
        _symbols[_count + missing] = deltaLength == 1 ? SmallDelta : LargeDelta;
        if (!Fits(_count + missing + 1, _deltaBytes + deltaLength))
            return false;

        if (deltaLength == 1)
            _deltas[_deltaBytes] = (byte)delta;
        else
            BinaryPrimitives.WriteInt16BigEndian(_deltas.AsSpan(_deltaBytes), (short)delta);

        _reference = reference;
        _lastTicks = ticks;
        _count += missing + 1;
        _deltaBytes += deltaLength;
        return true;
    }

    /// <summary>Writes the feedback and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="senderSsrc">Who sends it.</param>
    /// <param name="mediaSsrc">A stream of the transport that it is about.</param>
    /// <param name="feedbackCount">Counts feedback packets, mod 256.</param>
    public int Write(Span<byte> destination, uint senderSsrc, uint mediaSsrc, byte feedbackCount)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], _base);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)_count);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], ((uint)_reference << 8) | feedbackCount);
        int offset = HeadLength + WriteChunks(destination[HeadLength..], _count);
        _deltas.AsSpan(0, _deltaBytes).CopyTo(destination[offset..]);
        offset += _deltaBytes;

        int padding = -offset & 3;
        if (padding > 0)
        {
            destination.Slice(offset, padding).Clear();
            destination[offset + padding - 1] = (byte)padding;
        }

        return WriteHead(destination, offset + padding, padding, senderSsrc, mediaSsrc);
    }

    private static int WriteHead(Span<byte> destination, int length, int padding, uint senderSsrc, uint mediaSsrc)
    {
        RtcpWriter.WriteHeader(
            destination, RtcpPacketRules.TransportCcFormat, RtcpPacketType.TransportFeedback, length);
        if (padding > 0)
            destination[0] |= 0x20;

        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], mediaSsrc);
        return length;
    }

    private static long FloorDivide(long value, long divisor)
    {
        (long quotient, long remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Counts chunks one by one only where the worst case does not tell.</summary>
    private bool Fits(int count, int deltaBytes)
    {
        int rest = MaxLength - HeadLength - PaddingRoom - deltaBytes;
        int worst = (count + TwoBitSymbols - 1) / TwoBitSymbols * 2;
        return worst <= rest || (rest > 0 && WriteChunks(default, count) <= rest);
    }

    /// <summary>Writes status chunks, or only counts their bytes when there is no destination.</summary>
    private int WriteChunks(Span<byte> destination, int count)
    {
        ReadOnlySpan<byte> symbols = _symbols.AsSpan(0, count);
        int offset = 0;
        while (!symbols.IsEmpty)
        {
            int taken = TakeChunk(symbols, out ushort chunk);
            if (!destination.IsEmpty)
                BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], chunk);

            offset += 2;
            symbols = symbols[taken..];
        }

        return offset;
    }

    /// <summary>A run where it covers more than a vector would, else the vector that the symbols allow.</summary>
    private static int TakeChunk(ReadOnlySpan<byte> symbols, out ushort chunk)
    {
        ReadOnlySpan<byte> next = symbols[..Math.Min(symbols.Length, OneBitSymbols)];
        bool needsTwoBits = next.Contains(LargeDelta);
        int vectorLength = Math.Min(symbols.Length, needsTwoBits ? TwoBitSymbols : OneBitSymbols);
        int run = symbols.IndexOfAnyExcept(symbols[0]);
        run = Math.Min(run < 0 ? symbols.Length : run, MaxRun);
        if (run >= vectorLength)
        {
            chunk = (ushort)((symbols[0] << 13) | run);
            return run;
        }

        int bits = needsTwoBits ? 2 : 1;
        int value = 0;
        for (int i = 0; i < (needsTwoBits ? TwoBitSymbols : OneBitSymbols); i++)
            value = (value << bits) | (i < vectorLength ? symbols[i] : NotReceived);

        chunk = (ushort)((needsTwoBits ? 0xC000 : 0x8000) | value);
        return vectorLength;
    }
}
