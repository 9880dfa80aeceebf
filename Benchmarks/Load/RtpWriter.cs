using System.Buffers.Binary;

namespace Benchmarks.Load;

/// <summary>Writes the RTP packets of one encoding of a track.</summary>
internal sealed class RtpWriter(Track track, int encoding)
{
    private const int HeaderLength = 12;

    private ushort _sequenceNumber = 1000;

    /// <summary>Packets written so far.</summary>
    public uint Packets { get; private set; }

    /// <summary>Writes a whole packet; what is not header or descriptor stays as it is.</summary>
    public void Write(Span<byte> packet, uint timestamp, bool isFirst, bool isLast, bool isKeyFrame)
    {
        packet[0] = 0x80;
        packet[1] = (byte)(track.PayloadType | (track.IsVideo && isLast ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], _sequenceNumber++);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], track.SsrcOf(encoding));
        Packets++;
        if (!track.IsVideo)
            return;

        // RFC 7741: a descriptor of one byte, S in the first packet of a frame; the frame's own first byte has its
        // lowest bit clear when it is a key frame.
        packet[HeaderLength] = (byte)(isFirst ? 0x10 : 0x00);
        packet[HeaderLength + 1] = (byte)(isKeyFrame ? 0x00 : 0x01);
    }
}
