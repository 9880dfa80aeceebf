namespace Rtc.Transports;

/// <summary>What a transport dropped and why. All values only grow.</summary>
public sealed class TransportCounters
{
    /// <summary>Datagrams that are none of the protocols the transport speaks.</summary>
    public long UnknownDatagrams { get; internal set; }

    /// <summary>Datagrams from a tuple that is not the peer's.</summary>
    public long UnknownSources { get; internal set; }

    /// <summary>Media that came before the transport could take it.</summary>
    public long EarlyMedia { get; internal set; }

    /// <summary>Messages that look like STUN and are not valid.</summary>
    public long MalformedStun { get; internal set; }

    /// <summary>RTP that is not valid.</summary>
    public long MalformedRtp { get; internal set; }

    /// <summary>RTCP that is not valid.</summary>
    public long MalformedRtcp { get; internal set; }

    /// <summary>Packets and messages of the application that are longer than is allowed.</summary>
    public long TooLong { get; internal set; }

    /// <summary>RTP and RTCP that could not be decrypted.</summary>
    public long UnprotectFailures { get; internal set; }

    /// <summary>RTP that belongs to no producer.</summary>
    public long UnknownStreams { get; internal set; }

    /// <summary>RTP of a known stream with a payload type that nobody negotiated.</summary>
    public long UnmappedPayloadTypes { get; internal set; }

    /// <summary>RTP and RTCP that was to be sent and found no connection, no room or no index.</summary>
    public long SendFailures { get; internal set; }

    /// <summary>Copies of packets that found too many waiting, or no room on the link in time.</summary>
    public long DroppedCopies { get; internal set; }
}
