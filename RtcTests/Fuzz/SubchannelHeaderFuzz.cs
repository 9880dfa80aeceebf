using Rtc.Routing;

namespace RtcTests.Fuzz;

/// <summary>Any message may come through a pipe: what is taken for a header is one, and is written again as it was.</summary>
internal static class SubchannelHeaderFuzz
{
    private static readonly SubchannelSet All = new(isPipe: true);

    /// <summary>The input is a message as it came.</summary>
    public static void Fuzz(ReadOnlySpan<byte> payload)
    {
        ushort[]? scratch = null;
        if (!SubchannelHeader.TryParse(53, payload, ref scratch, out DataMessage message))
            return;

        int length = payload.Length - message.Payload.Length;
        Check(length <= SubchannelHeader.MaxLength, "longer than the longest");
        byte[] again = new byte[SubchannelHeader.LengthFor(message.Subchannels.Length)];
        int written = SubchannelHeader.Write(message, All, again);
        // A header that names nothing is not written.
        bool isBare = message.Subchannels.IsEmpty && message.RequiredSubchannel is null &&
            message.IgnoredSubchannel is null;
        Check(isBare ? written == 0 : payload[..length].SequenceEqual(again.AsSpan(0, written)), "not what came");
    }

    private static void Check(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException(what);
    }
}
