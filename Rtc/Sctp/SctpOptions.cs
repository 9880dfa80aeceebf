namespace Rtc.Sctp;

/// <summary>The parameters of an association. The defaults are those of mediasoup's worker.</summary>
public sealed record SctpOptions
{
    /// <summary>Our port.</summary>
    public ushort LocalPort { get; init; } = 5000;

    /// <summary>The peer's port.</summary>
    public ushort RemotePort { get; init; } = 5000;

    /// <summary>How many streams we want to send on.</summary>
    public ushort MaxOutgoingStreams { get; init; } = 65_535;

    /// <summary>How many streams we let the peer send on.</summary>
    public ushort MaxIncomingStreams { get; init; } = 65_535;

    /// <summary>Longest packet that is sent, in bytes, SCTP's common header included.</summary>
    public int Mtu { get; init; } = 1_191;

    /// <summary>Longest message that may be sent, in bytes.</summary>
    public int MaxSendMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Nothing more is taken once so many bytes wait to be sent for the first time.</summary>
    public int MaxSendBufferBytes { get; init; } = 2_000_000;

    /// <summary>As <see cref="MaxSendBufferBytes"/>, of one stream.</summary>
    public int MaxStreamSendBufferBytes { get; init; } = 2_000_000;

    /// <summary>Nothing more is taken once so many messages wait to be sent: bounds what small ones cost.</summary>
    public int MaxQueuedMessages { get; init; } = 65_536;

    /// <summary>Longest message that is delivered, in bytes; longer ones are dropped and counted.</summary>
    public int MaxReceiveMessageBytes { get; init; } = 256 * 1024;

    /// <summary>The advertised receiver window (a_rwnd): the bound of what waits for reassembly, in bytes.</summary>
    public int ReceiveWindowBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>The association tells when the bytes of all streams that wait fall to this.</summary>
    public int TotalBufferedAmountLowThreshold { get; init; } = 1_800_000;

    /// <summary>The retransmission timeout before anything was measured, in milliseconds.</summary>
    public int InitialRtoMs { get; init; } = 500;

    /// <summary>Least retransmission timeout, in milliseconds.</summary>
    public int MinRtoMs { get; init; } = 400;

    /// <summary>Greatest retransmission timeout, in milliseconds.</summary>
    public int MaxRtoMs { get; init; } = 60_000;

    /// <summary>Round trips above this are not believed, in milliseconds.</summary>
    public int MaxRttMs { get; init; } = 60_000;

    /// <summary>Least that four times the round trip's variance adds to the timeout, in milliseconds.</summary>
    public int MinRttVarianceMs { get; init; } = 220;

    /// <summary>First timeout of INIT, in milliseconds; doubles.</summary>
    public int T1InitMs { get; init; } = 1_000;

    /// <summary>First timeout of COOKIE ECHO, in milliseconds; doubles.</summary>
    public int T1CookieMs { get; init; } = 1_000;

    /// <summary>First timeout of SHUTDOWN and SHUTDOWN ACK, in milliseconds; doubles.</summary>
    public int T2ShutdownMs { get; init; } = 1_000;

    /// <summary>How long nothing is heard before a HEARTBEAT is sent, in milliseconds; a round trip is added.</summary>
    public int HeartbeatIntervalMs { get; init; } = 30_000;

    /// <summary>How long an acknowledgement may wait, in milliseconds.</summary>
    public int SackDelayMs { get; init; } = 200;

    /// <summary>First congestion window, in packets.</summary>
    public int InitialCwndPackets { get; init; } = 10;

    /// <summary>Least slow start threshold, in packets.</summary>
    public int MinCwndPackets { get; init; } = 4;

    /// <summary>While the window is below so many packets the peer is asked for immediate SACKs (RFC 7053).</summary>
    public int ImmediateSackBelowCwndPackets { get; init; } = 10;

    /// <summary>How many packets of new data one event may set free (RFC 9260 section 6.1, Max.Burst).</summary>
    public int MaxBurstPackets { get; init; } = 4;

    /// <summary>How many timeouts in a row end the association (Association.Max.Retrans).</summary>
    public int MaxRetransmissions { get; init; } = 10;

    /// <summary>How often INIT and COOKIE ECHO are repeated (Max.Init.Retransmits).</summary>
    public int MaxInitRetransmissions { get; init; } = 8;

    /// <summary>Whether messages may be abandoned (RFC 3758).</summary>
    public bool EnablePartialReliability { get; init; } = true;

    /// <summary>Whether messages may be interleaved with a peer that can (RFC 8260).</summary>
    public bool EnableMessageInterleaving { get; init; } = true;

    /// <summary>Whether something below detects errors as DTLS does: the peer may then leave out the checksum, and we
    /// do so towards a peer that allows it (RFC 9653). The two directions are independent.</summary>
    public bool EnableZeroChecksum { get; init; }

    /// <summary>Whether the state cookie is authenticated and ages (RFC 9260 section 5.1.3): for clear paths.</summary>
    public bool AuthenticateCookie { get; init; }

    /// <summary>How long an authenticated cookie is good, in milliseconds.</summary>
    public int CookieLifetimeMs { get; init; } = 60_000;
}
