namespace Rtc.Rtp;

/// <summary>
/// Steps through the elements of an RFC 8285 header extension, one-byte or two-byte form. Padding is skipped; id 15
/// of the one-byte form ends it (section 4.2); an element that does not fit ends it as malformed.
/// </summary>
public ref struct RtpExtensionEnumerator
{
    private readonly ReadOnlySpan<byte> _extension;
    private readonly bool _isOneByteForm;
    private int _next;
    private int _length;

    internal RtpExtensionEnumerator(ReadOnlySpan<byte> extension, bool isOneByteForm)
    {
        _extension = extension;
        _isOneByteForm = isOneByteForm;
    }

    /// <summary>The id of the element: 1 to 14, or 1 to 255 in the two-byte form.</summary>
    public byte CurrentId { readonly get; private set; }

    /// <summary>The data of the element.</summary>
    public readonly ReadOnlySpan<byte> Current => _extension.Slice(CurrentOffset, _length);

    /// <summary>Whether an element did not fit.</summary>
    public bool IsMalformed { readonly get; private set; }

    internal int CurrentOffset { readonly get; private set; }

    /// <summary>This object, for foreach.</summary>
    public readonly RtpExtensionEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next element; false at the end.</summary>
    public bool MoveNext()
    {
        while (_next < _extension.Length && IsPadding(_extension[_next]))
            _next++;

        int headLength = _isOneByteForm ? 1 : 2;
        if (_next + headLength > _extension.Length)
            return false;

        byte head = _extension[_next];
        CurrentId = _isOneByteForm ? (byte)(head >> 4) : head;
        if (_isOneByteForm && CurrentId == 15)
            return false;

        _length = _isOneByteForm ? (head & 0x0F) + 1 : _extension[_next + 1];
        CurrentOffset = _next + headLength;
        _next = CurrentOffset + _length;
        IsMalformed = _next > _extension.Length;
        return !IsMalformed;
    }

    /// <summary>Id 0 is one byte of padding, whatever length stands beside it in the one-byte form.</summary>
    private readonly bool IsPadding(byte head) => _isOneByteForm ? head >> 4 == 0 : head == 0;
}
