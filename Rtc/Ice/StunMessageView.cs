using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtc.Crypto;
using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>
/// A STUN message (RFC 8489) that was checked for form, over the bytes it came in. Form includes the CRC of
/// FINGERPRINT where there is one; who sent it is a question for <see cref="HasValidIntegrity"/>.
/// </summary>
public readonly ref struct StunMessageView
{
    /// <summary>Bytes before the first attribute.</summary>
    public const int HeaderLength = 20;

    /// <summary>Bytes of a transaction id.</summary>
    public const int TransactionIdLength = 12;

    internal const uint MagicCookie = 0x2112A442;
    internal const uint FingerprintMask = 0x5354554E;
    internal const int AttributeHeaderLength = 4;
    internal const int FingerprintLength = 4;

    private const int MaxUsernameLength = 513;
    private const int MaxSoftwareLength = 763;
    private const int MappedIPv4Length = 8;
    private const int MappedIPv6Length = 20;

    private readonly ReadOnlySpan<byte> _message;
    private readonly ushort _usernameOffset;
    private readonly ushort _usernameLength;
    private readonly ushort _integrityOffset;
    private readonly ushort _mappedOffset;
    private readonly ushort _mappedLength;
    private readonly ushort _errorOffset;
    private readonly ushort _errorLength;

    private StunMessageView(ReadOnlySpan<byte> message, out bool isValid)
    {
        _message = message;
        StunAttributes present = StunAttributes.None;
        int offset = HeaderLength;
        isValid = false;
        while (offset < message.Length)
        {
            // The length of the whole is a multiple of four, as is every step: there is room for a header.
            var type = (StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]);
            int value = offset + AttributeHeaderLength;
            if (length > message.Length - value || !MayFollow(present, type))
                return;

            StunAttributes flag = FlagOf(type, length, out bool isLengthValid);
            if (!isLengthValid || (present & flag) != 0)
                return;

            present |= flag;
            switch (flag)
            {
                case StunAttributes.Username:
                    (_usernameOffset, _usernameLength) = ((ushort)value, (ushort)length);
                    break;
                case StunAttributes.MessageIntegrity:
                    _integrityOffset = (ushort)offset;
                    break;
                case StunAttributes.ErrorCode:
                    (_errorOffset, _errorLength) = ((ushort)value, (ushort)length);
                    break;
                case StunAttributes.XorMappedAddress:
                    (_mappedOffset, _mappedLength) = ((ushort)value, (ushort)length);
                    break;
                case StunAttributes.Priority:
                    Priority = BinaryPrimitives.ReadUInt32BigEndian(message[value..]);
                    break;
                case StunAttributes.Nomination:
                    Nomination = BinaryPrimitives.ReadUInt32BigEndian(message[value..]);
                    break;
                case StunAttributes.NominationOld when (present & StunAttributes.Nomination) == 0:
                    Nomination = BinaryPrimitives.ReadUInt32BigEndian(message[value..]);
                    break;
                case StunAttributes.IceControlled:
                    IceControlled = BinaryPrimitives.ReadUInt64BigEndian(message[value..]);
                    break;
                case StunAttributes.IceControlling:
                    IceControlling = BinaryPrimitives.ReadUInt64BigEndian(message[value..]);
                    break;
                case StunAttributes.Fingerprint:
                    uint expected = Crc32.Compute(message[..offset]) ^ FingerprintMask;
                    if (BinaryPrimitives.ReadUInt32BigEndian(message[value..]) != expected)
                        return;
                    break;
                default:
                    break;
            }

            offset = value + ((length + 3) & ~3);
        }

        Attributes = present;
        isValid = true;
    }

    /// <summary>Request, indication or response.</summary>
    public StunClass Class => (StunClass)(((_message[0] & 0x01) << 1) | ((_message[1] & 0x10) >> 4));

    /// <summary>The method's 12 bits; see <see cref="StunMethod"/>.</summary>
    public ushort Method
    {
        get
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(_message);
            return (ushort)((type & 0x000F) | ((type & 0x00E0) >> 1) | ((type & 0x3E00) >> 2));
        }
    }

    /// <summary>The 12 bytes that pair a response with its request.</summary>
    public ReadOnlySpan<byte> TransactionId => _message.Slice(HeaderLength - TransactionIdLength, TransactionIdLength);

    /// <summary>The attributes that it has, as far as they are understood.</summary>
    public StunAttributes Attributes { get; }

    /// <summary>USERNAME; empty when there is none.</summary>
    public ReadOnlySpan<byte> Username => _message.Slice(_usernameOffset, _usernameLength);

    /// <summary>
    /// USERNAME up to its first colon, all of it when there is none: in a request to us our own user fragment
    /// (RFC 8445 section 7.2.2), by which a shared port finds the transport.
    /// </summary>
    public ReadOnlySpan<byte> ReceiverUsernameFragment
    {
        get
        {
            ReadOnlySpan<byte> username = Username;
            int colon = username.IndexOf((byte)':');
            return colon < 0 ? username : username[..colon];
        }
    }

    /// <summary>PRIORITY; 0 when there is none.</summary>
    public uint Priority { get; }

    /// <summary>The tie breaker of ICE-CONTROLLED; 0 when there is none.</summary>
    public ulong IceControlled { get; }

    /// <summary>The tie breaker of ICE-CONTROLLING; 0 when there is none.</summary>
    public ulong IceControlling { get; }

    /// <summary>NOMINATION, or else its old number; 0 when there is neither.</summary>
    public uint Nomination { get; }

    /// <summary>Whether it has USE-CANDIDATE.</summary>
    public bool HasUseCandidate => (Attributes & StunAttributes.UseCandidate) != 0;

    /// <summary>Whether it has NOMINATION under either number.</summary>
    public bool HasNomination => (Attributes & (StunAttributes.Nomination | StunAttributes.NominationOld)) != 0;

    /// <summary>ERROR-CODE as class times 100 plus number; 0 when there is none.</summary>
    public int ErrorCode => _errorLength == 0 ? 0 : ((_message[_errorOffset + 2] & 7) * 100) + _message[_errorOffset + 3];

    /// <summary>The reason beside <see cref="ErrorCode"/>, UTF-8; empty when there is none.</summary>
    public ReadOnlySpan<byte> ErrorReason =>
        _errorLength == 0 ? default : _message.Slice(_errorOffset + 4, _errorLength - 4);

    /// <summary>
    /// Whether a datagram is STUN and not DTLS, RTP or RTCP (RFC 7983): 20 bytes, a first byte below 3, the magic
    /// cookie.
    /// </summary>
    public static bool IsStun(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength && datagram[0] < 3 &&
        BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == MagicCookie;

    /// <summary>
    /// Takes a datagram as a STUN message; false when it breaks a rule of form: the length field is exact and a
    /// multiple of four, attributes lie inside, those that are understood come once and have their size, only
    /// FINGERPRINT follows MESSAGE-INTEGRITY, nothing follows FINGERPRINT, and its CRC is right.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessageView message)
    {
        message = default;
        if (!IsStun(datagram))
            return false;

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length != datagram.Length - HeaderLength || (length & 3) != 0)
            return false;

        var parsed = new StunMessageView(datagram, out bool isValid);
        if (!isValid)
            return false;

        message = parsed;
        return true;
    }

    /// <summary>Whether USERNAME begins with <paramref name="usernameFragment"/> and a colon.</summary>
    public bool IsAddressedTo(ReadOnlySpan<byte> usernameFragment)
    {
        ReadOnlySpan<byte> username = Username;
        return username.Length > usernameFragment.Length && username[usernameFragment.Length] == ':' &&
            username.StartsWith(usernameFragment);
    }

    /// <summary>
    /// Whether MESSAGE-INTEGRITY is there and was made with the password of <paramref name="integrity"/>
    /// (RFC 8489 section 14.5). Takes the same time wherever they differ.
    /// </summary>
    public bool HasValidIntegrity(StunIntegrity integrity)
    {
        if ((Attributes & StunAttributes.MessageIntegrity) == 0)
            return false;

        Span<byte> expected = stackalloc byte[StunIntegrity.Length];
        integrity.Compute(_message[.._integrityOffset], expected);
        ReadOnlySpan<byte> received =
            _message.Slice(_integrityOffset + AttributeHeaderLength, StunIntegrity.Length);
        return CryptographicOperations.FixedTimeEquals(expected, received);
    }

    /// <summary>XOR-MAPPED-ADDRESS; false when there is none or its family is unknown or does not fit its length.</summary>
    public bool TryGetXorMappedAddress(out TransportAddress address)
    {
        address = default;
        if (_mappedLength == 0)
            return false;

        ReadOnlySpan<byte> value = _message.Slice(_mappedOffset, _mappedLength);
        bool isIPv6 = value[1] == 0x02;
        if (isIPv6 ? value.Length != MappedIPv6Length : value[1] != 0x01 || value.Length != MappedIPv4Length)
            return false;

        // Cookie and transaction id stand side by side in the header: together they are the mask.
        Span<byte> ip = stackalloc byte[16];
        ip = ip[..(value.Length - 4)];
        for (int i = 0; i < ip.Length; i++)
            ip[i] = (byte)(value[4 + i] ^ _message[4 + i]);

        ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (MagicCookie >> 16));
        address = TransportAddress.Create(ip, port);
        return true;
    }

    private static bool MayFollow(StunAttributes present, StunAttributeType type)
    {
        if ((present & StunAttributes.Fingerprint) != 0)
            return false;

        return (present & StunAttributes.MessageIntegrity) == 0 || type == StunAttributeType.Fingerprint;
    }

    private static StunAttributes FlagOf(StunAttributeType type, int length, out bool isLengthValid)
    {
        (StunAttributes flag, isLengthValid) = type switch
        {
            StunAttributeType.Username => (StunAttributes.Username, length <= MaxUsernameLength),
            StunAttributeType.MessageIntegrity =>
                (StunAttributes.MessageIntegrity, length == StunIntegrity.Length),
            StunAttributeType.ErrorCode => (StunAttributes.ErrorCode, length >= 4),
            StunAttributeType.XorMappedAddress =>
                (StunAttributes.XorMappedAddress, length is MappedIPv4Length or MappedIPv6Length),
            StunAttributeType.Priority => (StunAttributes.Priority, length == sizeof(uint)),
            StunAttributeType.UseCandidate => (StunAttributes.UseCandidate, length == 0),
            StunAttributeType.Nomination => (StunAttributes.Nomination, length == sizeof(uint)),
            StunAttributeType.NominationOld => (StunAttributes.NominationOld, length == sizeof(uint)),
            StunAttributeType.Software => (StunAttributes.Software, length <= MaxSoftwareLength),
            StunAttributeType.Fingerprint => (StunAttributes.Fingerprint, length == FingerprintLength),
            StunAttributeType.IceControlled => (StunAttributes.IceControlled, length == sizeof(ulong)),
            StunAttributeType.IceControlling => (StunAttributes.IceControlling, length == sizeof(ulong)),
            _ => (StunAttributes.None, true),
        };
        return flag;
    }
}
