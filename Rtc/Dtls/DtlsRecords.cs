using System.Buffers.Binary;

namespace Rtc.Dtls;

/// <summary>The outside of DTLS 1.2 records (RFC 6347, section 4.1), enough to tell where one ends.</summary>
internal static class DtlsRecords
{
    /// <summary>Length in bytes of a record's header.</summary>
    public const int HeaderLength = 13;

    /// <summary>Content type of application data.</summary>
    public const byte ApplicationData = 23;

    private const byte ChangeCipherSpec = 20;
    private const byte VersionMajor = 0xfe;
    private const int MaxFragmentLength = (1 << 14) + 2048;

    /// <summary>
    /// Content type and whole length of the record at the start; false where the bytes are no whole record of a
    /// known type.
    /// </summary>
    public static bool TryReadFirst(ReadOnlySpan<byte> data, out byte contentType, out int length)
    {
        contentType = 0;
        length = 0;
        if (data.Length <= HeaderLength || data[1] != VersionMajor
            || data[0] is < ChangeCipherSpec or > ApplicationData)
        {
            return false;
        }

        int fragmentLength = BinaryPrimitives.ReadUInt16BigEndian(data[11..]);
        if (fragmentLength is 0 or > MaxFragmentLength || fragmentLength > data.Length - HeaderLength)
        {
            return false;
        }

        contentType = data[0];
        length = HeaderLength + fragmentLength;
        return true;
    }
}
