using System.Buffers.Binary;

namespace Rtc.Dtls;

/// <summary>The outside of DTLS 1.2 records (RFC 6347, section 4.1), enough to tell where one ends.</summary>
internal static class DtlsRecords
{
    /// <summary>Length in bytes of a record's header.</summary>
    public const int HeaderLength = 13;

    /// <summary>Content type of application data.</summary>
    public const byte ApplicationData = 23;

    /// <summary>Content type of handshake messages.</summary>
    public const byte Handshake = 22;

    /// <summary>Content type of the record that announces new keys.</summary>
    public const byte ChangeCipherSpec = 20;

    private const byte VersionMajor = 0xfe;
    private const int MaxFragmentLength = (1 << 14) + 2048;

    /// <summary>The record at the start; false where the bytes are no whole record of a known type.</summary>
    public static bool TryReadFirst(ReadOnlySpan<byte> data, out DtlsRecord record)
    {
        record = default;
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

        record = new DtlsRecord(data[0], BinaryPrimitives.ReadUInt16BigEndian(data[3..]), fragmentLength);
        return true;
    }
}

/// <summary>What a record's header says.</summary>
/// <param name="ContentType">Content type.</param>
/// <param name="Epoch">Which keys protect it; 0 for none.</param>
/// <param name="FragmentLength">Length in bytes of what follows the header.</param>
internal readonly record struct DtlsRecord(byte ContentType, ushort Epoch, int FragmentLength)
{
    /// <summary>Length in bytes with the header.</summary>
    public int Length => DtlsRecords.HeaderLength + FragmentLength;
}
