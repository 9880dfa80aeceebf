namespace Channel;

/// <summary>Bytes that wait to be written to the pipe, in order. One buffer, reused.</summary>
public sealed class OutgoingQueue
{
    private const int InitialBytes = 64 * 1024;
    private const int KeptBytes = 4 * 1024 * 1024;

    private byte[] _bytes = new byte[InitialBytes];
    private int _start;
    private int _end;

    /// <summary>What is to be written next; empty when nothing waits.</summary>
    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Bytes that wait.</summary>
    public int Count => _end - _start;

    /// <summary>Adds bytes at the end.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _end < bytes.Length)
        {
            MakeRoom(bytes.Length);
        }
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Takes away bytes that were written.</summary>
    /// <param name="count">Number of bytes, at most <see cref="Count"/>.</param>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Count, nameof(count));
        _start += count;
        if (_start == _end)
        {
            _start = 0;
            _end = 0;
            if (_bytes.Length > KeptBytes)
            {
                _bytes = new byte[InitialBytes];
            }
        }
    }

    private void MakeRoom(int more)
    {
        int size = _bytes.Length;
        while (size - Count < more)
        {
            size = checked(size * 2);
        }
        byte[] target = size == _bytes.Length ? _bytes : new byte[size];
        int count = Count;
        Pending.CopyTo(target);
        _bytes = target;
        _start = 0;
        _end = count;
    }
}
