using System.Buffers.Binary;

namespace Worker.Net;

/// <summary>
/// Cuts the byte stream of a TCP connection into the frames of RFC 4571 section 2: a length of two bytes in network
/// order, then so many bytes. Whole frames are handed out where they were read; only the beginning of a frame whose
/// end has not come is kept, in a buffer that grows no faster than bytes arrive.
/// </summary>
internal sealed class FrameAssembler
{
    /// <summary>The longest frame with its length.</summary>
    public const int MaxFrameLength = 65_536;

    /// <summary>
    /// The longest frame of somebody who is not known yet, with its length: all that counts is a STUN request, and that
    /// fits the MTU of any path. Otherwise each connection of strangers could hold 64 KiB.
    /// </summary>
    public const int MaxUnknownFrameLength = 2_048;

    private const int FirstAllocation = 2_048;

    private byte[] _kept = [];
    private int _keptLength;

    /// <summary>Whether the peer is known, and so may send long frames.</summary>
    public bool IsPeerKnown { get; set; }

    /// <summary>How many bytes of an unfinished frame are kept.</summary>
    public int KeptLength => _keptLength;

    /// <summary>The memory it holds, in bytes.</summary>
    public int AllocatedLength => _kept.Length;

    /// <summary>
    /// Takes the next frame out of <paramref name="input"/>, which moves forward. False when none is complete: all
    /// input is then consumed. Empty frames are passed over.
    /// </summary>
    /// <param name="input">Bytes that were read and not yet consumed.</param>
    /// <param name="frame">The frame without its length; valid until the next call.</param>
    /// <param name="isBroken">Whether a frame is longer than anything that is accepted: the stream is useless.</param>
    public bool TryRead(ref Span<byte> input, out Span<byte> frame, out bool isBroken)
    {
        isBroken = false;
        while (true)
        {
            Span<byte> whole = _keptLength > 0 ? Complete(ref input, ref isBroken) : Cut(ref input, ref isBroken);
            if (isBroken || whole.IsEmpty)
            {
                frame = default;
                return false;
            }

            frame = whole[TcpLane.FrameHeaderLength..];
            if (frame.Length > 0)
                return true;
        }
    }

    private int Limit => IsPeerKnown ? MaxFrameLength : MaxUnknownFrameLength;

    private static int FrameLength(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt16BigEndian(header) + TcpLane.FrameHeaderLength;

    /// <summary>A whole frame at the start of the input; otherwise keeps what there is.</summary>
    private Span<byte> Cut(ref Span<byte> input, scoped ref bool isBroken)
    {
        if (input.Length >= TcpLane.FrameHeaderLength)
        {
            int length = FrameLength(input);
            isBroken = length > Limit;
            if (isBroken)
                return default;

            if (input.Length >= length)
            {
                Span<byte> frame = input[..length];
                input = input[length..];
                return frame;
            }
        }

        Keep(ref input, input.Length);
        return default;
    }

    /// <summary>Adds to the frame that is kept until it is whole.</summary>
    private Span<byte> Complete(ref Span<byte> input, scoped ref bool isBroken)
    {
        if (_keptLength < TcpLane.FrameHeaderLength)
            Keep(ref input, Math.Min(input.Length, TcpLane.FrameHeaderLength - _keptLength));
        if (_keptLength < TcpLane.FrameHeaderLength)
            return default;

        int length = FrameLength(_kept);
        isBroken = length > Limit;
        if (isBroken)
            return default;

        Keep(ref input, Math.Min(input.Length, length - _keptLength));
        if (_keptLength < length)
            return default;

        _keptLength = 0;
        return _kept.AsSpan(0, length);
    }

    private void Keep(ref Span<byte> input, int length)
    {
        if (length == 0)
            return;

        if (_kept.Length < _keptLength + length)
        {
            int allocation = Math.Max(FirstAllocation, _kept.Length);
            while (allocation < _keptLength + length)
                allocation *= 2;
            Array.Resize(ref _kept, Math.Min(allocation, MaxFrameLength));
        }

        input[..length].CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += length;
        input = input[length..];
    }
}
