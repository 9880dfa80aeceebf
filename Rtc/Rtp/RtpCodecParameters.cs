using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>A kind of RTCP feedback that a codec is used with (RFC 4585 section 4.2).</summary>
/// <param name="Type">"nack", "ccm", "goog-remb", "transport-cc", …</param>
/// <param name="Parameter">"", "pli", "fir", …</param>
public sealed record RtcpFeedback(string Type, string Parameter);

/// <summary>A codec as negotiated, with the payload type that packets carry.</summary>
public sealed class RtpCodecParameters
{
    /// <summary>The highest payload type: it has 7 bits on the wire.</summary>
    public const byte MaxPayloadType = 127;

    /// <param name="mimeType">Kind and codec.</param>
    /// <param name="payloadType">0 to 127.</param>
    /// <param name="clockRate">Ticks of the RTP timestamp a second.</param>
    /// <param name="channels">Audio channels; null is one.</param>
    /// <param name="parameters">SDP fmtp.</param>
    /// <param name="rtcpFeedback">Feedback the codec is used with.</param>
    /// <exception cref="RequestException">
    /// TypeError: a payload type of more than 7 bits, RTX that does not name the codec it retransmits.
    /// </exception>
    public RtpCodecParameters(
        MimeType mimeType,
        byte payloadType,
        uint clockRate,
        byte? channels = null,
        RtpParameterList? parameters = null,
        IReadOnlyList<RtcpFeedback>? rtcpFeedback = null)
    {
        MimeType = mimeType;
        PayloadType = payloadType;
        ClockRate = clockRate;
        Channels = channels ?? 1;
        Parameters = parameters ?? RtpParameterList.Empty;
        RtcpFeedback = rtcpFeedback ?? [];

        if (payloadType > MaxPayloadType)
            throw RequestException.TypeError($"payload type {payloadType} of {mimeType} is above {MaxPayloadType}");

        if (mimeType.Codec == CodecKind.Rtx && AssociatedPayloadType is null)
        {
            throw RequestException.TypeError(
                $"RTX codec with payload type {payloadType} has no parameter 'apt' that is a whole number from 0 on");
        }
    }

    /// <summary>Kind and codec.</summary>
    public MimeType MimeType { get; }

    /// <summary>The payload type that its packets carry.</summary>
    public byte PayloadType { get; }

    /// <summary>Ticks of the RTP timestamp a second.</summary>
    public uint ClockRate { get; }

    /// <summary>Audio channels, 1 when not told.</summary>
    public byte Channels { get; }

    /// <summary>SDP fmtp.</summary>
    public RtpParameterList Parameters { get; }

    /// <summary>Feedback the codec is used with.</summary>
    public IReadOnlyList<RtcpFeedback> RtcpFeedback { get; }

    /// <summary>
    /// The payload type of the codec that this one serves ("apt", RFC 4588); null when it names none.
    /// </summary>
    public int? AssociatedPayloadType => Parameters.TryGetInteger("apt", out int apt) && apt >= 0 ? apt : null;

    /// <summary>Whether the codec is used with that feedback.</summary>
    public bool HasFeedback(string type, string parameter = "")
    {
        foreach (RtcpFeedback feedback in RtcpFeedback)
        {
            if (feedback.Type == type && feedback.Parameter == parameter)
                return true;
        }

        return false;
    }
}
