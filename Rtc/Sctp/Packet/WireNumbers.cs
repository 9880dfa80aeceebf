namespace Rtc.Sctp.Packet;

/// <summary>Chunk types (IANA, SCTP parameters).</summary>
internal enum ChunkType : byte
{
    Data = 0,
    Init = 1,
    InitAck = 2,
    Sack = 3,
    Heartbeat = 4,
    HeartbeatAck = 5,
    Abort = 6,
    Shutdown = 7,
    ShutdownAck = 8,
    Error = 9,
    CookieEcho = 10,
    CookieAck = 11,
    ShutdownComplete = 14,
    IData = 64,
    ReConfig = 130,
    ForwardTsn = 192,
    IForwardTsn = 194,
}

/// <summary>Parameter types of INIT, INIT ACK, HEARTBEAT and RE-CONFIG.</summary>
internal enum ParameterType : ushort
{
    HeartbeatInfo = 1,
    Ipv4Address = 5,
    Ipv6Address = 6,
    StateCookie = 7,
    UnrecognizedParameter = 8,
    CookiePreservative = 9,
    HostName = 11,
    SupportedAddressTypes = 12,
    OutgoingSsnReset = 13,
    IncomingSsnReset = 14,
    SsnTsnReset = 15,
    ReconfigurationResponse = 16,
    AddOutgoingStreams = 17,
    AddIncomingStreams = 18,
    ZeroChecksumAcceptable = 0x8001,
    SupportedExtensions = 0x8008,
    ForwardTsnSupported = 0xC000,
}

/// <summary>Error cause codes of ABORT and ERROR (RFC 9260 section 3.3.10).</summary>
internal enum ErrorCauseCode : ushort
{
    None = 0,
    InvalidStreamIdentifier = 1,
    MissingMandatoryParameter = 2,
    StaleCookie = 3,
    OutOfResource = 4,
    UnresolvableAddress = 5,
    UnrecognizedChunkType = 6,
    InvalidMandatoryParameter = 7,
    UnrecognizedParameters = 8,
    NoUserData = 9,
    CookieReceivedWhileShuttingDown = 10,
    RestartWithNewAddresses = 11,
    UserInitiatedAbort = 12,
    ProtocolViolation = 13,
}

/// <summary>Results in a Re-configuration Response (RFC 6525 section 4.4).</summary>
internal enum ReconfigurationResult : uint
{
    NothingToDo = 0,
    Performed = 1,
    Denied = 2,
    WrongSsn = 3,
    RequestAlreadyInProgress = 4,
    BadSequenceNumber = 5,
    InProgress = 6,
}

/// <summary>What the two highest bits of an unknown chunk or parameter type ask for (RFC 9260 section 3.2).</summary>
internal static class UnknownType
{
    /// <summary>Whether what follows is still read: the highest bit of the type's first byte.</summary>
    public static bool IsSkipped(byte firstByte) => (firstByte & 0x80) != 0;

    /// <summary>Whether the sender is told: the second highest bit of the type's first byte.</summary>
    public static bool IsReported(byte firstByte) => (firstByte & 0x40) != 0;
}
