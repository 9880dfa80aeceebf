using Rtc.Rtp;

namespace Worker.Handlers.Converters;

/// <summary>
/// Takes, of two immutable parts of RTP parameters that say the same, the one that is there already, so that what many
/// consumers have in common is in memory once and the collector passes it once.
/// </summary>
internal static class SharedParts
{
    /// <summary>Codecs.</summary>
    public static IReadOnlyList<RtpCodecParameters> Choose(
        RtpCodecParameters[] read, IReadOnlyList<RtpCodecParameters>? known) => Choose(read, known, AreEqual);

    /// <summary>Header extensions.</summary>
    public static IReadOnlyList<RtpHeaderExtensionParameters> Choose(
        RtpHeaderExtensionParameters[] read, IReadOnlyList<RtpHeaderExtensionParameters>? known) =>
        Choose(read, known, AreEqual);

    /// <summary>Encodings.</summary>
    public static IReadOnlyList<RtpEncodingParameters> Choose(
        RtpEncodingParameters[] read, IReadOnlyList<RtpEncodingParameters>? known) =>
        Choose(read, known, static (first, second) => first == second);

    /// <summary>What RTCP says.</summary>
    public static RtcpParameters Choose(RtcpParameters read, RtcpParameters? known) =>
        read == known ? known : read;

    /// <summary>A text.</summary>
    public static string Choose(string read, string? known) => read == known ? known : read;

    private static IReadOnlyList<T> Choose<T>(T[] read, IReadOnlyList<T>? known, Func<T, T, bool> areEqual) =>
        known is not null && AreEqual(read, known, areEqual) ? known : read;

    private static bool AreEqual<T>(IReadOnlyList<T> first, IReadOnlyList<T> second, Func<T, T, bool> areEqual)
    {
        if (first.Count != second.Count)
            return false;

        for (int i = 0; i < first.Count; i++)
        {
            if (!areEqual(first[i], second[i]))
                return false;
        }

        return true;
    }

    private static bool AreEqual(RtpCodecParameters first, RtpCodecParameters second) =>
        first.MimeType == second.MimeType && first.PayloadType == second.PayloadType
        && first.ClockRate == second.ClockRate && first.Channels == second.Channels
        && AreEqual(first.Parameters, second.Parameters)
        && AreEqual(first.RtcpFeedback, second.RtcpFeedback, static (one, other) => one == other);

    private static bool AreEqual(RtpHeaderExtensionParameters first, RtpHeaderExtensionParameters second) =>
        first.Uri == second.Uri && first.Id == second.Id && first.Encrypt == second.Encrypt
        && AreEqual(first.Parameters, second.Parameters);

    // Arrays of numbers count as different: they are rare.
    private static bool AreEqual(RtpParameterList first, RtpParameterList second) =>
        ReferenceEquals(first, second) || AreEqual(first, second, static (one, other) => one == other);
}
