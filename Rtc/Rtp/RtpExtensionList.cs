namespace Rtc.Rtp;

/// <summary>
/// The header extension elements that a packet is to carry, in order. Built into scratch memory of the caller, who
/// keeps it for the next packet.
/// </summary>
/// <param name="scratch">Room for the elements: 2 bytes each and their data.</param>
public ref struct RtpExtensionList(Span<byte> scratch)
{
    /// <summary>
    /// Bytes reserved for the data of a MID: what a receiver's own MID has to fit in.
    /// </summary>
    public const int MidRoom = 8;

    /// <summary>Scratch that is enough for one element of each known extension.</summary>
    public const int ScratchLength = 12 * (2 + 255);

    private readonly Span<byte> _scratch = scratch;
    private int _count;
    private int _dataLength;
    private bool _needsTwoByteForm;

    internal byte MidId { readonly get; private set; }

    internal byte AbsSendTimeId { readonly get; private set; }

    internal byte TransportCcId { readonly get; private set; }

    /// <summary>Whether all fit the one-byte form: ids up to 14, data of 1 to 16 bytes.</summary>
    public readonly bool IsOneByteForm => !_needsTwoByteForm;

    /// <summary>
    /// Bytes on the wire, 0 without elements: 4 of head, then the elements, padded to a multiple of 4.
    /// </summary>
    public readonly int WireLength =>
        _count == 0 ? 0 : 4 + ((_dataLength + (_count * (IsOneByteForm ? 1 : 2)) + 3) & ~3);

    /// <summary>The elements as id, length, data.</summary>
    internal readonly ReadOnlySpan<byte> Elements => _scratch[..(_dataLength + (_count * 2))];

    /// <summary>Adds an element that is copied as it is.</summary>
    /// <param name="id">1 to 255.</param>
    /// <param name="data">At most 255 bytes.</param>
    /// <exception cref="InvalidOperationException">
    /// An id or length that no element has, or scratch too small.
    /// </exception>
    public void Add(byte id, ReadOnlySpan<byte> data) => data.CopyTo(Reserve(id, data.Length));

    /// <summary>Adds room for a MID that each receiver's sender fills; until then its bytes are 0.</summary>
    public void AddMid(byte id)
    {
        Reserve(id, MidRoom).Clear();
        MidId = id;
    }

    /// <summary>Adds an absolute send time that each receiver's sender fills.</summary>
    public void AddAbsSendTime(byte id)
    {
        Reserve(id, 3).Clear();
        AbsSendTimeId = id;
    }

    /// <summary>Adds a transport-wide sequence number that each receiver's sender fills.</summary>
    public void AddTransportCc(byte id)
    {
        Reserve(id, 2).Clear();
        TransportCcId = id;
    }

    /// <summary>Adds an element and lends its data to be written; it holds garbage.</summary>
    /// <exception cref="InvalidOperationException">
    /// An id or length that no element has, or scratch too small.
    /// </exception>
    public Span<byte> Reserve(byte id, int length)
    {
        int offset = _dataLength + (_count * 2);
        if (id == 0 || length is < 0 or > 255 || offset + 2 + length > _scratch.Length)
            throw new InvalidOperationException($"header extension element {id} of {length} bytes cannot be added");

        _scratch[offset] = id;
        _scratch[offset + 1] = (byte)length;
        _needsTwoByteForm |= id > 14 || length is 0 or > 16;
        _dataLength += length;
        _count++;
        return _scratch.Slice(offset + 2, length);
    }
}
