namespace Rtc.Rtp;

/// <summary>
/// How many layers a stream has, told by a scalability mode such as "L3T3_KEY" (W3C webrtc-svc, section 6).
/// </summary>
/// <param name="SpatialLayers">1 to 99.</param>
/// <param name="TemporalLayers">1 to 99.</param>
/// <param name="IsKeyFrameOnly">Whether spatial layers depend on each other in key frames only (K-SVC).</param>
public readonly record struct ScalabilityMode(byte SpatialLayers, byte TemporalLayers, bool IsKeyFrameOnly)
{
    /// <summary>One layer of each: what a stream without a mode has.</summary>
    public static ScalabilityMode Single => new(1, 1, false);

    /// <summary>
    /// Parses a mode: L or S, a number of one or two digits, T, another; "_KEY" may follow, and anything behind that
    /// is ignored. False, with <see cref="Single"/>, when the text is no mode.
    /// </summary>
    public static bool TryParse(string? text, out ScalabilityMode mode)
    {
        mode = Single;
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty || (rest[0] != 'L' && rest[0] != 'S'))
            return false;

        rest = rest[1..];
        if (!TryReadNumber(ref rest, out byte spatial) || rest.IsEmpty || rest[0] != 'T')
            return false;

        rest = rest[1..];
        if (!TryReadNumber(ref rest, out byte temporal))
            return false;

        mode = new ScalabilityMode(spatial, temporal, rest.StartsWith("_KEY", StringComparison.Ordinal));
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        if (text.IsEmpty || text[0] is < '1' or > '9')
            return false;

        int length = text.Length > 1 && char.IsAsciiDigit(text[1]) ? 2 : 1;
        value = byte.Parse(text[..length]);
        text = text[length..];
        return true;
    }
}
