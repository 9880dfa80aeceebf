namespace Rtc.Dtls;

/// <summary>
/// Records that wait to be sent. A memory BIO does not keep datagrams apart, so they are put together here again:
/// whole records of the handshake, as many as fit. Others go alone: a receiver may read only the first application
/// record of a datagram, and an alert may end the session that the rest is not for.
/// </summary>
internal sealed class DtlsOutgoing
{
    private const int Capacity = 65_536;
    private const int FirstLength = 4_096;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Takes a copy; false when it does not fit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> records)
    {
        if (_end - _start + records.Length > Capacity)
        {
            return false;
        }

        MakeRoom(records.Length);
        records.CopyTo(_buffer.AsSpan(_end));
        _end += records.Length;
        return true;
    }

    /// <summary>Writes the next datagram of at most <paramref name="destination"/>'s length.</summary>
    public bool TryTake(Span<byte> destination, out int length)
    {
        length = 0;
        bool isShared = true;
        while (isShared && DtlsRecords.TryReadFirst(_buffer.AsSpan(_start, _end - _start), out DtlsRecord record))
        {
            int next = record.Length;
            isShared = record.ContentType is DtlsRecords.Handshake or DtlsRecords.ChangeCipherSpec;
            if (length + next > destination.Length)
            {
                if (length > 0)
                {
                    return true;
                }

                throw new InvalidOperationException($"a DTLS record of {next} bytes, room for {destination.Length}");
            }

            if (!isShared && length > 0)
            {
                return true;
            }

            _buffer.AsSpan(_start, next).CopyTo(destination[length..]);
            length += next;
            _start += next;
        }

        return length > 0;
    }

    private void MakeRoom(int length)
    {
        if (_buffer.Length - _end >= length)
        {
            return;
        }

        int waiting = _end - _start;
        byte[] target = waiting + length <= _buffer.Length
            ? _buffer
            : new byte[Math.Min(Capacity, Math.Max(FirstLength, 2 * (waiting + length)))];
        Buffer.BlockCopy(_buffer, _start, target, 0, waiting);
        _buffer = target;
        _start = 0;
        _end = waiting;
    }
}
