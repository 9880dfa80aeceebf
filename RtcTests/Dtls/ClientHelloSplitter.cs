using System.Buffers.Binary;

namespace RtcTests.Dtls;

/// <summary>
/// Cuts the ClientHello into two fragments (RFC 6347, section 4.2.3) in a record and a datagram each, as browsers do
/// with a post-quantum key share, and moves the numbers of the client's later records on by one.
/// </summary>
internal sealed class ClientHelloSplitter(int cut, bool isReversed)
{
    private const int RecordHeader = 13;
    private const int MessageHeader = 12;
    private const byte ClientHello = 1;

    private bool _isCut;

    /// <summary>What arrives instead of a datagram of the client.</summary>
    public IEnumerable<byte[]> Tamper(byte[] datagram)
    {
        if (!_isCut && datagram[RecordHeader] == ClientHello)
        {
            _isCut = true;
            int total = datagram.Length - RecordHeader - MessageHeader;
            byte[] first = Fragment(datagram, 0, 0, cut);
            byte[] second = Fragment(datagram, 1, cut, total - cut);
            return isReversed ? [second, first] : [first, second];
        }

        for (int start = 0; start < datagram.Length;)
        {
            Span<byte> record = datagram.AsSpan(start);
            if (BinaryPrimitives.ReadUInt16BigEndian(record[3..]) == 0)
            {
                record[10]++;
            }

            start += RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(record[11..]);
        }

        return [datagram];
    }

    private static byte[] Fragment(byte[] hello, byte recordNumber, int offset, int length)
    {
        byte[] fragment =
        [
            .. hello.AsSpan(0, RecordHeader + MessageHeader),
            .. hello.AsSpan(RecordHeader + MessageHeader + offset, length),
        ];
        fragment[10] = recordNumber;
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(11), (ushort)(MessageHeader + length));
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(RecordHeader + 7), (ushort)offset);
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(RecordHeader + 10), (ushort)length);
        return fragment;
    }
}
