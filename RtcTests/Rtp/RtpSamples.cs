namespace RtcTests.Rtp;

/// <summary>Hand-made packets, byte by byte after RFC 3550 and RFC 8285.</summary>
internal static class RtpSamples
{
    /// <summary>Marker, type 111, sequence number 4660, timestamp 0x01020304, SSRC 0xDEADBEEF, no payload.</summary>
    public static byte[] Bare => Hex("80 EF 1234 01020304 DEADBEEF");

    /// <summary>Two contributing sources, a one-byte header extension and 3 bytes of payload.</summary>
    public static byte[] OneByte => Hex("""
        92 60 FFFE 00000010 00000001
        AAAAAAAA BBBBBBBB
        BEDE 0004
        12 616263
        00 00
        30 85
        41 1122
        52 ABCDEF
        00
        010203
        """);

    /// <summary>A two-byte header extension with an empty element and one of id 200; 4 bytes of padding.</summary>
    public static byte[] TwoByte => Hex("""
        B0 60 0001 00000010 00000001
        1000 0003
        01 00
        C8 05 6869206A6B
        02 01 7F
        C0FFEE 00000004
        """);

    /// <summary>A header extension of a profile that is not RFC 8285.</summary>
    public static byte[] OtherProfile => Hex("90 60 0001 00000010 00000001 ABCD 0001 10FFFFFF 0102");

    /// <summary>As it comes from a browser: VP8 key frame with all extensions that a producer reads.</summary>
    public static byte[] Browser => Hex("""
        90 E0 7A31 5E4C0B22 4D3C2B1A
        BEDE 000C
        10 30
        22 010203
        31 00A7
        40 01
        52 000014
        62 FFFFF6
        77 E7C1A3B411112222
        93 0000002A
        A0 02
        D1 6C6F
        E7 7031703270337034
        00
        90 80 8123 100200 9D012A 80020000
        """);

    public static byte[] Hex(string text)
    {
        string digits = string.Concat(text.Where(char.IsAsciiHexDigit));
        return Convert.FromHexString(digits);
    }
}
