namespace Rtc.Rtp;

/// <summary>
/// The value of a codec or header extension parameter (SDP fmtp), in the type that the application gave.
/// </summary>
public abstract record RtpParameterValue
{
    /// <summary>true or false.</summary>
    public sealed record Boolean(bool Value) : RtpParameterValue;

    /// <summary>A whole number.</summary>
    public sealed record Integer(int Value) : RtpParameterValue;

    /// <summary>A number that is not whole.</summary>
    public sealed record Double(double Value) : RtpParameterValue;

    /// <summary>Text.</summary>
    public sealed record String(string Value) : RtpParameterValue;

    /// <summary>Whole numbers.</summary>
    public sealed record IntegerArray(IReadOnlyList<int> Value) : RtpParameterValue;
}

/// <summary>A named parameter.</summary>
/// <param name="Name">Its name, such as "apt" or "profile-level-id".</param>
/// <param name="Value">Its value.</param>
public sealed record RtpParameter(string Name, RtpParameterValue Value);
