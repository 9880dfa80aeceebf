namespace Rtc.Sctp;

/// <summary>How far an association is, as its user sees it.</summary>
public enum SctpState : byte
{
    /// <summary>Nothing was sent yet; a peer may still connect.</summary>
    New,

    /// <summary>The handshake is under way.</summary>
    Connecting,

    /// <summary>Messages flow.</summary>
    Connected,

    /// <summary>SHUTDOWN was begun by either side: nothing more is taken, what waits is still sent.</summary>
    ShuttingDown,

    /// <summary>The end: shut down, aborted, or given up after it was connected.</summary>
    Closed,

    /// <summary>The end: the handshake did not succeed.</summary>
    Failed,
}

/// <summary>What became of a message that was to be sent.</summary>
public enum SctpSendResult : byte
{
    /// <summary>It is queued.</summary>
    Ok,

    /// <summary>SCTP cannot carry a message without a byte.</summary>
    Empty,

    /// <summary>It is longer than <see cref="SctpOptions.MaxSendMessageBytes"/>.</summary>
    TooLarge,

    /// <summary>Too much waits already, of this stream or of all.</summary>
    BufferFull,

    /// <summary>The stream was not negotiated.</summary>
    NoSuchStream,

    /// <summary>The association is shutting down or at its end.</summary>
    Closed,
}

/// <summary>What became of a request to reset outgoing streams.</summary>
public enum SctpResetResult : byte
{
    /// <summary>They are reset once what they have queued is sent.</summary>
    Ok,

    /// <summary>The association is not up.</summary>
    NotConnected,

    /// <summary>The peer cannot reset streams (RFC 6525).</summary>
    NotSupported,
}

/// <summary>What both ends can.</summary>
/// <param name="OutgoingStreams">How many streams we may send on.</param>
/// <param name="IncomingStreams">How many streams the peer may send on.</param>
/// <param name="PartialReliability">RFC 3758.</param>
/// <param name="MessageInterleaving">RFC 8260.</param>
/// <param name="StreamReset">RFC 6525.</param>
/// <param name="SendsZeroChecksum">We leave out the checksum (RFC 9653).</param>
/// <param name="ReceivesZeroChecksum">The peer may leave out the checksum (RFC 9653).</param>
public readonly record struct SctpCapabilities(
    ushort OutgoingStreams,
    ushort IncomingStreams,
    bool PartialReliability,
    bool MessageInterleaving,
    bool StreamReset,
    bool SendsZeroChecksum,
    bool ReceivesZeroChecksum);

/// <summary>How one message is to be sent.</summary>
/// <param name="Ordered">Whether it waits for those before it on its stream.</param>
/// <param name="MaxRetransmits">How often a part of it may be repeated before it is abandoned; null for any.</param>
/// <param name="LifetimeMs">After how many milliseconds it is abandoned; null for never.</param>
public readonly record struct SctpSendOptions(bool Ordered, ushort? MaxRetransmits = null, ushort? LifetimeMs = null)
{
    /// <summary>Ordered and reliable.</summary>
    public static SctpSendOptions Reliable => new(Ordered: true);
}
