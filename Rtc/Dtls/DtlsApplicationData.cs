using System.Numerics;

namespace Rtc.Dtls;

/// <summary>The decrypted application records of one datagram, in the order in which they stood in it.</summary>
internal sealed class DtlsApplicationData
{
    private byte[] _buffer = [];
    private int[] _ends = [];
    private int _end;
    private int _count;
    private int _next;

    /// <summary>How many wait to be read.</summary>
    public int Count => _count - _next;

    /// <summary>Forgets everything and makes room for what a datagram of this length can hold.</summary>
    public void Begin(int datagramLength)
    {
        _end = 0;
        _count = 0;
        _next = 0;
        if (_buffer.Length < datagramLength)
        {
            int length = (int)BitOperations.RoundUpToPowerOf2((uint)datagramLength);
            _buffer = new byte[length];
            _ends = new int[(length / DtlsRecords.HeaderLength) + 1];
        }
    }

    /// <summary>Where the next record may be decrypted to.</summary>
    public Span<byte> Room => _buffer.AsSpan(_end);

    /// <summary>Keeps the first <paramref name="length"/> bytes of <see cref="Room"/> as one record.</summary>
    public void Add(int length)
    {
        _end += length;
        _ends[_count++] = _end;
    }

    /// <summary>The next record, valid until <see cref="Begin"/>.</summary>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        record = default;
        if (_next == _count)
        {
            return false;
        }

        int start = _next == 0 ? 0 : _ends[_next - 1];
        record = _buffer.AsSpan(start, _ends[_next] - start);
        _next++;
        return true;
    }
}
