using System.Buffers.Binary;

namespace Rtc.Rtcp;

/// <summary>Steps through the chunks of a source description (RFC 3550 section 6.5).</summary>
public ref struct SourceDescriptionReader
{
    private const byte CnameItem = 1;

    private readonly int _count;
    private ReadOnlySpan<byte> _rest;
    private int _index;

    internal SourceDescriptionReader(ReadOnlySpan<byte> chunks, int count)
    {
        _rest = chunks;
        _count = count;
    }

    /// <summary>The stream that the chunk is about.</summary>
    public uint Ssrc { readonly get; private set; }

    /// <summary>The canonical name, UTF-8; empty when the chunk has none.</summary>
    public ReadOnlySpan<byte> Cname { readonly get; private set; }

    /// <summary>This object, for foreach.</summary>
    public readonly SourceDescriptionReader GetEnumerator() => this;

    /// <summary>This object again: the chunk that the last <see cref="MoveNext"/> went to.</summary>
    public readonly SourceDescriptionReader Current => this;

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool MoveNext()
    {
        if (_index == _count)
            return false;

        _index++;
        return TryReadChunk();
    }

    internal static bool IsWellFormed(ReadOnlySpan<byte> chunks, int count)
    {
        var reader = new SourceDescriptionReader(chunks, count);
        for (int i = 0; i < count; i++)
        {
            if (!reader.MoveNext())
                return false;
        }

        return true;
    }

    /// <summary>
    /// A chunk is an SSRC, items, a 0 and padding with 0 to a multiple of 4. A sender that leaves the 0 out at the very
    /// end is understood as well.
    /// </summary>
    private bool TryReadChunk()
    {
        if (_rest.Length < 4)
            return false;

        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        Cname = default;
        int offset = 4;
        while (offset < _rest.Length && _rest[offset] != 0)
        {
            if (offset + 2 > _rest.Length || offset + 2 + _rest[offset + 1] > _rest.Length)
                return false;

            if (_rest[offset] == CnameItem)
                Cname = _rest.Slice(offset + 2, _rest[offset + 1]);

            offset += 2 + _rest[offset + 1];
        }

        int next = offset == _rest.Length ? offset : (offset + 4) & ~3;
        if (next > _rest.Length)
            return false;

        _rest = _rest[next..];
        return true;
    }
}
