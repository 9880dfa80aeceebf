using Rtc.Ice;

namespace RtcTests.Fuzz;

/// <summary>Any bytes may be taken for STUN; whatever is parsed must be readable to the last field.</summary>
internal static class StunFuzz
{
    private static readonly StunIntegrity Integrity = new("VOkJxbRl1RmTxUk/WvJxBt");

    /// <summary>Returns whether the input was parsed; throws only on a defect.</summary>
    public static bool Fuzz(ReadOnlySpan<byte> input)
    {
        if (!StunMessageView.TryParse(input, out StunMessageView message))
            return false;

        int read = message.TransactionId.Length + message.Username.Length + message.ErrorReason.Length +
            message.ReceiverUsernameFragment.Length + message.ErrorCode + message.Method + (int)message.Class;
        if (message.TryGetXorMappedAddress(out _))
            read++;
        if (message.HasValidIntegrity(Integrity))
            read++;
        return read > 0;
    }
}
