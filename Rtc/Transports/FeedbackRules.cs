using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>Which feedback for congestion control was negotiated.</summary>
internal static class FeedbackRules
{
    /// <summary>Transport-wide feedback.</summary>
    public const string TransportCc = "transport-cc";

    /// <summary>An estimate by the receiver.</summary>
    public const string Remb = "goog-remb";

    /// <summary>Whether a codec has that feedback.</summary>
    public static bool Has(RtpParameters parameters, string type)
    {
        foreach (RtpCodecParameters codec in parameters.Codecs)
        {
            foreach (RtcpFeedback feedback in codec.RtcpFeedback)
            {
                if (feedback.Type == type)
                    return true;
            }
        }

        return false;
    }
}
