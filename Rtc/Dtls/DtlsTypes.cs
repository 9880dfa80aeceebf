namespace Rtc.Dtls;

/// <summary>Which side of the handshake an endpoint takes (RFC 5763, section 5).</summary>
public enum DtlsRole
{
    /// <summary>Not decided.</summary>
    Auto,

    /// <summary>Sends the ClientHello.</summary>
    Client,

    /// <summary>Waits for it.</summary>
    Server,
}

/// <summary>The life of a DTLS transport (W3C WebRTC, RTCDtlsTransportState).</summary>
public enum DtlsState
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>The handshake runs, or is done and the remote fingerprint is not known yet.</summary>
    Connecting,

    /// <summary>Handshake done, fingerprint verified, SRTP keys there.</summary>
    Connected,

    /// <summary>The handshake failed, the fingerprint differs or use_srtp was not negotiated.</summary>
    Failed,

    /// <summary>Was connected; the peer or we ended it.</summary>
    Closed,
}

/// <summary>Hash of a certificate fingerprint (RFC 8122, section 5).</summary>
public enum DtlsFingerprintAlgorithm
{
    /// <summary>sha-1.</summary>
    Sha1,

    /// <summary>sha-224.</summary>
    Sha224,

    /// <summary>sha-256.</summary>
    Sha256,

    /// <summary>sha-384.</summary>
    Sha384,

    /// <summary>sha-512.</summary>
    Sha512,
}

/// <summary>A certificate fingerprint.</summary>
/// <param name="Algorithm">Its hash.</param>
/// <param name="Value">Bytes in upper-case hexadecimal, a colon between two (RFC 8122); compared as it is.</param>
public readonly record struct DtlsFingerprint(DtlsFingerprintAlgorithm Algorithm, string Value);

/// <summary>What a DTLS transport counted. All values only grow.</summary>
public struct DtlsCounters
{
    /// <summary>Datagrams that came when no session runs.</summary>
    public long IgnoredDatagrams;

    /// <summary>Datagrams that do not start with a whole DTLS record.</summary>
    public long MalformedDatagrams;

    /// <summary>Protected records too short to be any.</summary>
    public long ShortRecords;

    /// <summary>Application records that came before the peer was verified, or were not read in time.</summary>
    public long DroppedApplicationRecords;

    /// <summary>Outgoing bytes that found no room because nobody read them.</summary>
    public long DroppedOutgoingBytes;

    /// <summary>Flights that were repeated by the timer.</summary>
    public long RepeatedFlights;
}
