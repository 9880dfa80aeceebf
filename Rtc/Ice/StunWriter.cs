using System.Buffers.Binary;
using Rtc.Crypto;
using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>
/// Writes a STUN message (RFC 8489) into a buffer of the caller. Room is the caller's to know: what does not fit
/// throws, as it is our own message.
/// </summary>
public ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Starts a message.</summary>
    /// <param name="buffer">Where it goes; at least the 20 bytes of the header and what is added.</param>
    /// <param name="messageClass">Request, indication or response.</param>
    /// <param name="method">12 bits; see <see cref="StunMethod"/>.</param>
    /// <param name="transactionId">12 bytes.</param>
    public StunWriter(Span<byte> buffer, StunClass messageClass, ushort method, ReadOnlySpan<byte> transactionId)
    {
        int type = (method & 0x000F) | ((method & 0x0070) << 1) | ((method & 0x0F80) << 2) |
            (((int)messageClass & 2) << 7) | (((int)messageClass & 1) << 4);
        _buffer = buffer;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessageView.MagicCookie);
        transactionId[..StunMessageView.TransactionIdLength].CopyTo(buffer[8..]);
        _length = StunMessageView.HeaderLength;
    }

    /// <summary>Adds an attribute with the bytes of its value.</summary>
    public void Add(StunAttributeType type, scoped ReadOnlySpan<byte> value) => value.CopyTo(Extend(type, value.Length));

    /// <summary>Adds an attribute of four bytes.</summary>
    public void Add(StunAttributeType type, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(Extend(type, sizeof(uint)), value);

    /// <summary>Adds an attribute of eight bytes.</summary>
    public void Add(StunAttributeType type, ulong value) =>
        BinaryPrimitives.WriteUInt64BigEndian(Extend(type, sizeof(ulong)), value);

    /// <summary>Adds ERROR-CODE (RFC 8489 section 14.8).</summary>
    /// <param name="code">300 to 699.</param>
    /// <param name="reason">UTF-8, for a person to read.</param>
    public void AddErrorCode(int code, scoped ReadOnlySpan<byte> reason)
    {
        Span<byte> value = Extend(StunAttributeType.ErrorCode, 4 + reason.Length);
        value[0] = 0;
        value[1] = 0;
        value[2] = (byte)(code / 100);
        value[3] = (byte)(code % 100);
        reason.CopyTo(value[4..]);
    }

    /// <summary>Adds XOR-MAPPED-ADDRESS (RFC 8489 section 14.2).</summary>
    public void AddXorMappedAddress(in TransportAddress address)
    {
        Span<byte> value = Extend(StunAttributeType.XorMappedAddress, 4 + address.AddressLength);
        value[0] = 0;
        value[1] = (byte)(address.IsIPv6 ? 0x02 : 0x01);
        BinaryPrimitives.WriteUInt16BigEndian(
            value[2..], (ushort)(address.Port ^ (StunMessageView.MagicCookie >> 16)));
        Span<byte> ip = value[4..];
        address.WriteAddress(ip);
        for (int i = 0; i < ip.Length; i++)
            ip[i] ^= _buffer[4 + i];
    }

    /// <summary>
    /// Ends the message with MESSAGE-INTEGRITY, when a password is given, and FINGERPRINT. Returns its length in
    /// bytes.
    /// </summary>
    public int Finish(StunIntegrity? integrity)
    {
        if (integrity is not null)
        {
            ReadOnlySpan<byte> covered = _buffer[.._length];
            integrity.Compute(covered, Extend(StunAttributeType.MessageIntegrity, StunIntegrity.Length));
        }

        Span<byte> fingerprint = Extend(StunAttributeType.Fingerprint, StunMessageView.FingerprintLength);
        int end = _length;
        int covers = end - StunMessageView.AttributeHeaderLength - StunMessageView.FingerprintLength;
        BinaryPrimitives.WriteUInt32BigEndian(
            fingerprint, Crc32.Compute(_buffer[..covers]) ^ StunMessageView.FingerprintMask);
        return end;
    }

    /// <summary>Ends the message without MESSAGE-INTEGRITY and FINGERPRINT. Returns its length in bytes.</summary>
    public readonly int FinishBare()
    {
        WriteLength();
        return _length;
    }

    private Span<byte> Extend(StunAttributeType type, int valueLength)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[_length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(_length + 2)..], (ushort)valueLength);
        int start = _length + StunMessageView.AttributeHeaderLength;
        int padded = (valueLength + 3) & ~3;
        Span<byte> value = _buffer.Slice(start, padded);
        value[valueLength..].Clear();
        _length = start + padded;
        WriteLength();
        return value[..valueLength];
    }

    private readonly void WriteLength() =>
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length - StunMessageView.HeaderLength));
}
