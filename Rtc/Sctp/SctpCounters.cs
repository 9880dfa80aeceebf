namespace Rtc.Sctp;

/// <summary>What an association counted.</summary>
public record struct SctpCounters
{
    /// <summary>Packets that were sent.</summary>
    public long PacketsSent;

    /// <summary>Packets that were received and belong to the association.</summary>
    public long PacketsReceived;

    /// <summary>Packets too short or with chunks that do not add up.</summary>
    public long MalformedPackets;

    /// <summary>Packets with a wrong checksum.</summary>
    public long ChecksumErrors;

    /// <summary>Packets with a wrong verification tag.</summary>
    public long ForeignPackets;

    /// <summary>Chunks of an unknown type.</summary>
    public long UnknownChunks;

    /// <summary>Chunks whose fields make no sense, or that cannot come in this state.</summary>
    public long InvalidChunks;

    /// <summary>SACKs that acknowledge what was never sent, or nothing new.</summary>
    public long IgnoredSacks;

    /// <summary>State cookies that are not ours or too old.</summary>
    public long InvalidCookies;

    /// <summary>Answers that found the queue of control chunks full.</summary>
    public long DroppedControlChunks;

    /// <summary>DATA and I-DATA chunks that came twice.</summary>
    public long DuplicateDataChunks;

    /// <summary>DATA and I-DATA chunks that found no room or lie too far ahead.</summary>
    public long DroppedDataChunks;

    /// <summary>Incomplete messages that were looked at because some were to be dropped.</summary>
    public long FragmentsLookedThrough;

    /// <summary>Chunks of messages that are past or contradict others.</summary>
    public long StaleDataChunks;

    /// <summary>Received messages above <see cref="SctpOptions.MaxReceiveMessageBytes"/>.</summary>
    public long OversizeMessages;

    /// <summary>Messages that were handed to the listener.</summary>
    public long MessagesReceived;

    /// <summary>Messages that were taken for sending.</summary>
    public long MessagesSent;

    /// <summary>Messages that were abandoned, sent in part or not at all.</summary>
    public long AbandonedMessages;

    /// <summary>DATA and I-DATA chunks that were sent for the first time.</summary>
    public long DataChunksSent;

    /// <summary>DATA and I-DATA chunks that were sent again.</summary>
    public long RetransmittedChunks;

    /// <summary>Expirations of T3-rtx.</summary>
    public long RetransmissionTimeouts;

    /// <summary>Times that fast recovery was entered.</summary>
    public long FastRecoveries;

    /// <summary>Times that the peer restarted the association.</summary>
    public long Restarts;

    /// <summary>Requests of the peer to reset streams that were deferred or refused.</summary>
    public long DeferredResets;
}
