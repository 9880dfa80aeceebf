namespace Rtc.Ice;

/// <summary>The class of a STUN message (RFC 8489 section 5), two bits of its type.</summary>
public enum StunClass : byte
{
    /// <summary>Wants a response.</summary>
    Request = 0,

    /// <summary>Wants none.</summary>
    Indication = 1,

    /// <summary>Answers a request that succeeded.</summary>
    SuccessResponse = 2,

    /// <summary>Answers a request that was refused.</summary>
    ErrorResponse = 3,
}

/// <summary>The methods of STUN that ICE uses.</summary>
public static class StunMethod
{
    /// <summary>Binding (RFC 8489 section 18.2), the only method of ICE.</summary>
    public const ushort Binding = 0x001;
}

/// <summary>The attributes that are understood, by their registered type.</summary>
public enum StunAttributeType : ushort
{
    /// <summary>USERNAME (RFC 8489 section 14.3), at most 513 bytes.</summary>
    Username = 0x0006,

    /// <summary>MESSAGE-INTEGRITY (RFC 8489 section 14.5), the 20 bytes of an HMAC-SHA1.</summary>
    MessageIntegrity = 0x0008,

    /// <summary>ERROR-CODE (RFC 8489 section 14.8), four bytes and a reason.</summary>
    ErrorCode = 0x0009,

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 section 14.2), 8 or 20 bytes.</summary>
    XorMappedAddress = 0x0020,

    /// <summary>PRIORITY (RFC 8445 section 16.1), four bytes.</summary>
    Priority = 0x0024,

    /// <summary>USE-CANDIDATE (RFC 8445 section 16.1), empty.</summary>
    UseCandidate = 0x0025,

    /// <summary>NOMINATION (draft-thatcher-ice-renomination), four bytes, as registered with IANA.</summary>
    Nomination = 0x0030,

    /// <summary>SOFTWARE (RFC 8489 section 14.14), at most 763 bytes.</summary>
    Software = 0x8022,

    /// <summary>FINGERPRINT (RFC 8489 section 14.7), four bytes, always the last.</summary>
    Fingerprint = 0x8028,

    /// <summary>ICE-CONTROLLED (RFC 8445 section 16.1), eight bytes.</summary>
    IceControlled = 0x8029,

    /// <summary>ICE-CONTROLLING (RFC 8445 section 16.1), eight bytes.</summary>
    IceControlling = 0x802A,

    /// <summary>NOMINATION as libwebrtc numbered it before it was registered.</summary>
    NominationOld = 0xC001,
}

/// <summary>Which of the attributes that are understood a message has.</summary>
[Flags]
public enum StunAttributes : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><see cref="StunAttributeType.Username"/></summary>
    Username = 1 << 0,

    /// <summary><see cref="StunAttributeType.MessageIntegrity"/></summary>
    MessageIntegrity = 1 << 1,

    /// <summary><see cref="StunAttributeType.ErrorCode"/></summary>
    ErrorCode = 1 << 2,

    /// <summary><see cref="StunAttributeType.XorMappedAddress"/></summary>
    XorMappedAddress = 1 << 3,

    /// <summary><see cref="StunAttributeType.Priority"/></summary>
    Priority = 1 << 4,

    /// <summary><see cref="StunAttributeType.UseCandidate"/></summary>
    UseCandidate = 1 << 5,

    /// <summary><see cref="StunAttributeType.Nomination"/></summary>
    Nomination = 1 << 6,

    /// <summary><see cref="StunAttributeType.Software"/></summary>
    Software = 1 << 7,

    /// <summary><see cref="StunAttributeType.Fingerprint"/></summary>
    Fingerprint = 1 << 8,

    /// <summary><see cref="StunAttributeType.IceControlled"/></summary>
    IceControlled = 1 << 9,

    /// <summary><see cref="StunAttributeType.IceControlling"/></summary>
    IceControlling = 1 << 10,

    /// <summary><see cref="StunAttributeType.NominationOld"/></summary>
    NominationOld = 1 << 11,
}
