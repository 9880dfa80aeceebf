using RtcTests.Rtp;

namespace RtcTests.Rtcp;

/// <summary>Hand-made RTCP packets, byte by byte after the RFCs.</summary>
internal static class RtcpSamples
{
    public const string SenderReport = """
        81 C8 000C 11111111 E7C1A3B4 80000000 00015F90 00000064 0000FDE8
        22222222 40 FFFFFE 0001FFFF 00000007 B7052000 00054000
        """;

    public const string ReceiverReport = """
        82 C9 000D 00000000
        22222222 00 000000 00000001 00000002 00000003 00000004
        33333333 FF 7FFFFF FFFFFFFF 00000005 00000006 00000007
        """;

    /// <summary>Two chunks: a CNAME and a TOOL item; a NAME item alone.</summary>
    public const string SourceDescription = """
        82 CA 0007
        11111111 01 05 616C696365 06 01 78 00 00
        22222222 02 02 6869 00 000000
        """;

    public const string Bye = "82 CB 0003 11111111 22222222 03 627965";

    public const string Application = "80 CC 0003 11111111 6E616D65 01020304";

    public const string Nack = "81 CD 0004 11111111 22222222 FFFE 0003 0010 0000";

    public const string Pli = "81 CE 0002 11111111 22222222";

    public const string Fir = "84 CE 0006 11111111 00000000 22222222 07 000000 33333333 08 000000";

    public const string Remb = "8F CE 0006 11111111 00000000 52454D42 02 0B FFFF 22222222 33333333";

    /// <summary>Receiver reference time, delays, and a block of type 99.</summary>
    public const string ExtendedReport = """
        80 CF 000D 11111111
        63 00 0001 01020304
        04 00 0002 E7C1A3B4 80000000
        05 00 0006 22222222 B7052000 00010000 33333333 00000000 00000000
        """;

    /// <summary>
    /// Base 65535; a run of 2 that arrived at once, a vector of 14 one-bit symbols of which the first and last arrived,
    /// a vector of 7 two-bit symbols, and padding.
    /// </summary>
    public const string TransportCc = """
        8F CD 0008 11111111 22222222
        FFFF 0012 FFFFFE 09
        2002 A001 D800
        04 08 FF 01 0C FFF8
        000000
        """;

    public static string[] All =>
    [
        SenderReport, ReceiverReport, SourceDescription, Bye, Application, Nack, Pli, Fir, Remb, ExtendedReport,
        TransportCc,
    ];

    public static byte[] Bytes(params string[] packets) => RtpSamples.Hex(string.Concat(packets));
}
