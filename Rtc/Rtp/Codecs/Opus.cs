namespace Rtc.Rtp.Codecs;

/// <summary>The Opus packet (RFC 6716 section 3).</summary>
public static class Opus
{
    /// <summary>
    /// Tells silence (DTX): frames without bytes, which is a packet of the TOC byte alone with one or two frames of
    /// equal size, or one more byte with two frames of different size. False when the packet breaks the rules of
    /// section 3.4.
    /// </summary>
    public static bool TryParse(CodecKind codec, ReadOnlySpan<byte> payload, out PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (payload.IsEmpty)
            return false;

        int code = payload[0] & 0x03;
        if (code >= 2 && payload.Length == 1)
            return false;

        descriptor.Codec = codec;
        descriptor.IsDtx = code < 2 ? payload.Length == 1 : code == 2 && payload.Length == 2;
        return true;
    }
}
