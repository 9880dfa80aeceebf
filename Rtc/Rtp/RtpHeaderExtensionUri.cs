namespace Rtc.Rtp;

/// <summary>The RTP header extensions that the worker knows; the values are those of <c>fbs/</c>.</summary>
public enum RtpHeaderExtensionUri : byte
{
    /// <summary>urn:ietf:params:rtp-hdrext:sdes:mid, RFC 9143.</summary>
    Mid = 0,

    /// <summary>urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id, RFC 8852.</summary>
    RtpStreamId,

    /// <summary>urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id, RFC 8852.</summary>
    RepairRtpStreamId,

    /// <summary>http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time.</summary>
    AbsSendTime,

    /// <summary>draft-holmer-rmcat-transport-wide-cc-extensions-01.</summary>
    TransportWideCcDraft01,

    /// <summary>urn:ietf:params:rtp-hdrext:ssrc-audio-level, RFC 6464.</summary>
    SsrcAudioLevel,

    /// <summary>AV1 RTP specification, appendix A.</summary>
    DependencyDescriptor,

    /// <summary>urn:3gpp:video-orientation, 3GPP TS 26.114.</summary>
    VideoOrientation,

    /// <summary>urn:ietf:params:rtp-hdrext:toffset, RFC 5450.</summary>
    TimeOffset,

    /// <summary>draft-ietf-avtcore-abs-capture-time.</summary>
    AbsCaptureTime,

    /// <summary>http://www.webrtc.org/experiments/rtp-hdrext/playout-delay.</summary>
    PlayoutDelay,

    /// <summary>urn:mediasoup:params:rtp-hdrext:packet-id.</summary>
    MediasoupPacketId,

    /// <summary>draft-ietf-avtext-framemarking-07, of old releases: dumped, never forwarded.</summary>
    FrameMarkingDraft07,

    /// <summary>urn:ietf:params:rtp-hdrext:framemarking, of old releases: dumped, never forwarded.</summary>
    FrameMarking,
}
