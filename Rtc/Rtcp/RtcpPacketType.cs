namespace Rtc.Rtcp;

/// <summary>The packet type on the wire (RFC 3550 section 12.1, RFC 4585, RFC 3611).</summary>
public enum RtcpPacketType : byte
{
    /// <summary>SR.</summary>
    SenderReport = 200,

    /// <summary>RR.</summary>
    ReceiverReport = 201,

    /// <summary>SDES.</summary>
    SourceDescription = 202,

    /// <summary>BYE.</summary>
    Bye = 203,

    /// <summary>APP.</summary>
    Application = 204,

    /// <summary>RTPFB, transport layer feedback.</summary>
    TransportFeedback = 205,

    /// <summary>PSFB, payload-specific feedback.</summary>
    PayloadFeedback = 206,

    /// <summary>XR.</summary>
    ExtendedReport = 207,
}

/// <summary>What a packet is for: its type and, for feedback, its format and what identifies it.</summary>
public enum RtcpPacketKind : byte
{
    /// <summary>Nothing that the worker reads: a type, format or feedback it does not know.</summary>
    Unknown,

    /// <summary>Sender report; <see cref="RtcpPacketView.AsSenderReport"/>.</summary>
    SenderReport,

    /// <summary>Receiver report; <see cref="RtcpPacketView.AsReceiverReport"/>.</summary>
    ReceiverReport,

    /// <summary>Source description; <see cref="RtcpPacketView.AsSourceDescription"/>.</summary>
    SourceDescription,

    /// <summary>Goodbye; <see cref="RtcpPacketView.AsBye"/>.</summary>
    Bye,

    /// <summary>Application-defined.</summary>
    Application,

    /// <summary>Generic NACK (RFC 4585 section 6.2.1); <see cref="RtcpPacketView.AsNack"/>.</summary>
    Nack,

    /// <summary>Transport-wide congestion control feedback; <see cref="RtcpPacketView.AsTransportCc"/>.</summary>
    TransportCc,

    /// <summary>Picture loss indication (RFC 4585 section 6.3.1); <see cref="RtcpPacketView.AsFeedback"/>.</summary>
    Pli,

    /// <summary>Full intra request (RFC 5104 section 4.3.1); <see cref="RtcpPacketView.AsFir"/>.</summary>
    Fir,

    /// <summary>Receiver estimated maximum bitrate; <see cref="RtcpPacketView.AsRemb"/>.</summary>
    Remb,

    /// <summary>Extended report (RFC 3611); <see cref="RtcpPacketView.AsExtendedReport"/>.</summary>
    ExtendedReport,
}
