using System.Buffers.Binary;

namespace Channel;

/// <summary>What <see cref="FrameReader.TryRead"/> found.</summary>
public enum FrameStatus
{
    /// <summary>No whole frame yet.</summary>
    Incomplete,

    /// <summary>A frame.</summary>
    Frame,

    /// <summary>A frame over the limit: where the next one begins is unknown, so the stream is at its end.</summary>
    TooLarge,
}

/// <summary>
/// Cuts a byte stream into frames: a 32 bit little-endian length, then that many bytes. Does no IO: whoever owns the
/// descriptor reads into <see cref="GetReceiveSpan"/>. The buffer grows only as bytes arrive, never beyond one frame.
/// </summary>
public sealed class FrameReader
{
    /// <summary>Longest frame in bytes, prefix included (as Node's side has it).</summary>
    public const int MaxFrame = 8_388_608;

    private const int Prefix = 4;
    private const int InitialBytes = 64 * 1024;
    private const int LeastReceive = 4 * 1024;

    private byte[] _buffer = new byte[InitialBytes];
    private int _start;
    private int _end;

    /// <summary>Room for bytes of the stream, never empty. Ends the life of the frame read last.</summary>
    public Span<byte> GetReceiveSpan()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = 0;
        }
        if (_buffer.Length - _end < LeastReceive)
        {
            MakeRoom();
        }
        return _buffer.AsSpan(_end);
    }

    /// <summary>Takes bytes that were written to the start of <see cref="GetReceiveSpan"/>.</summary>
    /// <param name="count">Number of bytes, at most the span's length.</param>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _end), nameof(count));
        _end += count;
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="payload">The frame without its prefix, valid until <see cref="GetReceiveSpan"/>.</param>
    public FrameStatus TryRead(out ReadOnlySpan<byte> payload)
    {
        payload = default;
        int available = _end - _start;
        if (available < Prefix)
        {
            return FrameStatus.Incomplete;
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (length > MaxFrame - Prefix)
        {
            return FrameStatus.TooLarge;
        }
        if (available - Prefix < length)
        {
            return FrameStatus.Incomplete;
        }
        payload = _buffer.AsSpan(_start + Prefix, (int)length);
        _start += Prefix + (int)length;
        return FrameStatus.Frame;
    }

    private void MakeRoom()
    {
        int pending = _end - _start;
        byte[] target = _buffer;
        // What is pending is less than one frame once all whole frames were taken, so this stays bounded.
        if (_buffer.Length - pending < LeastReceive)
        {
            target = new byte[_buffer.Length * 2];
        }
        _buffer.AsSpan(_start, pending).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = pending;
    }
}
