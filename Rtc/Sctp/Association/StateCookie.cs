using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtc.Crypto;

namespace Rtc.Sctp.Association;

/// <summary>
/// The state that the peer keeps for us between INIT ACK and COOKIE ECHO (RFC 9260 section 5.1.3): 48 bytes, and where
/// it is authenticated its time and an HMAC-SHA1 behind them.
/// </summary>
internal record struct StateCookie
{
    /// <summary>Length in bytes of a cookie that is not authenticated.</summary>
    public const int PlainLength = 48;

    /// <summary>Length in bytes of an authenticated cookie.</summary>
    public const int AuthenticatedLength = PlainLength + TimeLength + HmacSha1.Length;

    private const int TimeLength = 8;
    private const ushort CapabilitiesMagic = 0xAD81;
    private const int CapabilitiesOffset = 36;

    // Peers tell implementations apart by the first 8 bytes.
    private static ReadOnlySpan<byte> Magic => "msworker"u8;

    public uint LocalTag;
    public uint LocalInitialTsn;
    public PeerParameters Peer;

    /// <summary>The tags of the association that was there when the INIT came; 0 when there was none.</summary>
    public uint LocalTieTag;
    public uint PeerTieTag;

    /// <summary>When it was made, in microseconds; only of an authenticated one.</summary>
    public long CreatedUs;

    /// <summary>Writes it and returns its length.</summary>
    /// <param name="destination">At least <see cref="AuthenticatedLength"/> bytes.</param>
    /// <param name="secret">The key of the HMAC; empty for none.</param>
    public readonly int Write(Span<byte> destination, ReadOnlySpan<byte> secret)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], LocalTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Peer.Tag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], LocalInitialTsn);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], Peer.InitialTsn);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], Peer.Window);
        BinaryPrimitives.WriteUInt32BigEndian(destination[28..], LocalTieTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[32..], PeerTieTag);
        Span<byte> capabilities = destination[CapabilitiesOffset..];
        capabilities[0] = 0;
        capabilities[1] = (byte)((Peer.PartialReliability ? 1 : 0) | (Peer.Interleaving ? 2 : 0) |
            (Peer.StreamReset ? 4 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(capabilities[2..], CapabilitiesMagic);
        BinaryPrimitives.WriteUInt32BigEndian(capabilities[4..], Peer.ZeroChecksumMethod);
        BinaryPrimitives.WriteUInt16BigEndian(capabilities[8..], Peer.OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(capabilities[10..], Peer.InboundStreams);
        if (secret.IsEmpty)
            return PlainLength;

        BinaryPrimitives.WriteInt64BigEndian(destination[PlainLength..], CreatedUs);
        using var mac = new HmacSha1(secret);
        mac.Compute(destination[..(PlainLength + TimeLength)], destination[(PlainLength + TimeLength)..]);
        return AuthenticatedLength;
    }

    /// <summary>Reads it; false when it is not ours or, with a secret, not authentic.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> secret, out StateCookie cookie)
    {
        cookie = default;
        bool isAuthenticated = !secret.IsEmpty;
        if (bytes.Length != (isAuthenticated ? AuthenticatedLength : PlainLength) || !bytes.StartsWith(Magic) ||
            BinaryPrimitives.ReadUInt16BigEndian(bytes[(CapabilitiesOffset + 2)..]) != CapabilitiesMagic ||
            (isAuthenticated && !IsAuthentic(bytes, secret)))
        {
            return false;
        }

        ReadOnlySpan<byte> capabilities = bytes[CapabilitiesOffset..];
        cookie.LocalTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        cookie.LocalInitialTsn = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
        cookie.LocalTieTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]);
        cookie.PeerTieTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]);
        cookie.CreatedUs = isAuthenticated ? BinaryPrimitives.ReadInt64BigEndian(bytes[PlainLength..]) : 0;
        cookie.Peer = new PeerParameters
        {
            Tag = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            InitialTsn = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
            Window = BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]),
            PartialReliability = (capabilities[1] & 1) != 0,
            Interleaving = (capabilities[1] & 2) != 0,
            StreamReset = (capabilities[1] & 4) != 0,
            ZeroChecksumMethod = BinaryPrimitives.ReadUInt32BigEndian(capabilities[4..]),
            OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(capabilities[8..]),
            InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(capabilities[10..]),
        };
        return cookie is { LocalTag: not 0, Peer.Tag: not 0 };
    }

    private static bool IsAuthentic(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> secret)
    {
        Span<byte> code = stackalloc byte[HmacSha1.Length];
        using var mac = new HmacSha1(secret);
        mac.Compute(bytes[..(PlainLength + TimeLength)], code);
        return CryptographicOperations.FixedTimeEquals(code, bytes[(PlainLength + TimeLength)..]);
    }
}
